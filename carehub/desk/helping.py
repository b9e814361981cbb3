"""Dues waivers, the hardship ledger and pairing on the desk: what waits for the visitor, and what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carehub.access.viewer import viewer_of
from carehub.approvals.hands import hands_among
from hardship.cases.chain import CASES
from hardship.cases.pages import next_reviews
from hardship.cases.rules import NextReview
from hardship.models import Case, Waiver
from hardship.pairing.pages import Row as PairingRow
from hardship.pairing.panels import contacts_due
from hardship.waivers import meetings
from hardship.waivers.chain import WAIVERS
from hardship.waivers.panels import ending_soon

SHOWN = 5


@dataclass(frozen=True)
class Helping:
    """Everything of a kind, and the first few as the desk shows them."""

    waivers: Sequence[Waiver] = ()  # to be decided
    ending: Sequence[Waiver] = ()  # run out soon
    to_schedule: int = 0  # with the committee, on no agenda yet
    cases: Sequence[Case] = ()  # to be decided
    reviews: Sequence[tuple[Case, NextReview]] = ()  # due
    contacts: Sequence[PairingRow] = ()  # due

    def __bool__(self) -> bool:
        return self.has_waivers or self.has_cases

    @property
    def has_waivers(self) -> bool:
        return bool(self.waivers or self.ending or self.to_schedule)

    @property
    def has_cases(self) -> bool:
        return bool(self.cases or self.reviews or self.contacts)

    @property
    def more_cases(self) -> int:
        """Return how many of the ledger are not shown here."""
        return sum(max(len(rows) - SHOWN, 0) for rows in (self.cases, self.reviews, self.contacts))

    @property
    def more_waivers(self) -> int:
        return max(len(self.waivers) - SHOWN, 0)


def helping_of(user: Any) -> Helping:
    """Return what waits for the offices of the visitor. A fixed number of queries, shared by both kinds."""
    viewer = viewer_of(user)
    keeps = viewer.reach("hardship", "e").over_others()
    keeps_branch = bool(keeps) and not keeps.everything  # what is due in the whole school stands on the ledger's page
    schedules = viewer.reach("waiver", "e").everything
    seen = Waiver.objects.in_organizations_of(user).with_names()
    waivers = list(seen.running().order_by("application__due_on", "pk")) if decides_waivers(user) else []
    cases = cases_for(user, with_kept=keeps_branch)
    pairs = [*((one.application, WAIVERS) for one in waivers), *((one.application, CASES) for one in cases)]
    hands = hands_among(pairs, viewer.on)
    mine = {pk for pk, held in hands.items() if held.holds(viewer.person_id)}
    reviews = next_reviews(cases, viewer.on) if keeps_branch else {}
    return Helping(
        waivers=[one for one in waivers if one.application_id in mine],
        ending=list(ending_soon(seen, viewer.on)[:SHOWN]) if keeps_branch else [],
        to_schedule=meetings.waiting_for_a_meeting().count() if schedules else 0,
        cases=[one for one in cases if one.application_id in mine],
        reviews=[(one, due) for one in cases if (due := reviews.get(one.pk)) and due.is_due],
        contacts=contacts_due(user, viewer.on) if keeps_branch else [],
    )


def decides_waivers(user: Any) -> bool:
    return viewer_of(user).may("waiver", "a")


def cases_for(user: Any, *, with_kept: bool) -> list[Case]:
    """Return the cases that are being decided, for who keeps a branch's ledger all that are open."""
    if not viewer_of(user).may("hardship", "a"):
        return []
    seen = Case.objects.in_organizations_of(user)
    return list((seen.open() if with_kept else seen.in_steps()).with_names().order_by("pk"))
