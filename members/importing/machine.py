"""The common way of every import: read a file, report, write everything in one transaction or nothing."""

import datetime as dt
import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import Reach
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.sheets.gate import Refused
from carehub.sheets.reading import Table, read_table
from members.importing.base import (
    CHANGED,
    IMPORTERS,
    NEW,
    REJECTED,
    UNCHANGED,
    WHOLE_SCHOOL,
    Entry,
    Importer,
    Row,
)  # fmt: skip
from members.models import RosterImport

LOCK = 7_316_211  # one import writes at a time (PostgreSQL); SQLite has one writer anyway
SHOWN_FINDINGS, SHOWN_MISSING = 500, 300


@dataclass
class Reading:
    """What a file holds, judged against what is known: the report of roster.md and the plan behind it."""

    report: dict[str, Any]
    importer: Importer
    entries: list[Entry] = field(default_factory=list)
    refused: Refused | None = None

    @property
    def to_write(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.status in (NEW, CHANGED)]

    @property
    def digest(self) -> str:
        """Return the mark of the plan: two readings with the same mark have the same effect."""
        plan = [
            (entry.row.number, entry.status, entry.name, entry.place, [vars(change) for change in entry.changes])
            for entry in self.entries
        ]
        return hashlib.sha256(json.dumps([plan, self.report["missing"]]).encode()).hexdigest()


def importer_of(kind: str, *, on: dt.date, reach: Reach = WHOLE_SCHOOL, by: Any = None) -> Importer:
    return IMPORTERS[kind](on=on, reach=reach, by=by)


def table_of(data: bytes, importer: Importer) -> Table:
    """Return the table of a file; raises Refused."""
    required = [column for column in importer.columns if column.required]

    def key_of(header: str) -> str | None:
        column = importer.column_of(header)
        return column.key if column else None

    return read_table(data, key_of, [column.key for column in required], "、".join(one.label for one in required))


def empty_report(file_name: str) -> dict[str, Any]:
    counts = dict.fromkeys(("rows", NEW, CHANGED, UNCHANGED, REJECTED), 0)
    head = {"file": file_name, "sheet": None, "header_row": None}
    return {**head, **counts, "missing": [], "refused": None, "findings": []}


def refusal(file_name: str, trouble: Refused, importer: Importer) -> Reading:
    """Return the reading of a file that is not read."""
    return Reading({**empty_report(file_name), "refused": trouble.code}, importer, refused=trouble)


def judge(table: Table, importer: Importer, file_name: str) -> Reading:
    """Return what the rows of a table mean today. Writes nothing."""
    columns = importer.by_key()
    rows = [Row(line.number, line.cells, table.headers, columns, table.mac_epoch) for line in table.lines]
    for line, row in zip(table.lines, rows, strict=True):
        if line.hidden:
            row.warn(next(iter(table.headers)), "row-hidden", _("这一行在工作簿里是隐藏的，已照常读取。"))
    entries = importer.read(rows)
    if importer.all_or_nothing and any(row.rejected for row in rows):
        for entry in entries:
            entry.status = REJECTED
    counts = Counter(entry.status for entry in entries)
    report = empty_report(file_name) | {
        "sheet": table.sheet,
        "header_row": table.header_row,
        "rows": len(entries),
        **{status: counts[status] for status in (NEW, CHANGED, UNCHANGED, REJECTED)},
        "missing": importer.missing(),
        "findings": [finding.as_dict() for row in rows for finding in row.findings],
    }
    return Reading(report, importer, entries)


def read_file(data: bytes, file_name: str, importer: Importer) -> Reading:
    """Return what a file means, refused or not. Writes nothing."""
    try:
        return judge(table_of(data, importer), importer, file_name)
    except Refused as trouble:
        return refusal(file_name, trouble, importer)


def hold_imports() -> None:
    """Let one import write at a time, so that two plans never meet."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def write(reading: Reading, batch: RosterImport) -> None:
    """Write the plan and one audit entry; inside a transaction that holds the imports."""
    reading.importer.write(reading.to_write)
    if reading.importer.before is not None:
        RosterImport.objects.filter(pk=batch.pk).update(before=reading.importer.before)
    counts = {key: reading.report[key] for key in ("rows", NEW, CHANGED, UNCHANGED, REJECTED)}
    path = batch.organization.path if batch.organization else ""
    record(Action.IMPORT, by=batch.uploaded_by, target=batch, path=path or "", kind=batch.kind, **counts)


def short(reading: Reading) -> dict[str, Any]:
    """Return the report with as many findings and missing people as a page shows, and how many there are."""
    report = reading.report
    findings = sorted(report["findings"], key=lambda finding: (finding["level"] != "error", finding["row"]))
    errors = sum(finding["level"] == "error" for finding in findings)
    return report | {
        "findings": findings[:SHOWN_FINDINGS],
        "findings_count": len(findings),
        "errors_count": errors,
        "warnings_count": len(findings) - errors,
        "missing": report["missing"][:SHOWN_MISSING],
        "missing_count": len(report["missing"]),
        "why_refused": reading.refused.message if reading.refused else "",
    }


def run(data: bytes, file_name: str, importer: Importer, *, dry_run: bool = False) -> Reading:
    """Read a file and write it at once, as the command does: one transaction, one batch."""
    try:
        table = table_of(data, importer)
    except Refused as trouble:
        return refusal(file_name, trouble, importer)
    if dry_run:
        return judge(table, importer, file_name)
    with transaction.atomic():
        hold_imports()
        reading = judge(table, importer, file_name)
        batch = RosterImport.objects.create(
            kind=importer.kind, state=RosterImport.State.DONE, file_name=file_name[:200], imported_on=importer.on,
            report=short(reading), progress=100, uploaded_by=importer.by, finished_at=timezone.now(),
        )  # fmt: skip
        write(reading, batch)
    return reading
