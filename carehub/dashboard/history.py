"""How far the yearly talks had come in each month, this year beside the years before, and beside the whole school."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carehub.calendar import year_window
from carehub.dashboard.sight import Sight
from carehub.duties.rows import RowRule
from carehub.duties.rule import EVERYWHERE, Ask
from carehub.duties.settings import IN_USE_SINCE, Settings

YEARS, MONTHS = 3, 12


@dataclass(frozen=True)
class YearLine:
    """One year: what was due in it, and how much of that was done by the end of each month that has begun."""

    year: int
    due: int
    done: Sequence[int]

    @property
    def percents(self) -> list[float]:
        """Return the share done by each month in per cent, one decimal, rounded down."""
        return [share_of(done, self.due) for done in self.done]

    @property
    def cells(self) -> list[str]:
        """Return twelve cells of the table, empty for months to come."""
        shown = [f"{share:.1f}%" for share in self.percents]
        return shown + [""] * (MONTHS - len(shown))


@dataclass(frozen=True)
class History:
    """The lines of one rule, this year first; `whole` is the whole school's share today, None where that is in view."""

    rule: RowRule
    lines: Sequence[YearLine]
    whole: float | None

    @property
    def chart(self) -> dict[str, object]:
        """Return what the chart draws."""
        return {
            "title": str(self.rule.title),
            "lines": [{"year": one.year, "points": one.percents} for one in self.lines],
        }


def share_of(done: int, due: int) -> float:
    """Return a share in per cent with one decimal, rounded down: 100 only when everything is done."""
    return done * 1000 // due / 10 if due else 0.0


def cumulated(days: Sequence[dt.date], months: int) -> list[int]:
    """Return how many days lie in the first month, the first two, and so on."""
    by_month = Counter(day.month for day in days)
    return [sum(by_month[month] for month in range(1, last + 1)) for last in range(1, months + 1)]


def history_of(sight: Sight, rule: RowRule) -> History:
    """Return this year and those before in which something was due; two queries for each year and one set more."""
    on = sight.viewer.on
    first = max(on.year - YEARS + 1, Settings(on).day(IN_USE_SINCE).year)
    found = [_line(sight.ask(), rule, year, set(sight.below)) for year in range(on.year, first - 1, -1)]
    lines = [line for line in found if line.due and (line.year == on.year or line.done[-1])]
    everything = sight.unit is None and sight.counted.everything
    whole = None if everything else _line(replace(sight.ask(), scope=EVERYWHERE, owners=None), rule, on.year, None)
    return History(rule, lines, share_of(whole.done[-1], whole.due) if whole and whole.due else None)


def _line(ask: Ask, rule: RowRule, year: int, inside: set[int] | None) -> YearLine:
    window = year_window(year)
    due = sum(row.due for row in rule.tally(ask, window) if inside is None or row.organization_id in inside)
    months = ask.on.month if ask.on in window else MONTHS
    return YearLine(year, due, cumulated(rule.finished_days(ask, window), months))
