"""Pages of who keeps the ledger: reviewing a case, closing it, registering again, the needs of its person."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.calendar import today
from hardship.cases import actions
from hardship.cases import needs as needs_actions
from hardship.cases.forms import CaseForm, CloseForm, NeedForm, OwnerForm, ResultForm, ReviewForm
from hardship.cases.pages import rows_of, shows_ground
from hardship.cases.stepping import conflict, has_open, joined, may_keep, note
from hardship.cases.views import registered
from hardship.models import Case, Need, Review
from hardship.steps import seen_version


def kept_case(request: HttpRequest, pk: int) -> Case:
    """Return a case of the visitor's own ledger: 404 out of reach and for his own, 403 in reach without the right."""
    one: Case = get_object_or_404(joined(Case.objects.in_organizations_of(request.user)), pk=pk)
    if not may_keep(one, viewer_of(request.user)):
        raise PermissionDenied(_("由本人所在党组织的书记、组织委员、组织员或组织部办。"))
    return one


@guard("hardship", "e")
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that somebody looked again; who is over it is led on to the end of the case."""
    one = kept_case(request, pk)
    if not one.is_recognised:
        raise PermissionDenied(_("只复核在册的。"))
    note(request, one)
    form = ReviewForm(request.POST or None, case=one, on=today())
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = actions.review(
                case=one, seen=seen_version(request), said=said, once_key=said.pop("once_key"), by=request.user,
                on=today(),
            )  # fmt: skip
            over = made.result == Review.Result.OVERCOME
            messages.success(request, _("已记下。脱困的，请接着结束登记。") if over else _("已记下这次复核。"))
            return redirect("hardship:close", one.pk) if over else redirect(one)
        except Overtaken:
            return conflict(request, one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _page(request, "hardship/review.html", one, form, seen=one.version, reviews=one.reviews.all())


@guard("hardship", "e")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """End a recognised case: from now on the branch sees the fact alone."""
    one = kept_case(request, pk)
    if not one.is_recognised:
        raise PermissionDenied(_("只结束在册的；办理中的请撤回。"))
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.close(
                case=one, seen=seen_version(request), outcome=said["outcome"], why=said["why"], by=request.user,
                on=today(),
            )  # fmt: skip
            messages.success(request, _("已结束，告诉了本人。困难情况只留给本人和组织部。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
    return _page(request, "hardship/close.html", one, form, seen=one.version)


@guard("hardship", "e")
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Register somebody again whose case was closed; what stood there before is filled in for who still reads it."""
    one = kept_case(request, pk)
    if one.is_open or has_open(one):
        raise PermissionDenied(_("这位同志还在台账里，不用重新登记。"))
    reads = shows_ground(one, viewer_of(request.user))
    note(request, one)
    initial = actions.values_of(one) if reads else {}
    form = CaseForm(request.POST or None, on=today(), initial=initial)
    return registered(
        request, form, one.person, one, "hardship/reopen.html", row=rows_of([one], request.user, today())[0]
    )


@guard("hardship", "e")
@require_http_methods(["GET", "POST"])
def need_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the person needs and who sees to it."""
    one, on = kept_case(request, pk), today()
    if not one.is_open:
        raise PermissionDenied(_("已经结束，不再登记需求。"))
    form = NeedForm(request.POST or None, owners=needs_actions.owners_for(one, on), on=on)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            needs_actions.add_need(
                case=one, what=said["what"], owner=said["owner"], due_on=said["due_on"], once_key=said["once_key"],
                by=request.user, on=on,
            )  # fmt: skip
            messages.success(request, _("已记下，告诉了来办的同志。"))
            return redirect(one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return _page(request, "hardship/need_new.html", one, form)


@guard("hardship", "e", "a")
@require_http_methods(["GET", "POST"])
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what came of a need."""
    found = handled_need(request, pk)
    form = ResultForm(request.POST or None, initial={"state": Need.State.DONE})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            needs_actions.finish_need(
                need=found, seen=seen_version(request), state=said["state"], result=said["result"], by=request.user,
                on=today(),
            )  # fmt: skip
            messages.success(request, _("已记下结果。"))
            return redirect(found.case)
        except Overtaken:
            return conflict(request, found.case)
    return _page(request, "hardship/need.html", found.case, form, need=found, seen=found.version)


@guard("hardship", "e", "a")
@require_http_methods(["GET", "POST"])
def need_give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a need to somebody else, or another date."""
    found, on = handled_need(request, pk), today()
    owners = needs_actions.owners_for(found.case, on)
    form = OwnerForm(request.POST or None, owners=owners, on=on, initial={"due_on": max(found.due_on, on)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            needs_actions.give_need(
                need=found, seen=seen_version(request), owner=said["owner"], due_on=said["due_on"], by=request.user,
                on=on,
            )  # fmt: skip
            messages.success(request, _("已转请，告诉了来办的同志。"))
            return redirect(found.case)
        except Overtaken:
            return conflict(request, found.case)
    return _page(request, "hardship/need_give.html", found.case, form, need=found, seen=found.version)


def handled_need(request: HttpRequest, pk: int) -> Need:
    """Return an open need of a case in the visitor's hands; a closed one, or that of a closed case, has no page."""
    viewer = viewer_of(request.user)
    cases = Case.objects.in_organizations_of(request.user).open()
    rows = Need.objects.open().filter(case__in=cases).with_names()
    found: Need = get_object_or_404(rows.select_related("case__application", "case__person__organization"), pk=pk)
    if not viewer.reach("hardship", "e", "a").over_others().covers(found.case.access_facts()):
        raise PermissionDenied(_("由来办的同志、本人所在党组织或组织部写结果。"))
    note(request, found.case)
    return found


def _page(request: HttpRequest, template: str, one: Case, form: Any, **more: Any) -> HttpResponse:
    context = {"case": one, "form": form} | more
    return render(request, template, context, status=422 if request.method == "POST" else 200)
