"""The branch screen as a workbook: the same people in the same order, nothing that the screen does not show."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.dashboard.branch import Line, Screen
from carehub.duties.duty import State
from carehub.sheets.writing import Column, Ledger

COLUMNS = (
    Column(gettext_lazy("序号"), 6, "number"),
    Column(gettext_lazy("姓名"), 12),
    Column(gettext_lazy("身份"), 22),
    Column(gettext_lazy("今年谈话"), 14),
    Column(gettext_lazy("今年谈话日期"), 18, "date"),
    Column(gettext_lazy("上次谈话日期"), 18, "date"),
    Column(gettext_lazy("谈话人"), 12),
    Column(gettext_lazy("期限"), 18, "date"),
    Column(gettext_lazy("备注"), 28),
)


def branch_ledger(screen: Screen, lines: Iterable[Line], *, scope: str) -> Ledger:
    """Return the ledger of the lines that the screen shows."""
    return Ledger(
        name=_("支部一屏"),
        title=_("%(branch)s谈心谈话情况") % {"branch": screen.branch},
        unit=str(screen.branch),
        on=screen.on,
        note=_("范围：%(scope)s。依据 三（二）1：党支部书记每年至少与本支部每一名党员谈心谈话一次。")
        % {"scope": scope},
        columns=COLUMNS,
        rows=rows_of(lines),
        frozen_columns=2,
        empty=_("没有符合条件的人员。"),
    )


def rows_of(lines: Iterable[Line]) -> Iterator[tuple[Any, ...]]:
    for number, line in enumerate(lines, 1):
        duty = line.this_year
        held: dt.date | str = duty.done_on if duty and duty.done_on else ""
        notes = [duty.why] if duty and duty.why else []
        notes += [_("%(year)s年未谈") % {"year": missed.window} for missed in line.missed]
        notes += [_("%(title)s未谈") % {"title": title} for _duty, title in line.events]
        yield (
            number,
            line.person.name,
            line.who,
            _("书记，由上级谈") if line.is_secretary else str(State(duty.state).label) if duty else _("不在应谈之列"),
            held,
            line.last.held_on if line.last else "",
            line.last.talker if line.last else "",
            duty.due_on if duty and line.is_owed else "",
            "；".join(notes),
        )
