"""The counts that 党内统计年报 asks for at the year's end: 经批准少交 n 名，免交 n 名."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from carehub.access.viewer import viewer_of
from hardship.models import Waiver, WaiverMonth


@dataclass(frozen=True)
class YearCounts:
    """How many people pay less or nothing in a year; who changed from one to the other stands in the later one."""

    year: int
    reduced: int
    exempt: int


def year_counts(user: Any, on: dt.date) -> YearCounts | None:
    """Return the counts of the year of a day for the visitor's part of the school, None for who has none."""
    reach = viewer_of(user).reach("waiver", "v").over_others()
    if not reach:
        return None
    first, last = dt.date(on.year, 1, 1), dt.date(on.year, 12, 31)
    held = WaiverMonth.objects.filter(month__range=(first, last)).filter(
        reach.q(path="waiver__path", person="person", occupation="")
    )
    latest = held.order_by("person", "-month").values_list("person", "waiver__kind")
    kinds: dict[int, str] = {}
    for person, kind in latest:
        kinds.setdefault(person, kind)
    counted = list(kinds.values())
    return YearCounts(on.year, counted.count(Waiver.Kind.REDUCTION), counted.count(Waiver.Kind.EXEMPTION))
