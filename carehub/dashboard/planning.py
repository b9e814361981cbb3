"""谈话安排: this year's talks of a branch that are still to come, spread over the working weeks that are left.

Nothing is kept: the plan follows from who has been talked with by now, so it plans anew by itself. A 政治生日 ahead is
the natural week for a talk; everybody else comes in the order of the longest wait, as many each week as it takes.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from django.utils.translation import gettext as _

from carehub.calendar import Precision, near_date_words
from carehub.dashboard.branch import Line, Screen
from carehub.duties.kinds import spans_of
from carehub.duties.settings import SCHOOL_BREAKS, Settings
from carehub.workdays import Week, working_weeks


@dataclass(frozen=True)
class Planned:
    """One person in a week, with the reason for just this week if there is one."""

    line: Line
    note: str = ""


@dataclass
class PlannedWeek:
    """A working week and who is talked with in it."""

    week: Week
    people: list[Planned] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Return 11月23日至27日, from its first working day to its last."""
        first, last = self.week.days[0], self.week.days[-1]
        until = f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
        return f"{first.month}月{first.day}日" + (_("至%s") % until if first != last else "")


@dataclass(frozen=True)
class Plan:
    """The weeks to the end of the year that have somebody in them, and the pace that they ask for."""

    weeks: Sequence[PlannedWeek]
    people: int
    a_week: int
    has_breaks: bool


def plan_of(screen: Screen) -> Plan:
    """Return the plan of a branch for the rest of the year."""
    left = [line for line in screen.lines if line.is_left]
    breaks = spans_of(Settings(screen.on)[SCHOOL_BREAKS])
    last = max((line.this_year.due_on for line in left if line.this_year), default=screen.on)
    weeks = list(working_weeks(screen.on, last, breaks)) or list(working_weeks(screen.on, last))
    planned = spread(left, weeks, screen.on) if weeks else []
    a_week = ceil(len(left) / len(weeks)) if weeks else 0
    return Plan([one for one in planned if one.people], len(left), a_week, bool(breaks))


def spread(lines: Sequence[Line], weeks: Sequence[Week], on: dt.date) -> list[PlannedWeek]:
    """Return every week with its people: birthdays in their week, then the longest wait first, evenly."""
    planned = [PlannedWeek(week) for week in weeks]
    waiting = []
    for line in sorted(lines, key=longest_wait):
        day = birthday_ahead(line, on, weeks[-1].sunday)
        if day is None:
            waiting.append(line)
        else:
            note = _("%s政治生日") % near_date_words(day, on)
            week_of(planned, day).people.append(Planned(line, note))
    fill(planned, waiting)
    return planned


def fill(planned: Sequence[PlannedWeek], waiting: Sequence[Line]) -> None:
    """Put people into the weeks with the fewest, the earliest first, so that no week has two more than another."""
    queue = list(waiting)
    size = 0
    while queue:
        size += 1
        for one in planned:
            if queue and len(one.people) < size:
                one.people.append(Planned(queue.pop(0)))


def longest_wait(line: Line) -> tuple[dt.date, str]:
    """Return what puts the longest wait first: never talked with, then the oldest talk; by name on one day."""
    return (line.last.held_on if line.last else dt.date.min, line.person.pinyin)


def birthday_ahead(line: Line, on: dt.date, last: dt.date) -> dt.date | None:
    """Return the 政治生日 that is still to come within the plan, None if the day is not known."""
    joined = line.person.joined_on
    if joined is None or line.person.joined_precision != Precision.DAY or joined.year >= on.year:
        return None
    day = dt.date(on.year, 2, 28) if (joined.month, joined.day) == (2, 29) else joined.replace(year=on.year)
    return day if on <= day <= last else None


def week_of(planned: Sequence[PlannedWeek], day: dt.date) -> PlannedWeek:
    """Return the week that holds a day, else the working week before it, else the first."""
    before = [one for one in planned if one.week.monday <= day]
    return before[-1] if before else planned[0]
