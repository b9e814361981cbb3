"""What waits for whoever keeps a roster: requests to correct a record, people on the way to this organisation."""

from dataclasses import dataclass
from typing import Any

from carehub.access.viewer import viewer_of
from members.models import ChangeRequest, Transfer
from members.transfers_actions import may_decide


@dataclass(frozen=True)
class Waiting:
    changes: int
    transfers: int

    def __bool__(self) -> bool:
        return bool(self.changes or self.transfers)


def waiting_for_keeper(user: Any) -> Waiting | None:
    """Return how much waits for the account, None for who keeps no roster. Two queries."""
    viewer = viewer_of(user)
    if not viewer.may("person", "e"):
        return None
    changes = ChangeRequest.objects.visible_to(user).waiting().count()
    rows = Transfer.objects.visible_to(user).waiting().with_names()
    return Waiting(changes, sum(may_decide(one, viewer, user) for one in rows))
