"""What comes again each time it was done: which turns were done in time. Values only, nothing is read here.

按期做过的算已完成，期限以后才做的算逾期完成；期内做过、期限过后 ⟨7⟩ 天以上才录入的算补录 (duties.md, States).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from carehub.duties.duty import State


@dataclass(frozen=True)
class Deed:
    """One time that it was done."""

    on: dt.date
    entered_on: dt.date
    pk: int


@dataclass(frozen=True)
class Turn:
    """One turn that a deed ended."""

    since_on: dt.date
    due_on: dt.date
    deed: Deed
    state: State


# (since, day of the deed) → the deadline by the rule of that day, None where none was set, and the days of grace
Due = Callable[[dt.date, dt.date], tuple[dt.date | None, dt.timedelta]]


def turns_done(start: dt.date, deeds: Iterable[Deed], due_after: Due, on: dt.date) -> Iterator[Turn]:
    """Yield the turns that ended by a day, the oldest first; of several deeds on one day the one entered first."""
    since = start
    for deed in sorted(deeds, key=lambda deed: (deed.on, deed.entered_on, deed.pk)):
        if not since < deed.on <= on:
            continue
        due, grace = due_after(since, deed.on)
        if due is not None:
            yield Turn(since, due, deed, _state(due, grace, deed))
        since = deed.on


def _state(due: dt.date, grace: dt.timedelta, deed: Deed) -> State:
    if deed.on > due:
        return State.DONE_LATE
    return State.DONE if deed.entered_on <= due + grace else State.LATE_ENTRY


def turn_number(subject_id: int, since_on: dt.date) -> int:
    """Return the number that names one turn of a subject: 17 since 2026-03-01 → 17739676."""
    return subject_id * 10**6 + since_on.toordinal()
