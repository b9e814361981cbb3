"""What waits on the desk besides talks: requests to correct a record, people on the way here, a term that ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carehub.access.viewer import viewer_of
from members.models import ChangeRequest, Organization, Transfer
from members.terms import own_terms
from members.transfers_actions import may_decide


@dataclass(frozen=True)
class Waiting:
    changes: int = 0
    transfers: int = 0
    terms: Sequence[Organization] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.transfers or self.terms)


def waiting_for_keeper(user: Any) -> Waiting:
    """Return what waits for the account: of the roster for who keeps it, of terms for a secretary. Three queries."""
    viewer, terms = viewer_of(user), own_terms(user)
    if not viewer.may("person", "e"):
        return Waiting(terms=terms)
    changes = ChangeRequest.objects.visible_to(user).waiting().count()
    rows = Transfer.objects.visible_to(user).waiting().with_names()
    return Waiting(changes, sum(may_decide(one, viewer, user) for one in rows), terms)
