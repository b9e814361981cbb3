"""Pages of the ledger: the list, registering, one case, its paper."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.approvals.models import last_decisions
from carehub.audit.models import Action, AuditEvent
from carehub.audit.trail import record_first, record_many
from carehub.calendar import today
from carehub.sheets.writing import file_name, ledger_response, write_ledger
from hardship.cases import actions
from hardship.cases.chain import CASES
from hardship.cases.forms import CaseForm, LedgerFilter, OwnForm
from hardship.cases.hints import hints_for
from hardship.cases.pages import reads_closed, rows_of, shows_ground
from hardship.cases.panels import reviews_due
from hardship.cases.sheet_to_fill import sheet_to_fill
from hardship.cases.sheets import hardship_ledger
from hardship.cases.stepping import conflict, may_mend, note, page_of_case, seen_case
from hardship.models import Case
from hardship.models.case import WHERE, CaseQuerySet
from hardship.numbers import told
from hardship.steps import seen_version, whom_to_enter
from members.models import Person
from members.panels import scope_words

PAGE = 20


@guard("hardship", "v", "n")
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    """List what waits for the visitor, and the ledger; who has numbers only gets the numbers."""
    on, viewer = today(), viewer_of(request.user)
    seen = Case.objects.in_organizations_of(request.user)
    form = LedgerFilter(request.GET)
    found = form.filter(seen, reads_closed=reads_closed(viewer)).with_names().order_by("person__path", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    waiting = seen.in_steps().with_names().order_by("application__since_on", "pk")
    asked = request.GET.copy()
    asked.pop("page", None)
    keeps = viewer.reach("hardship", "e").over_others()
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(list(page), request.user, on),
        "mine": [row for row in rows_of(list(waiting), request.user, on) if row.is_mine],
        "own": rows_of(list(Case.objects.filter(person=viewer.person_id).with_names()), request.user, on),
        "due": reviews_due(request.user, on) if keeps else [],
        "hints": hints_for(request.user, on),
        "counts": counts_of(request.user),
        "query": asked.urlencode(),
        "is_keeper": bool(keeps),
        "reads_closed": reads_closed(viewer),
        "is_plain": not viewer.reach("hardship", "v", "n").over_others(),
        "sees_others": bool(viewer.reach("hardship", "v").over_others()),
        "may_export": viewer.may("hardship", "x"),
    }
    return render(request, "hardship/list.html", context)


def counts_of(user: Any) -> list[tuple[str, str]]:
    """Return how many are recognised by degree, in the visitor's part of the school; numbers alone for 党委."""
    viewer = viewer_of(user)
    part = viewer.reach("hardship", "v", "n").over_others()
    seen = Case.objects.recognised().filter(part.q(**WHERE))
    found = dict(seen.order_by().values_list("degree").annotate(n=Count("pk"))) if part else {}
    keeps = bool(viewer.reach("hardship", "v").over_others())
    return [(str(one.label), told(found[one.value], keeps=keeps)) for one in Case.Degree if one.value in found]


@guard("hardship", "v")
@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one case: the hardship for who may read it, else that there was one; what the visitor may do."""
    one = seen_case(request, pk)
    note(request, one)
    return render(request, "hardship/case.html", page_of_case(one, request.user))


@guard("hardship", "p")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Ask for help oneself; who is in the ledger already is led to the own case."""
    person = get_object_or_404(Person.objects.select_related("organization"), pk=viewer_of(request.user).person_id or 0)
    standing = Case.objects.open().filter(person=person).first()
    if standing is not None and request.method == "GET":
        return redirect(standing)
    before = Case.objects.closed().filter(person=person).order_by("-pk").first()
    form = OwnForm(request.POST or None, on=today(), initial=actions.values_of(before) if before else {})
    return registered(request, form, person, before, "hardship/apply.html")


@guard("hardship", "e")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Register somebody of the own organisations."""
    person, search = whom_to_enter(request, "hardship")
    if person is None:
        return render(request, "hardship/enter.html", search, status=422 if request.method == "POST" else 200)
    return registered(request, CaseForm(request.POST or None, on=today()), person, None, "hardship/enter.html")


def registered(
    request: HttpRequest, form: OwnForm, person: Person, before: Case | None, template: str, **more: Any
) -> HttpResponse:
    """Show the form of a registration, or do what it says."""
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = actions.open_case(
                person=person, said=said, once_key=said.pop("once_key"), by=request.user, on=today(), reopens=before
            )
            messages.success(request, _("已登记，等党支部评议。"))
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "person": person, "before": before} | more
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@guard("hardship", "p", "e")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend what was returned, or what nobody has decided on yet."""
    one = seen_case(request, pk)
    if not one.application.is_open:
        raise PermissionDenied(_("已经办结，不能再改。情况变了请记一次复核。"))
    if not may_mend(one, request.user):
        raise PermissionDenied(_("由登记的同志或本人修改；已有一级办过的，等退回再改。"))
    kind = OwnForm if one.person.user_id == request.user.pk else CaseForm
    initial = actions.values_of(one) | {"consent": True, "consent_on": one.consent_on}
    form = kind(request.POST or None, on=today(), initial=initial)
    note(request, one)
    if request.method == "POST" and form.is_valid():
        kept = {"help_from_on": one.help_from_on, "help_to_on": one.help_to_on} if kind is OwnForm else {}
        try:
            said = form.cleaned_data | kept
            actions.amend(case=one, seen=seen_version(request), said=said, by=request.user, on=today())
            messages.success(request, _("已改好。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "case": one, "person": one.person, "seen": one.application.version}
    return render(request, "hardship/edit.html", context, status=422 if request.method == "POST" else 200)


@guard("hardship", "v")
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Print 困难党员登记表 with places for signature and seal; the trail is written first."""
    one = seen_case(request, pk)
    if not shows_ground(one, viewer_of(request.user)):
        raise Http404
    record_first(Action.READ, by=request.user, target=one.person, path=one.path, what="case-form")
    last = last_decisions(one.application)
    decided = [(stop, last.get(stop.step.code)) for stop in one.application.stops(CASES)]
    return render(request, "hardship/paper.html", {"case": one, "decided": decided})


@guard("hardship", "x")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the ledger that the filter shows as a workbook, masked; the trail is written before the first byte.

    Who is on the list reads of it in the own file; it left for no organisation, or everybody of it would.
    """
    viewer, on = viewer_of(request.user), today()
    form, reach = LedgerFilter(request.GET), viewer.reach("hardship", "x")
    part = Case.objects.filter(reach.q(**WHERE)).exclude(person=viewer.person_id)
    found = form.filter(part, reads_closed=reads_closed(viewer)).order_by("person__path", "pk")
    asked = sorted(name for name in form.fields if form.value(name))
    scope, event = scope_words(viewer), leaving(request, found, "hardship", filters=asked)
    data = write_ledger(hardship_ledger(found, viewer, on=on, scope=scope), by=viewer.name, at=timezone.now())
    return ledger_response(file_name(scope, _("困难党员台账"), str(on)), data, after=event)


def leaving(request: HttpRequest, found: CaseQuerySet, what: str, **more: Any) -> AuditEvent:
    """Write down that a list of cases leaves, and in the own file of each who stands on it."""
    event = record_first(Action.EXPORT, by=request.user, what=what, rows=found.count(), **more)
    people = Person.objects.filter(pk__in=found.order_by().values("person"))
    record_many(Action.READ, people, by=request.user, what=what)
    return event


@guard("hardship", "e")
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """Hand out the sheet to fill in: with who is in the ledger for who may export it, empty for the other keepers."""
    viewer, on = viewer_of(request.user), today()
    part = Case.objects.open().filter(viewer.reach("hardship", "x").q(**WHERE)).exclude(person=viewer.person_id)
    found = part.filter(viewer.reach("hardship", "e").q(**WHERE), person__number__gt="").order_by("person__path", "pk")
    if viewer.may("hardship", "x"):
        event = leaving(request, found, "hardship-sheet")
    else:
        event = record_first(Action.DOWNLOAD, by=request.user, what="template", kind="hardship")
    name = file_name(scope_words(viewer), _("困难党员台账填报表"), str(on))
    return ledger_response(name, sheet_to_fill(found), after=event)
