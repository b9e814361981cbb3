"""What is still to be done, spread over the months that are left: how much a month would have to carry."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from carehub.calendar import DAY
from carehub.duties.duty import Tally
from carehub.duties.rule import Rule

Month = tuple[int, int]
WEEKEND = (5, 6)


@dataclass(frozen=True)
class Load:
    """One rule: what is left, by month."""

    rule: Rule
    left: int
    months: Sequence[int]


@dataclass(frozen=True)
class Forecast:
    months: Sequence[Month]
    loads: Sequence[Load]

    @property
    def totals(self) -> list[int]:
        return [sum(load.months[n] for load in self.loads) for n in range(len(self.months))]


def working_days(first: dt.date, last: dt.date) -> dict[Month, int]:
    """Return the working days of each month in a span, Monday to Friday."""
    counted: dict[Month, int] = defaultdict(int)
    day = first
    while day <= last:
        counted[day.year, day.month] += day.weekday() not in WEEKEND
        day += DAY
    return dict(counted)


def spread(left: int, on: dt.date, due_on: dt.date) -> dict[Month, int]:
    """Share out what is left over the months until the deadline by their working days; the shares add up to it.

    Whatever a whole number leaves over goes to the months with the largest rest, the earlier first; nothing is put
    into a month without a working day unless there is no other.
    """
    days = working_days(on, due_on)
    weights = days if any(days.values()) else dict.fromkeys(days, 1)
    if not weights:
        return {}
    whole = sum(weights.values())
    shares = {month: left * weight // whole for month, weight in weights.items()}
    rests = sorted(weights, key=lambda month: (-(left * weights[month] % whole), month))
    for month in rests[: left - sum(shares.values())]:
        shares[month] += 1
    return shares


def forecast(
    rules: Sequence[Rule], tallies: Iterable[Tally], due: Mapping[tuple[str, str], dt.date], on: dt.date
) -> Forecast:
    """Return the load of the months ahead; `due` gives the last day of each (rule, window) that is not over."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    for row in tallies:
        left[row.rule, row.window] += row.open + row.due_soon + row.upcoming
    shares: dict[str, dict[Month, int]] = defaultdict(lambda: defaultdict(int))
    for (code, window), count in left.items():
        if count and due.get((code, window), dt.date.min) >= on:
            for month, share in spread(count, on, due[code, window]).items():
                shares[code][month] += share
    months = sorted({month for by_month in shares.values() for month in by_month})
    loads = [
        Load(rule, sum(shares[rule.code].values()), [shares[rule.code].get(month, 0) for month in months])
        for rule in rules
        if rule.code in shares
    ]
    return Forecast(months, loads)
