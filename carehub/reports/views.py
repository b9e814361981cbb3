"""Inspection workbooks: ask for one, leave, find it again, download what was frozen."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carehub.access.guards import guard
from carehub.calendar import today
from carehub.reports import actions
from carehub.reports.forms import InspectionForm
from carehub.reports.models import Inspection
from carehub.sheets.writing import ledger_response

PAGE = 25


@guard("inspection", "v")
@require_GET
def inspections(request: HttpRequest) -> HttpResponse:
    """List the workbooks in reach, those still being made first, and offer the form for another."""
    return listed(request, InspectionForm(user=request.user, on=today()))


def listed(request: HttpRequest, form: InspectionForm) -> HttpResponse:
    """Render the list around a form that is fresh or came back with errors."""
    seen = Inspection.objects.visible_to(request.user).without_content().newest_first()
    page = Paginator(seen.ready(), PAGE).get_page(request.GET.get("page"))
    rows = [(one, one.is_open_to(request.user)) for one in page]
    context = {"form": form, "page": page, "rows": rows, "unfinished": seen.unfinished()[:PAGE]}
    return render(request, "reports/inspections.html", context, status=422 if form.errors else 200)


@guard("inspection", "x")
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a workbook."""
    form = InspectionForm(request.POST, user=request.user, on=today())
    if not form.is_valid():
        return listed(request, form)
    return redirect(actions.request_inspection(by=request.user, on=today(), **form.cleaned_data))


@guard("inspection", "v")
@require_GET
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one workbook: how far it is, or what was frozen."""
    return render(request, "reports/inspection.html", shown(request, pk))


@guard("inspection", "v")
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the card of one workbook; it asks for itself again until the file is there."""
    return render(request, "reports/_inspection.html", shown(request, pk))


@guard("inspection", "x")
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a workbook that could not be made back into the queue."""
    found = seen_by(request, pk)
    if not actions.ask_again(inspection=found, by=request.user):
        messages.info(request, _("这份工作簿已经在生成，您的操作没有重复。"))
    return redirect(found)


@guard("inspection", "x")
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand over the frozen file, the same bytes each time; the trail has it first."""
    ready = Inspection.objects.visible_to(request.user).ready().select_related("organization")
    found = get_object_or_404(ready, pk=pk)
    try:
        content, event = actions.hand_over(inspection=found, by=request.user)
    except actions.NotTheSame:
        messages.error(request, _("存放的文件与校验码不符，没有下载。请告诉系统管理员，并重新生成一份。"))
        return redirect(found)
    return ledger_response(found.file_name, content, after=event)


def shown(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = seen_by(request, pk)
    return {"inspection": found, "may_take": found.is_open_to(request.user), "guarded": actions.GUARDED}


def seen_by(request: HttpRequest, pk: int) -> Inspection:
    """Return a workbook in reach, without its content; 404 for any other."""
    return get_object_or_404(Inspection.objects.visible_to(request.user).without_content(), pk=pk)
