"""When a recognised hardship is to be looked at again: values only, nothing is written here.

每 ⟨6⟩ 个月复核一次 (duties.md, C-3.1): from the day of recognition, or of the last review. An earlier day that was
agreed on goes before. Nothing is due once the case is closed, or its person died, left the Party or the school.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from carehub.calendar import months_before
from carehub.duties.duty import State
from carehub.duties.settings import DUE_SOON_YEAR, HARDSHIP_REVIEW, Settings
from hardship.models import Case


@dataclass(frozen=True)
class NextReview:
    """The review that comes next, as it stood on a day."""

    since_on: dt.date  # the recognition, or the review before
    due_on: dt.date | None  # None: no number of months is set, and no day was agreed on
    state: str

    @property
    def is_overdue(self) -> bool:
        return self.state == State.OVERDUE

    @property
    def is_due(self) -> bool:
        """Return whether somebody has to see to it by now."""
        return self.state in (State.OVERDUE, State.DUE_SOON)


def next_review(
    *,
    recognised_on: dt.date | None,
    reviews: Iterable[dt.date],
    agreed_on: dt.date | None,
    over_on: dt.date | None,
    months: int | None,
    soon: dt.timedelta,
    on: dt.date,
) -> NextReview | None:
    """Return the next review as of a day, None before the recognition. What is dated after the day is not known yet."""
    if recognised_on is None or recognised_on > on:
        return None
    since = max([recognised_on, *(day for day in reviews if recognised_on <= day <= on)])
    due = due_after(since, agreed_on, months)
    if over_on is not None and over_on <= on:
        return NextReview(since, due, State.NOT_APPLICABLE)
    return NextReview(since, due, _state(due, soon, on))


def next_review_of(case: Case, reviews: Iterable[dt.date], settings: Settings, on: dt.date) -> NextReview | None:
    """Return the next review of a case by the settings of a day, from the days on which it was reviewed."""
    return next_review(
        recognised_on=case.recognised_on, reviews=reviews, agreed_on=case.next_review_on, over_on=case.over_on,
        months=months_of(settings), soon=settings.days(DUE_SOON_YEAR), on=on,
    )  # fmt: skip


def months_of(settings: Settings) -> int | None:
    """Return after how many months a case is reviewed, None where no number is set."""
    months = settings[HARDSHIP_REVIEW]
    return int(months) if months else None


def due_after(since: dt.date, agreed_on: dt.date | None, months: int | None) -> dt.date | None:
    """Return the last day for the review that follows a day."""
    days = [months_before(since, -months)] if months else []
    if agreed_on is not None and agreed_on > since:
        days.append(agreed_on)
    return min(days, default=None)


def _state(due: dt.date | None, soon: dt.timedelta, on: dt.date) -> str:
    if due is None:
        return State.OPEN
    if on > due:
        return State.OVERDUE
    return State.DUE_SOON if due - on <= soon else State.OPEN
