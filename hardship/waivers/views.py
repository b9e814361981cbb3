"""Pages of 党费减免 for who applies and who keeps the branch's papers: the list, applying, one request, its paper."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.approvals.machine import State
from carehub.calendar import today
from hardship.models import Waiver
from hardship.money import MoneyField
from hardship.steps import note_reading, seen_version, whom_to_enter
from hardship.waivers import actions
from hardship.waivers.conflicts import conflict
from hardship.waivers.counts import year_counts
from hardship.waivers.dues import reckon
from hardship.waivers.forms import PaperForm, WaiverForm
from hardship.waivers.pages import blocks_of, person_for, rows_of, shows_ground
from hardship.waivers.stepping import note, page_of_waiver, seen_waiver
from members.models import Person

PAGE = 30


@guard("waiver", "v", "c")
@require_GET
def waivers(request: HttpRequest) -> HttpResponse:
    """List what waits for the visitor, what others have, what holds, and what is over."""
    on, viewer = today(), viewer_of(request.user)
    seen = Waiver.objects.in_organizations_of(request.user).with_names()
    own = Waiver.objects.filter(person=viewer.person_id).with_names()
    running = rows_of(list(seen.open().order_by("application__since_on", "pk")), request.user, on)
    over = seen.exclude(application__state__in=["running", "returned"]).order_by("-last_month", "-pk")
    page = Paginator(over, PAGE).get_page(request.GET.get("page"))
    context = {
        "mine": [row for row in running if row.is_mine],
        "others": [row for row in running if not row.is_mine],
        "page": page,
        "before": rows_of(list(page), request.user, on),
        "own": rows_of(list(own), request.user, on),
        "counts": year_counts(request.user, on),
        "may_enter": viewer.reach("waiver", "e").over_others(),
        "may_meet": viewer.reach("waiver", "e").everything or viewer.may("waiver", "c"),
    }
    return render(request, "waivers/list.html", context)


@guard("waiver", "p")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Apply for oneself; ?renews= fills in what was approved before."""
    person = get_object_or_404(Person.objects.select_related("organization"), pk=viewer_of(request.user).person_id or 0)
    before = renewed(request, Waiver.objects.filter(person=person))
    form = WaiverForm(request.POST or None, person=person, on=today(), initial=first_values(person, before))
    return _applied(request, form, person, before, "waivers/apply.html")


@guard("waiver", "e")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Put down the signed paper of somebody of the own organisations."""
    person, search = whom_to_enter(request, "waiver")
    if person is None:
        return render(request, "waivers/enter.html", search, status=422 if request.method == "POST" else 200)
    before = renewed(request, Waiver.objects.visible_to(request.user).filter(person=person))
    form = PaperForm(request.POST or None, person=person, on=today(), initial=first_values(person, before))
    return _applied(request, form, person, before, "waivers/enter.html")


def _applied(
    request: HttpRequest, form: WaiverForm, person: Person, before: Waiver | None, template: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = actions.apply_for_waiver(
                person=person, said=said, once_key=said.pop("once_key"), by=request.user, on=today(), renews=before
            )
            messages.success(request, _("已收到，收条 %s。党支部会讨论。") % made.receipt)
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "person": person, "renews": before}
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def renewed(request: HttpRequest, among: Any) -> Waiver | None:
    """Return the approved waiver of ?renews=, None if there is none in reach."""
    wanted = request.GET.get("renews", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return None
    return among.filter(application__state=State.APPROVED).select_related("application").filter(pk=int(wanted)).first()


def first_values(person: Person, before: Waiver | None) -> dict[str, Any]:
    """Return what is known already: how the dues are counted, the months to come, what was approved before."""
    on = today()
    if before is not None:
        return actions.renewal_of(before, on)
    kinds = {"staff": Waiver.Dues.STAFF, "retired": Waiver.Dues.RETIRED}
    first, last = actions.usual_months(on)
    return {"dues": kinds.get(person.occupation, Waiver.Dues.FIXED), "first_month": first, "last_month": last}


@guard("waiver", "p", "e")
@require_GET
def reckoned(request: HttpRequest) -> HttpResponse:
    """Say what is due by the bands, as a fragment under the form."""
    try:
        income = MoneyField(label="", required=False).clean(request.GET.get("income", "")[:20])
    except forms.ValidationError:
        income = None
    found = reckon(request.GET.get("dues", ""), income, today())
    return render(request, "waivers/_reckoned.html", {"found": found})


@guard("waiver", "v", "c")
@require_GET
def waiver(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request: its steps, its ground for who may read it, and what the visitor may do."""
    one = seen_waiver(request, pk)
    note(request, one)
    return render(request, "waivers/waiver.html", page_of_waiver(one, request.user))


@guard("waiver", "p", "e")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend what was returned, or what nobody has decided on yet."""
    seen = Waiver.objects.visible_to(request.user).select_related("application", "person__organization")
    one = get_object_or_404(seen, pk=pk)
    if one.application.author_id != request.user.pk and one.person_id != viewer_of(request.user).person_id:
        raise PermissionDenied(_("由申请人或代为录入的同志修改。"))
    if not one.application.is_open:
        raise PermissionDenied(_("这份申请已经办结，不能再改。"))
    form = WaiverForm(request.POST or None, person=one.person, on=today(), initial=actions.values_of(one), waiver=one)
    context = {"form": form, "waiver": one, "seen": one.application.version}
    if request.method == "POST" and form.is_valid():
        try:
            actions.amend(waiver=one, seen=seen_version(request), said=form.cleaned_data, by=request.user, on=today())
            messages.success(request, _("已改好。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "waivers/edit.html", context, status=422 if request.method == "POST" else 200)


@guard("waiver", "v", "c")
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the 审批表 with the opinions and places for signature and seal, for who reads the ground."""
    one = seen_waiver(request, pk)
    if not shows_ground(one, viewer_of(request.user)):
        raise Http404
    note_reading(request, one.person, path=one.path, what="waiver-form")
    context = page_of_waiver(one, request.user) | {"blocks": blocks_of(one), "about": person_for(one, request.user)}
    return render(request, "waivers/paper.html", context)
