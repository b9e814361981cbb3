"""The rows of an upload that need a look, kept as they are until they are put right: for the clerk who brought them.

They hold ID numbers in full, as the file does: sealed, handed to the uploader only, forgotten after seven days.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from carehub.sheets.annotated import Line, Remark, annotated_workbook
from members.importing.base import ERROR, Entry, words_of
from members.importing.machine import Reading
from members.models import RosterImport
from members.models.roster import UNDO_WITHIN


def problems_of(reading: Reading) -> dict[str, Any] | None:
    """Return {headers: [as the file spells them], rows: [[number, [cells], [[heading, level, sentence]]]]}."""
    entries = [entry for entry in reading.entries if entry.row.findings]
    if not entries:
        return None
    headers = entries[0].row.headers
    return {"headers": list(headers.values()), "rows": [_row(entry, list(headers)) for entry in entries]}


def _row(entry: Entry, keys: list[str]) -> list[Any]:
    remarks = [[finding.column, finding.level, finding.message] for finding in entry.row.findings]
    return [entry.row.number, [words_of(entry.row.raw(key)) for key in keys], remarks]


def workbook_of(batch: RosterImport) -> bytes:
    """Return the kept rows as a workbook that can be uploaded again."""
    kept: dict[str, Any] = batch.problems or {"headers": [], "rows": []}
    lines = [
        Line(number, cells, [Remark(header, level == ERROR, str(words)) for header, level, words in remarks])
        for number, cells, remarks in kept["rows"]
    ]
    return annotated_workbook(_("要改的行"), kept["headers"], lines)


def forget_old_problems(now: dt.datetime) -> int:
    """Clear the rows of uploads that were finished more than seven days ago. Return how many."""
    old = RosterImport.objects.filter(problems__isnull=False, finished_at__lt=now - UNDO_WITHIN)
    return old.update(problems=None)
