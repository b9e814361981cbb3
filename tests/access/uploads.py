"""Imports of every side: one that waits, which is its uploader's own, and a written roster."""

import datetime as dt

from django.utils import timezone

from members.models import RosterImport
from tests.cast import School


def bring_files(school: School) -> None:
    """Put uploads of a branch, a general branch and the department into the school."""
    for key in ("officer", "general_officer", "clerk"):
        facts = {"kind": "roster", "imported_on": dt.date(2026, 11, 1), "uploaded_by": school.user(key)}
        RosterImport.objects.create(file_name="名册.xlsx", **facts)
        RosterImport.objects.create(file_name="写入的名册.xlsx", state="done", finished_at=timezone.now(), **facts)


def uploads() -> list[tuple[RosterImport, bool]]:
    """Return every upload, and whether whoever imports for the whole school sees it, too."""
    rows = RosterImport.objects.select_related("organization").order_by("pk")
    return [(row, row.state == RosterImport.State.DONE) for row in rows]
