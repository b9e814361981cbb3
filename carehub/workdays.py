"""Working weeks: public holidays with their swapped days (调休), without the school's own breaks."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from carehub.calendar import DAY

WEEK = dt.timedelta(days=7)
MonthDay = tuple[int, int]
Span = tuple[MonthDay, MonthDay]


@dataclass(frozen=True)
class Week:
    """A week from Monday on, and its working days."""

    monday: dt.date
    days: tuple[dt.date, ...]

    @property
    def sunday(self) -> dt.date:
        return self.monday + 6 * DAY


@cache
def _china() -> Any:
    """Return the country's holidays; the library is large, and hardly any page needs it."""
    import holidays

    return holidays.country_holidays("CN", language="zh_CN")


def is_working_day(day: dt.date, breaks: Iterable[Span] = ()) -> bool:
    """Return whether people work: Monday to Friday but for holidays, swapped weekends, outside the breaks."""
    return bool(_china().is_working_day(day)) and not any(_within(day, span) for span in breaks)


def _within(day: dt.date, span: Span) -> bool:
    """Return whether a day lies in a span of every year; 12-25 to 02-20 runs over the year's end."""
    first, last = span
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last


def working_weeks(first: dt.date, last: dt.date, breaks: Iterable[Span] = ()) -> Iterator[Week]:
    """Yield the weeks between two days, both included, that have a working day."""
    spans, monday = list(breaks), first - first.weekday() * DAY
    while monday <= last:
        days = [monday + n * DAY for n in range(7)]
        open_days = tuple(day for day in days if first <= day <= last and is_working_day(day, spans))
        if open_days:
            yield Week(monday, open_days)
        monday += WEEK
