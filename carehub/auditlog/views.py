"""The audit page of the audit administrator, its security half for the two others, and the member's own list."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import Viewer, viewer_of
from carehub.audit.models import Action, AuditSeal
from carehub.audit.seals import open_rows
from carehub.audit.trail import record, record_first
from carehub.audit.verifying import Report, seals_worth, verify
from carehub.auditlog.forms import AuditFilter, visible_to
from carehub.auditlog.lines import lines_of
from carehub.auditlog.readings import VALUES, readings_of
from carehub.auditlog.readings import lines_of as readings
from carehub.auditlog.sheets import MOST_ROWS, audit_ledger
from carehub.calendar import today
from carehub.sheets.writing import file_name, ledger_response, write_ledger
from members.models import Person

PAGE, SHOWN_FINDINGS = 50, 3
ROWS_AT_ONCE = 50_000  # what a page may check while somebody waits: some seconds


def school_wide(viewer: Viewer, *codes: str) -> None:
    """Refuse as not found who has the trail of the own file only."""
    if not viewer.reach("audit", *codes).everything:
        raise Http404


def before(request: HttpRequest, rows: Any) -> Any:
    """Return the rows below the one that the address names: the next page begins there."""
    number = request.GET.get("before", "")
    return rows.filter(pk__lt=int(number)) if number.isascii() and number.isdecimal() and len(number) < 19 else rows


@guard("audit", "v", "F")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show who did what, the newest first: everything to the auditor, security events to the other two."""
    viewer = viewer_of(request.user)
    school_wide(viewer, "v", "F")
    form = AuditFilter(request.GET, viewer)
    found = list(before(request, form.filter(visible_to(viewer)))[: PAGE + 1])
    asked = request.GET.copy()
    asked.pop("before", None)
    is_auditor = viewer.reach("audit", "v").everything
    context = {
        "form": form,
        "lines": lines_of(found[:PAGE]),
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_later": "before" in request.GET,
        "asked": asked.urlencode(),
        "is_auditor": is_auditor,
        "seal": AuditSeal.objects.first() if is_auditor else None,
        "open": open_rows().count() if is_auditor else None,
    }
    return render(request, "audit/list.html", context)


@guard("audit", "v")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the same rows as a workbook; the trail has it first, so the workbook holds its own line."""
    viewer, on = viewer_of(request.user), today()
    school_wide(viewer, "x")
    form = AuditFilter(request.GET, viewer)
    found = form.filter(visible_to(viewer))
    count = found.count()
    event = record_first(Action.EXPORT, by=request.user, what="audit", rows=min(count, MOST_ROWS), filters=form.asked)
    ledger = audit_ledger(found, count=count, on=on, unit=settings.SCHOOL_NAME)
    data = write_ledger(ledger, by=viewer.name, at=timezone.now())
    return ledger_response(file_name(settings.SCHOOL_NAME, _("审计记录"), str(on)), data, after=event)


@guard("audit", "v")
@require_POST
def verify_now(request: HttpRequest) -> HttpResponse:
    """Check the trail here and now, as much of it as somebody can wait for, and say what came out."""
    school_wide(viewer_of(request.user), "v")
    report = verify(seals=seals_worth(ROWS_AT_ONCE))
    number = report.latest.number if report.latest else 0
    record(Action.READ, by=request.user, what="audit-verify", rows=report.rows, wrong=report.wrong, seal=number)
    say = messages.error if report.wrong else messages.success
    say(request, outcome(report))
    return redirect("audit:list")


def outcome(report: Report) -> str:
    """Return the result in a sentence or two."""
    whole = _("从头到尾") if report.is_whole else _("最新的")
    looked_at = _("核对了%(whole)s %(rows)s 行") % {"whole": whole, "rows": report.rows}
    if not report.wrong:
        return _("%(what)s，没有发现改动。") % {"what": looked_at}
    found = "；".join(finding.words for finding in report.findings[:SHOWN_FINDINGS])
    return _("%(what)s，有 %(wrong)s 处不符：%(found)s。请运行 manage.py audit_verify 看全部，并保全现场。") % {
        "what": looked_at,
        "wrong": report.wrong,
        "found": found,
    }


@guard("audit", "v")
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show everybody who ever read the visitor's own file."""
    person = get_object_or_404(Person, pk=viewer_of(request.user).person_id or 0)
    rows: list[dict[str, Any]] = list(before(request, readings_of(person, days=None)).values(*VALUES)[: PAGE + 1])
    last = rows[PAGE - 1]["id"] if len(rows) > PAGE else None
    context = {"readings": readings(rows[:PAGE]), "next": last, "is_later": "before" in request.GET}
    return render(request, "audit/mine.html", context)
