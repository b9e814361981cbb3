"""Folding tallies: sums by rule, and by organisation and rule. Values in, values out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from carehub.duties.duty import Tally


@dataclass(frozen=True)
class Sum:
    """What became of a number of duties. 应办 is the sum of the parts, each duty in exactly one of them."""

    finished: int = 0
    late_entry: int = 0  # of the finished
    pending: int = 0
    overdue: int = 0
    excused: int = 0
    unknown: int = 0  # not due yet, and nobody holds the post that owes it

    @property
    def due(self) -> int:
        return self.finished + self.missing

    @property
    def missing(self) -> int:
        return self.pending + self.overdue + self.excused + self.unknown

    @property
    def percent(self) -> str:
        """Return 办结%, one decimal, rounded down: 100.0% only when everything is done."""
        if not self.due:
            return "—"
        tenths = self.finished * 1000 // self.due
        return f"{tenths // 10}.{tenths % 10}%"

    @property
    def kind(self) -> str:
        """Return the state of a cell, the first that holds: 齐, 逾期, 缺数据, 已说明 (nothing else left), 差."""
        if not self.due:
            return "na"
        if not self.missing:
            return "full"
        if self.overdue:
            return "overdue"
        if self.unknown:
            return "unknown"
        return "part" if self.pending else "excused"

    @property
    def words(self) -> str:
        """Return the word in a cell: 齐, 逾期 2, 缺数据 1, 已说明 1, 差 3, 不适用."""
        return {
            "na": _("不适用"),
            "full": _("齐"),
            "overdue": _("逾期 %(n)s") % {"n": self.overdue},
            "unknown": _("缺数据 %(n)s") % {"n": self.unknown},
            "excused": _("已说明 %(n)s") % {"n": self.excused},
            "part": _("差 %(n)s") % {"n": self.pending},
        }[self.kind]

    @property
    def sentence(self) -> str:
        """Return 应办 23，已办 18。还有 5 项：逾期 2，已说明 1，未到期 2。"""
        counts = _("应办 %(due)s，已办 %(finished)s。") % {"due": f"{self.due:,}", "finished": f"{self.finished:,}"}
        named = (
            (self.overdue, _("逾期")),
            (self.unknown, _("缺数据")),
            (self.excused, _("已说明")),
            (self.pending, _("未到期")),
        )
        parts = [f"{word} {count}" for count, word in named if count]
        if not parts:
            return counts + _("都办完了。")
        return counts + _("还有 %(n)s 项：%(parts)s。") % {"n": self.missing, "parts": "，".join(parts)}


def total(tallies: Iterable[Tally]) -> Sum:
    """Return the sum of tallies. What is not due yet in an organisation without a secretary is 缺数据, not 未到期."""
    parts: dict[str, int] = defaultdict(int)
    for tally in tallies:
        parts["finished"] += tally.finished
        parts["late_entry"] += tally.late_entry
        parts["overdue"] += tally.overdue
        parts["excused"] += tally.excused
        parts["unknown" if tally.vacant else "pending"] += tally.open + tally.due_soon + tally.upcoming
    return Sum(**parts)


def by_rule(tallies: Iterable[Tally]) -> dict[str, Sum]:
    """Return {rule: sum}."""
    groups: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        groups[tally.rule].append(tally)
    return {rule: total(rows) for rule, rows in groups.items()}


def by_unit(tallies: Iterable[Tally], units: Mapping[int, str]) -> dict[tuple[int, str], Sum]:
    """Return {(organisation, rule): sum}; a tally counts in the deepest of the units {id: path} that holds it."""
    groups: dict[tuple[int, str], list[Tally]] = defaultdict(list)
    for tally in tallies:
        unit = deepest(tally.path, units)
        if unit is not None:
            groups[unit, tally.rule].append(tally)
    return {key: total(rows) for key, rows in groups.items()}


def deepest(path: str, units: Mapping[int, str]) -> int | None:
    """Return the unit with the longest path that holds this one."""
    holding = [(len(start), unit) for unit, start in units.items() if path.startswith(start)]
    return max(holding)[1] if holding else None
