"""Pages of 结对帮扶: the list, a new one from a case, one pairing, its change, its end, its paper."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case as Cases
from django.db.models import Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from hardship.cases.needs import owners_for
from hardship.models import Case, Pairing
from hardship.models.pairing import RUNNING
from hardship.pairing import actions
from hardship.pairing.forms import EndForm, PairingFilter, PairingForm, TextForm
from hardship.pairing.pages import helpers_in, responsible_words, rows_of, shows_words
from hardship.pairing.seeing import conflict, kept_pairing, note, page_of_pairing, seen_pairing, shown_form
from hardship.pairing.serving import choose_helper, chosen_helper
from hardship.steps import seen_version

PAGE = 20


@guard("pairing", "v")
@require_GET
def pairings(request: HttpRequest) -> HttpResponse:
    """List the own ones and those of the own organisations, the running first."""
    on, viewer = today(), viewer_of(request.user)
    form = PairingFilter(request.GET)
    ledger = Pairing.objects.in_organizations_of(request.user)
    order = Cases(When(RUNNING, then=Value(0)), default=Value(1))
    found = form.filter(ledger, on).with_names().order_by(order, "case__person__organization__code", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    helping = Pairing.objects.helped_by(viewer.person_id or 0).with_names().order_by("pk")
    own = Pairing.objects.filter(case__person=viewer.person_id or 0).with_names()
    sees_others = bool(viewer.reach("pairing", "v").over_others())
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(list(page), request.user, on),
        "helping": rows_of(list(helping), request.user, on),
        "own": rows_of(list(own), request.user, on),
        "loads": helpers_in(ledger) if sees_others else [],
        "query": asked.urlencode(),
        "sees_others": sees_others,
        "keeps": bool(viewer.reach("pairing", "e").over_others()),
    }
    return render(request, "pairing/list.html", context)


@guard("pairing", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a helper for a person in hardship, then write down need, measures and who is responsible."""
    found = Case.objects.in_organizations_of(request.user).select_related("person__organization", "application")
    case, on = get_object_or_404(found, pk=pk), today()
    if not viewer_of(request.user).reach("pairing", "e").over_others().covers(case.access_facts()):
        raise PermissionDenied(_("由本人所在党组织的书记、组织委员、组织员或组织部安排结对。"))
    if case.recognised_on is None or not case.is_open:
        raise PermissionDenied(_("只为在册的困难党员结对：先认定，再结对；结束了的不再结对。"))
    helper = chosen_helper(request, case.person)
    if helper is None:
        return choose_helper(request, case.person, "pairing/new.html", {"case": case})
    form = PairingForm(request.POST or None, posts=owners_for(case, on), on=on, recognised_on=case.recognised_on)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = actions.open_pairing(
                case=case, said=said, helper=helper, once_key=said.pop("once_key"), by=request.user, on=on
            )
            messages.success(request, _("已结对，告诉了帮扶人和本人。"))
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return shown_form(request, "pairing/new.html", form, case=case, helper=helper)


@guard("pairing", "v")
@require_GET
def pairing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one pairing: who helps with what, the contacts, what came of it."""
    one = seen_pairing(request, pk)
    note(request, one)
    return render(request, "pairing/pairing.html", page_of_pairing(one, request.user))


@guard("pairing", "e")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change need, measures, who is responsible, the days ahead."""
    one, on = kept_pairing(request, pk), today()
    note(request, one)
    initial = {name: getattr(one, name) for name in actions.TEXT}
    form = TextForm(
        request.POST or None, posts=owners_for(one.case, on), on=on, first=one.started_on, initial=initial
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_pairing(pairing=one, seen=seen_version(request), said=form.cleaned_data, by=request.user)
            messages.success(request, _("已改好。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
    return shown_form(request, "pairing/edit.html", form, pairing=one, seen=one.version)


@guard("pairing", "e")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a pairing with what came of it."""
    one = kept_pairing(request, pk, gone_too=True)
    form = EndForm(request.POST or None, pairing=one, on=today())
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_pairing(
                pairing=one, seen=seen_version(request), said=form.cleaned_data, by=request.user, on=today()
            )
            messages.success(request, _("已结束，告诉了帮扶人和本人。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
    return shown_form(request, "pairing/end.html", form, pairing=one, seen=one.version)


@guard("pairing", "e", "x")
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Print 结对帮扶登记表 with places for signatures; the trail is written first."""
    one = seen_pairing(request, pk)
    viewer = viewer_of(request.user)
    if not viewer.reach("pairing", "e", "x").over_others().covers(one.access_facts()):
        raise PermissionDenied(_("由本人所在党组织的书记、组织委员、组织员或组织部打印。"))
    if one.person.pk == viewer.person_id:
        raise PermissionDenied(_("这是您本人的结对，由党组织别的同志打印。"))
    if not shows_words(one, viewer):
        raise Http404
    record_first(Action.READ, by=request.user, target=one.person, path=one.path, what="pairing-form")
    context: dict[str, Any] = {
        "pairing": one,
        "responsible": responsible_words(one.responsible, viewer.on) or one.responsible.person.name,
        "helpers": one.helpers.with_names(),
        "contacts": one.contacts.standing().select_related("helper__person").order_by("on", "pk"),
    }
    return render(request, "pairing/paper.html", context)
