"""The audit trail as a workbook, for who checks it outside the portal."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.audit.models import AuditEvent
from carehub.auditlog.lines import Line, lines_of
from carehub.sheets.writing import Column, Ledger

MOST_ROWS, BATCH = 20_000, 1_000
COLUMNS = (
    Column("编号", 10, "id"),
    Column("时间", 20),
    Column("姓名", 12),
    Column("当时的职务", 30),
    Column("种类", 12),
    Column("做了什么", 28),
    Column("对什么", 22),
    Column("党组织", 26),
    Column("说明", 50),
)


def audit_ledger(rows: QuerySet[AuditEvent], *, count: int, on: dt.date, unit: str) -> Ledger:
    """Return the rows, newest first, at most twenty thousand; the note says so when there are more."""
    note = _("按编号从新到旧。")
    if count > MOST_ROWS:
        note += _("共 %(count)s 行，这里只有最新的 %(most)s 行，请缩短日期分次导出。") % {
            "count": count,
            "most": MOST_ROWS,
        }
    return Ledger(
        name=_("审计记录"),
        title=_("审计记录"),
        unit=unit,
        on=on,
        note=note,
        columns=COLUMNS,
        rows=_cells(rows[:MOST_ROWS]),
        signed=False,
        frozen_columns=1,
    )


def _cells(rows: QuerySet[AuditEvent]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each row; names are looked up a thousand rows at a time."""
    found = rows.iterator(chunk_size=BATCH)
    while batch := list(islice(found, BATCH)):
        yield from map(_cells_of, lines_of(batch))


def _cells_of(line: Line) -> tuple[str, ...]:
    parts = "；".join(f"{label}：{value}" for label, value in line.parts)
    at = f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}"
    return str(line.id), at, line.name, line.post, line.action, line.deed, line.about, line.place, parts
