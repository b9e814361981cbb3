"""Pages of 组织结对共建 and 党员志愿者行动: everybody of the organisation sees them, its officers keep them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import Viewer, viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.calendar import today
from hardship.models import Activity, Exchange, VolunteerAction
from hardship.models.exchange import RESOURCE
from hardship.pairing import exchange_actions as actions
from hardship.pairing.exchange_forms import ActivityForm, ExchangeEndForm, ExchangeForm, VolunteerForm
from hardship.pairing.seeing import shown_form
from hardship.steps import WhyForm, seen_version
from members.models import Organization, Person

PAGE = 20
KEEPERS = gettext_lazy("由结对党组织的书记、组织委员、组织员或组织部登记。")


def kept_places(user: Any) -> Any:
    """Return the organisations for which the visitor keeps this."""
    reach = viewer_of(user).reach(RESOURCE, "e").over_organizations()
    return Organization.objects.filter(reach.q(occupation=""))


@guard("exchange", "v")
@require_GET
def exchanges(request: HttpRequest) -> HttpResponse:
    """List the pairs of organisations, the running first, with when they last did something."""
    stands = Q(activities__withdrawn_at=None)
    found = Exchange.objects.visible_to(request.user).with_names()
    counted = found.annotate(done=Count("activities", filter=stands), last_on=Max("activities__on", filter=stands))
    ordered = counted.order_by("ended_on", "organization__code", "-pk")
    running, ended = ordered.running(), ordered.filter(ended_on__isnull=False)
    page = Paginator(ended.order_by("-ended_on", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {"running": running, "page": page, "keeps": viewer_of(request.user).may(RESOURCE, "e")}
    return render(request, "pairing/exchanges.html", context)


@guard("exchange", "e")
@require_http_methods(["GET", "POST"])
def exchange_new(request: HttpRequest) -> HttpResponse:
    """Write down that two organisations agreed to do something together."""
    form = ExchangeForm(request.POST or None, kept=kept_places(request.user), on=today())
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = actions.open_exchange(said=said, once_key=said.pop("once_key"), by=request.user)
            messages.success(request, _("已登记这项共建。"))
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return shown_form(request, "pairing/exchange_new.html", form)


def seen_exchange(request: HttpRequest, pk: int) -> Exchange:
    found: Exchange = get_object_or_404(Exchange.objects.visible_to(request.user).with_names(), pk=pk)
    return found


def kept_exchange(request: HttpRequest, pk: int) -> Exchange:
    """Return a running exchange of one of the sides that the visitor keeps."""
    one = seen_exchange(request, pk)
    if not Exchange.objects.kept_by(request.user).filter(pk=one.pk).exists():
        raise PermissionDenied(str(KEEPERS))
    if one.ended_on is not None:
        raise PermissionDenied(_("这项共建已经结束。"))
    return one


@guard("exchange", "v")
@require_GET
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what two organisations do together."""
    one = seen_exchange(request, pk)
    keeps = one.ended_on is None and Exchange.objects.kept_by(request.user).filter(pk=one.pk).exists()
    context = {"exchange": one, "activities": one.activities.filter(withdrawn_at=None), "keeps": keeps}
    return render(request, "pairing/exchange.html", context)


@guard("exchange", "e")
@require_http_methods(["GET", "POST"])
def activity_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was done together."""
    one = kept_exchange(request, pk)
    form = ActivityForm(request.POST or None, exchange=one, today=today())
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            actions.log_activity(exchange=one, said=said, once_key=said.pop("once_key"), by=request.user)
            messages.success(request, _("已记下这次活动。"))
            return redirect(one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return shown_form(request, "pairing/activity.html", form, exchange=one)


@guard("exchange", "e")
@require_http_methods(["GET", "POST"])
def activity_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an activity back."""
    seen = Activity.objects.filter(withdrawn_at=None, exchange__in=Exchange.objects.visible_to(request.user))
    row = get_object_or_404(seen, pk=pk)
    one = kept_exchange(request, row.exchange_id)
    return _taken_back(request, row, one.organization.path or "", "withdraw-activity", one.get_absolute_url())


@guard("exchange", "e")
@require_http_methods(["GET", "POST"])
def exchange_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it."""
    one = kept_exchange(request, pk)
    form = ExchangeEndForm(request.POST or None, exchange=one, on=today())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.end_exchange(
                exchange=one, seen=seen_version(request), ended_on=said["ended_on"], why=said["why"], by=request.user
            )
            messages.success(request, _("已结束这项共建。"))
            return redirect(one)
        except Overtaken:
            return _overtaken(request, one.get_absolute_url())
    return shown_form(request, "pairing/exchange_end.html", form, exchange=one, seen=one.version)


def _overtaken(request: HttpRequest, back: str) -> HttpResponse:
    return render(request, "pairing/exchange_conflict.html", {"back": back}, status=409)


def _taken_back(request: HttpRequest, row: Any, path: str, what: str, back: str) -> HttpResponse:
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back(row, why=form.cleaned_data["why"].strip(), path=path, what=what, by=request.user)
            messages.success(request, _("已撤回。"))
            return redirect(back)
        except Overtaken:
            return _overtaken(request, back)
    return shown_form(request, "pairing/take_back.html", form, row=row, back=back)


@guard("exchange", "v")
@require_GET
def volunteering(request: HttpRequest) -> HttpResponse:
    """List what volunteers did: by day, without a sum for anybody."""
    seen = VolunteerAction.objects.visible_to(request.user).standing().select_related("organization__parent")
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    viewer, on_page = viewer_of(request.user), list(page)
    names, kept = names_in(on_page, viewer), kept_numbers(on_page, request.user)
    context = {
        "page": page,
        "rows": [(one, names.get(one.pk, []), counts, one.pk in kept) for one, counts in counted(on_page)],
        "keeps": viewer.may(RESOURCE, "e"),
    }
    return render(request, "pairing/volunteering.html", context)


def counted(found: list[VolunteerAction]) -> list[tuple[VolunteerAction, int]]:
    """Return each with how many took part, in one query."""
    counts = VolunteerAction.objects.filter(pk__in=[one.pk for one in found]).order_by()
    numbers = dict(counts.values_list("pk").annotate(n=Count("volunteers")))
    return [(one, numbers[one.pk]) for one in found]


def names_in(found: list[VolunteerAction], viewer: Viewer) -> dict[int, list[str]]:
    """Return who took part, for who sees those people's names anyway, and oneself: {action: names}."""
    seen = Person.objects.filter(viewer.reach("person", "v").q()).by_name()
    names: dict[int, list[str]] = {}
    rows = seen.filter(volunteer_actions__in=[one.pk for one in found])
    for action, name in rows.values_list("volunteer_actions", "name"):
        names.setdefault(action, []).append(name)
    return names


def kept_numbers(found: list[VolunteerAction], user: Any) -> set[int]:
    kept = VolunteerAction.objects.kept_by(user).filter(pk__in=[one.pk for one in found])
    return set(kept.values_list("pk", flat=True))


@guard("exchange", "e")
@require_http_methods(["GET", "POST"])
def volunteering_new(request: HttpRequest) -> HttpResponse:
    """Write down what members of a branch did; who keeps several branches chooses one first."""
    branches = kept_places(request.user).filter(kind=Organization.Kind.BRANCH).in_official_order()
    place = chosen_branch(request, branches)
    if place is None:
        status = 422 if request.method == "POST" else 200
        return render(request, "pairing/volunteering_new.html", {"branches": branches}, status=status)
    people = Person.objects.party_members().at_or_below(place.path or "").by_name()
    form = VolunteerForm(request.POST or None, people=people, today=today())
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        actions.log_action(organization=place, said=said, once_key=said.pop("once_key"), by=request.user)
        messages.success(request, _("已记下这次行动。"))
        return redirect("pairing:volunteering")
    return shown_form(request, "pairing/volunteering_new.html", form, place=place, one_only=len(branches) == 1)


def chosen_branch(request: HttpRequest, branches: Any) -> Organization | None:
    """Return the branch of ?organization=, the only one where there is no choice, else None."""
    wanted = request.GET.get("organization", "")
    if wanted.isdecimal() and len(wanted) < 19:
        found: Organization | None = branches.filter(pk=int(wanted)).first()
        return found
    rows = list(branches[:2])
    return rows[0] if len(rows) == 1 and not wanted else None


@guard("exchange", "e")
@require_http_methods(["GET", "POST"])
def volunteering_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an action back."""
    seen = VolunteerAction.objects.visible_to(request.user).standing().select_related("organization")
    one = get_object_or_404(seen, pk=pk)
    if not VolunteerAction.objects.kept_by(request.user).filter(pk=one.pk).exists():
        raise PermissionDenied(_("由本党组织的书记、组织委员、组织员或组织部撤回。"))
    return _taken_back(request, one, one.organization.path or "", "withdraw-action", reverse("pairing:volunteering"))
