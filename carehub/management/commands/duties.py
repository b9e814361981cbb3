"""manage.py duties: what is owed on a day, as counts per organisation and as names."""

import datetime as dt
import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from carehub.access.viewer import Reach
from carehub.calendar import Window, date_words, today, window_named
from carehub.catalog import CLAUSE_RULES
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.rule import Ask, Rule, list_duties, tally_duties
from members.models import Organization

REFUSED = 2
COUNTS = ("open", "due_soon", "overdue", "done", "late_entry", "done_late", "excused")
TALLY = ("rule", "organization", "window", *COUNTS, "vacant")
DUTY = (
    "key", "rule", "window", "subject", "subject_id", "organization", "obligor", "opens_on", "due_on", "done_on",
    "state",
)  # fmt: skip


class Command(BaseCommand):
    help = "某一天各党组织的任务：应办、已办、逾期；0 已列出，2 参数不对"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="以哪一天为准，如 2026-11-23；不写为今天")
        parser.add_argument("--organization", default="", help="党组织编码，含其下级；不写为全校")
        parser.add_argument("--rule", default="", help="条款，如 C-2.3；不写为全部")
        parser.add_argument("--window", default="", help="时段，如 2026 或 2026Q3；不写为当天所在的时段")
        parser.add_argument("--list", action="store_true", help="同时列出每一项任务")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = _rules(options["rule"])
        window = _window(options["window"], rules)
        ask = Ask(on=_day(options["on"]), scope=_scope(options["organization"]))
        tally = tally_duties(rules, ask, window)
        duties = list_duties(rules, ask, window) if options["list"] else None
        self.stdout.write(_as_json(ask.on, tally, duties) if options["json"] else _as_table(ask.on, tally, duties))


def _rules(code: str) -> list[Rule]:
    found = [rule for rule in CLAUSE_RULES if code in ("", rule.code)]
    if not found:
        raise CommandError(
            f"没有条款“{code}”。可选：{'、'.join(rule.code for rule in CLAUSE_RULES)}。", returncode=REFUSED
        )
    return found


def _window(label: str, rules: Iterable[Rule]) -> Window | None:
    if not label:
        return None
    try:
        window = window_named(label)
    except ValueError as error:
        raise CommandError(str(error), returncode=REFUSED) from error
    if not any(rule.fits(window) for rule in rules):
        raise CommandError(f"所选条款没有“{label}”这样的时段。", returncode=REFUSED)
    return window


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise CommandError(f"日期“{text}”无法识别，请写成 2026-11-23。", returncode=REFUSED) from error


def _scope(code: str) -> Reach:
    if not code:
        return Reach(everything=True)
    organization = Organization.objects.filter(code=code).first()
    if organization is None:
        raise CommandError(f"没有编码为“{code}”的党组织。", returncode=REFUSED)
    return Reach(paths=(organization.path or "",))


def _as_json(on: dt.date, tally: list[Tally], duties: list[Duty] | None) -> str:
    data: dict[str, Any] = {"on": on, "tally": [_picked(row, TALLY) for row in tally]}
    if duties is not None:
        data["duties"] = [_picked(duty, DUTY) for duty in duties]
    return json.dumps(data, ensure_ascii=False, indent=1, default=str)


def _picked(row: Tally | Duty, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _as_table(on: dt.date, tally: list[Tally], duties: list[Duty] | None) -> str:
    words = [str(State(name).label) for name in COUNTS]
    rows = [["条款", "时段", "党组织编码", *words, "党组织"]]
    for row in tally:
        counts = [str(getattr(row, name)) for name in COUNTS]
        name = row.organization_name + ("（书记空缺）" if row.vacant else "")
        rows.append([row.rule, row.window, row.organization, *counts, name])
    return "\n".join([date_words(on), *_aligned(rows), *_names(duties or [])])


def _names(duties: list[Duty]) -> list[str]:
    head = ["条款", "时段", "党组织编码", "对象", "状态", "截止", "说明"]
    return ["", *_aligned([head, *map(_cells, duties)])] if duties else []


def _cells(duty: Duty) -> list[str]:
    state = str(State(duty.state).label)
    return [duty.rule, duty.window, duty.organization, duty.subject, state, date_words(duty.due_on), duty.why]


def _aligned(rows: list[list[str]]) -> list[str]:
    """Return lines whose columns stand under one another; a Chinese character is two columns wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(_padded, row, widths)).rstrip() for row in rows]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
