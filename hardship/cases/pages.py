"""What the pages of the ledger show: the case, its steps, when it is to be looked at again, how much of it is read."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import Viewer
from carehub.approvals.machine import State
from carehub.calendar import date_words
from carehub.duties.duty import State as Look
from carehub.duties.settings import Settings
from hardship.cases.chain import CASES
from hardship.cases.rules import NextReview, next_review_of
from hardship.models import Case, Review
from hardship.steps import Drawn, drawn


@dataclass(frozen=True)
class Row(Drawn):
    """One case in a list."""

    case: Case
    review: NextReview | None

    @property
    def shows_ground(self) -> bool:
        return shows_ground(self.case, self.viewer)

    @property
    def look(self) -> tuple[str, str]:
        """Return (look, words) of the badge."""
        return state_of(self.case, self.review, self.viewer.on)

    @property
    def span(self) -> str:
        return span_words(self.case)


def rows_of(cases: Sequence[Case], user: Any, on: dt.date) -> list[Row]:
    """Return cases ready for a list, in a fixed number of queries."""
    reviews = next_reviews(cases, on)
    both = zip(cases, drawn(cases, CASES, user, on), strict=True)
    return [Row(**vars(one), case=case, review=reviews[case.pk]) for case, one in both]


def next_reviews(cases: Sequence[Case], on: dt.date) -> dict[int, NextReview | None]:
    """Return the next review of each case as of a day. Two queries at most, whatever their number."""
    settings, looked = Settings(on), defaultdict(list)
    for case, day in Review.objects.filter(case__in=[case.pk for case in cases]).values_list("case", "on"):
        looked[case].append(day)
    return {case.pk: next_review_of(case, looked[case.pk], settings, on) for case in cases}


def shows_ground(case: Case, viewer: Viewer) -> bool:
    """Return whether the hardship itself may be read: of what is closed only the fact stays.

    The person and the department read it always, the others who see it as long as it is open.
    """
    if case.person_id == viewer.person_id or reads_closed(viewer):
        return True
    return case.is_open


def reads_closed(viewer: Viewer) -> bool:
    """Return whether a visitor still reads what is closed: the organisation department."""
    return viewer.reach("hardship", "v").everything


def state_of(case: Case, review: NextReview | None, on: dt.date) -> tuple[str, str]:
    """Return (look, words) of a case: 等支部, 在册, 该复核了, 已脱困."""
    one = case.application
    if not case.is_open:
        return Look.NOT_APPLICABLE, str(case.get_outcome_display())
    if one.state == State.RUNNING:
        return _running_words(case, on)
    if one.state == State.RETURNED:
        return Look.DUE_SOON, str(one.get_state_display())
    if case.person.gone_words:
        return "unknown", _("%s，请结束登记") % case.person.gone_words
    return review_words(review, on)


def _running_words(case: Case, on: dt.date) -> tuple[str, str]:
    one = case.application
    stop = one.stop(CASES)
    words = _("等%s") % stop.step.short if stop else ""
    if one.due_on is not None and on > one.due_on:
        return Look.OVERDUE, _("%(words)s，超期 %(n)s 天") % {"words": words, "n": (on - one.due_on).days}
    return Look.OPEN, words


def review_words(review: NextReview | None, on: dt.date) -> tuple[str, str]:
    if review is None or review.due_on is None:
        return Look.DONE, _("在册")
    days = (review.due_on - on).days
    if review.state == Look.OVERDUE:
        return Look.OVERDUE, _("该复核了，已过 %s 天") % -days
    if review.state == Look.DUE_SOON:
        return Look.DUE_SOON, _("该复核了，还有 %s 天") % days if days else _("该复核了，今天到期")
    return Look.DONE, _("在册")


def span_words(case: Case) -> str:
    """Return from when to when somebody was in the ledger: 2025年3月4日至2026年11月2日."""
    first = case.recognised_on or case.application.submitted_on
    if case.closed_on is None:
        return _("%s起") % date_words(first)
    return _("%(first)s至%(last)s") % {"first": date_words(first), "last": date_words(case.closed_on)}
