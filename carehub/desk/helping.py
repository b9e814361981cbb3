"""困难台账 and 结对帮扶 on the desk: registrations that wait, cases to be reviewed, people not contacted for long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carehub.access.viewer import viewer_of
from hardship.cases.pages import Row as CaseRow
from hardship.cases.pages import rows_of
from hardship.models import Case
from hardship.pairing.pages import Row as PairingRow
from hardship.pairing.panels import contacts_due

SHOWN = 5


@dataclass(frozen=True)
class Helping:
    """What the desk shows, the first few of each kind."""

    waiting: Sequence[CaseRow]
    reviews: Sequence[CaseRow]
    contacts: Sequence[PairingRow]

    @property
    def more(self) -> int:
        """Return how many are not shown here."""
        return sum(max(len(rows) - SHOWN, 0) for rows in (self.waiting, self.reviews, self.contacts))

    @property
    def shown(self) -> tuple[Sequence[CaseRow], Sequence[CaseRow], Sequence[PairingRow]]:
        return self.waiting[:SHOWN], self.reviews[:SHOWN], self.contacts[:SHOWN]


def helping_of(user: Any) -> Helping | None:
    """Return what waits for an office of the visitor, None for nothing. A fixed number of queries."""
    viewer = viewer_of(user)
    if not viewer.may("hardship", "a"):
        return None
    keeps = viewer.reach("hardship", "e").over_others()
    seen = Case.objects.in_organizations_of(user)
    # The department decides registrations; the reviews of the whole school stand on the page of the ledger.
    cases = seen.open() if keeps and not keeps.everything else seen.in_steps()
    rows = rows_of(list(cases.with_names().order_by("pk")), user, viewer.on)
    due = [row for row in rows if row.review and row.review.is_due]
    contacts = contacts_due(user, viewer.on) if keeps and not keeps.everything else []
    found = Helping([row for row in rows if row.is_mine], due, contacts)
    return found if found.waiting or found.reviews or found.contacts else None
