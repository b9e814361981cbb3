"""Files of every side: an import that waits, a written roster, a month's workbook."""

import datetime as dt
import hashlib

from django.utils import timezone

from carehub.reports.models import Inspection
from members.models import Organization, RosterImport
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


def freeze(organization: Organization) -> None:
    """Keep a month's workbook of an organisation."""
    Inspection.objects.create(
        organization=organization,
        month_on=dt.date(2026, 10, 1),
        counted_on=dt.date(2026, 10, 31),
        requester="周启明",
        created_at=timezone.now(),
        state=Inspection.State.READY,
        content=b"workbook",
        size=8,
        sha256=hashlib.sha256(b"workbook").hexdigest(),
        file_name="台账.xlsx",
        finished_at=timezone.now(),
    )
