"""Pages of who helps: choosing somebody with his load in sight, adding or replacing a helper, his last day."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from carehub.access.guards import guard
from carehub.approvals.actions import Overtaken, Refused
from carehub.calendar import today
from hardship.models import Helper, Pairing
from hardship.pairing import actions
from hardship.pairing.forms import HelperEndForm, HelperForm
from hardship.pairing.pages import loads_of
from hardship.pairing.seeing import check_keeper, conflict, joined, kept_pairing, shown_form
from hardship.steps import seen_version
from members.models import Person
from members.roles_views import FOUND, chosen_person


def people_for(request: HttpRequest, helped: Person) -> Any:
    """Return who may be named as a helper: people of the school whom the visitor sees, never the person himself."""
    return Person.objects.visible_to(request.user).in_school().exclude(pk=helped.pk)


def chosen_helper(request: HttpRequest, helped: Person) -> Person | None:
    return chosen_person(request, among=people_for(request, helped))


def choose_helper(request: HttpRequest, helped: Person, template: str, more: dict[str, Any]) -> HttpResponse:
    """Show the search for a helper; each result says how many he helps already. Official order, no ranking."""
    words = request.GET.get("q", "").strip()[:60]
    found = (
        people_for(request, helped).found_by(words).order_by("organization__code", "pinyin", "pk") if words else None
    )
    people = list(found.select_related("organization")[:FOUND]) if found is not None else []
    loads = loads_of(one.pk for one in people) if people else {}
    context = {"words": words, "people": [(one, loads.get(one.pk, 0)) for one in people]} | more
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@guard("pairing", "e")
@require_http_methods(["GET", "POST"])
def helper_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one more help, or one instead of another."""
    one, on = kept_pairing(request, pk), today()
    helper = chosen_helper(request, one.person)
    if helper is None:
        return choose_helper(request, one.person, "pairing/helper_new.html", {"pairing": one})
    form = HelperForm(request.POST or None, pairing=one, on=on)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            actions.add_helper(
                pairing=one, seen=seen_version(request), person=helper, said=said, once_key=said.pop("once_key"),
                by=request.user, on=on,
            )  # fmt: skip
            messages.success(request, _("已记下，告诉了这位帮扶人。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return shown_form(request, "pairing/helper_new.html", form, pairing=one, helper=helper, seen=one.version)


def kept_helper(request: HttpRequest, pk: int) -> Helper:
    """Return a helper of a running pairing that the visitor keeps."""
    pairings = Pairing.objects.visible_to(request.user)
    found = Helper.objects.filter(to_on=None, pairing__in=pairings).with_names()
    helper: Helper = get_object_or_404(found, pk=pk)
    helper.pairing = joined(Pairing.objects.all()).get(pk=helper.pairing_id)
    check_keeper(helper.pairing, request.user)
    if not helper.pairing.is_running:
        raise PermissionDenied(_("这项结对已经结束。"))
    return helper


@guard("pairing", "e")
@require_http_methods(["GET", "POST"])
def helper_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the service of one helper."""
    helper = kept_helper(request, pk)
    one = helper.pairing
    form = HelperEndForm(request.POST or None, helper=helper, on=today())
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_helper(
                helper=helper, seen=seen_version(request), to_on=form.cleaned_data["to_on"], by=request.user
            )
            messages.success(request, _("已记下。没有别的帮扶人的，请再确定一位。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
    return shown_form(request, "pairing/helper_end.html", form, pairing=one, helper=helper, seen=one.version)
