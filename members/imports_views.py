"""Bringing a workbook in: upload, look at what it would do, confirm; the list of what was brought in."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from carehub.sheets.templates import template_workbook
from carehub.sheets.writing import ledger_response
from members.importing import batch as work
from members.importing.problems import workbook_of
from members.importing.undoing import CannotUndo, prospect, undo
from members.imports_forms import UploadForm, offered_to
from members.models import RosterImport

PAGE = 25


@guard("roster_import", "e", "p")
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """List the imports that the visitor may see, the newest first, with a way to upload another."""
    seen = (
        RosterImport.objects.visible_to(request.user)
        .without_content()
        .select_related("uploaded_by__person", "undone_by__person")
    )
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    return render(request, "members/imports.html", {"page": page, "kinds": offered_to(request.user)})


@guard("roster_import", "e", "p")
@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """Take a workbook."""
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, user=request.user)
        if form.is_valid():
            file = form.cleaned_data.pop("file")
            return redirect(
                work.upload(
                    file_name=file.name or _("未命名.xlsx"),
                    content=file.read(),
                    by=request.user,
                    on=today(),
                    **form.cleaned_data,
                )
            )
    else:
        initial = {"once_key": uuid.uuid4(), "kind": request.GET.get("kind", "")}
        form = UploadForm(user=request.user, initial=initial)
    context = {"form": form, "kinds": offered_to(request.user)}
    return render(request, "members/import_new.html", context, status=422 if form.errors else 200)


@guard("roster_import", "e", "p")
@require_GET
def import_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one upload: how far it is, what it would do, or what it did."""
    return render(request, "members/import.html", {"batch": own_batch(request, pk)})


@guard("roster_import", "e", "p")
@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the body of the page; it asks for itself again while work is going on."""
    return render(request, "members/_import.html", {"batch": own_batch(request, pk)})


@guard("roster_import", "e", "p")
@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was shown; a second click finds it under way."""
    batch = own_batch(request, pk)
    if not work.confirm(batch=batch, by=request.user):
        messages.info(request, _("已经在写入，或已写完。没有重复写入。"))
    return redirect(batch)


@guard("roster_import", "e", "p")
@require_http_methods(["GET", "POST"])
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what taking a written roster back would change, or why it stays; take it back on a click."""
    batch = own_batch(request, pk)
    if request.method == "GET":
        context = {"batch": batch, **prospect(batch=batch, by=request.user)}
        return render(request, "members/import_undo.html", context)
    try:
        undo(batch=batch, by=request.user)
    except CannotUndo as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("已撤销这次导入，资料恢复到导入以前。"))
    return redirect(batch)


@guard("roster_import", "e", "p")
@require_GET
def import_problems(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the rows that need a look, as they stand in the file, cells marked; to its uploader only."""
    own = RosterImport.objects.filter(uploaded_by=request.user.pk).defer("content", "before", "preview", "report")
    batch = get_object_or_404(own, pk=pk)
    if not batch.problems:
        messages.info(request, _("这次导入没有要改的行，或已过保存期。"))
        return redirect(batch)
    data = workbook_of(batch)
    event = record_first(
        Action.DOWNLOAD, by=request.user, target=batch, what="import-problems", rows=len(batch.problems["rows"])
    )
    name = _("%(file)s_要改的行.xlsx") % {"file": batch.file_name.rpartition(".")[0]}
    return ledger_response(name, data, after=event)


@guard("roster_import", "e", "p")
@require_GET
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand out an empty workbook with the right header."""
    chosen = next((one for one in offered_to(request.user) if one.kind == kind), None)
    if chosen is None:
        raise Http404
    columns = [(column.label, column.hint, column.required) for column in chosen.columns if column.in_template]
    data = template_workbook(str(chosen.title), columns)
    event = record_first(Action.DOWNLOAD, by=request.user, what="template", kind=kind)
    return ledger_response(_("%(title)s_模板.xlsx") % {"title": chosen.title}, data, after=event)


def own_batch(request: HttpRequest, pk: int) -> RosterImport:
    seen = RosterImport.objects.visible_to(request.user).select_related("undone_by__person", "uploaded_by__person")
    return get_object_or_404(seen.defer("content", "before", "problems"), pk=pk)
