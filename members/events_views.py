"""Pages of events of life: what happened, entering, telling for a department, taking back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import today
from members.events_actions import enter_event, may_be_withdrawn, tell_of_event, withdraw_event
from members.events_forms import EventForm, TellForm, WithdrawForm
from members.grants_actions import Refused
from members.models import LifeEvent, Person
from members.roles_views import FOUND, _status, chosen_person

PAGE, TOLD = 30, 30
FOLLOWS = "这条由名册、任职记录生成，或者是去世登记，不能在这里撤回。请改正名册里的记录。"


@guard("life_event", "v")
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """List what happened lately to the people that the viewer answers for."""
    found = LifeEvent.objects.visible_to(request.user).standing().newest_first()
    found = found.select_related("person", "organization")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    lines = [(event, may_be_withdrawn(event)) for event in page]
    return render(request, "members/events.html", {"page": page, "lines": lines})


@guard("life_event", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Look for a person, then write down what happened."""
    person = chosen_person(request, among=_people(request))
    words = request.GET.get("q", "").strip()[:60]
    if person is None:
        found = _people(request).found_by(words).by_name() if words else None
        people = found.select_related("organization")[:FOUND] if found else []
        return render(request, "members/event_new.html", {"words": words, "people": people}, status=_status(request))
    form = EventForm(request.POST or None, on=today())
    if request.method == "POST" and form.is_valid():
        try:
            enter_event(person=person, by=request.user, **form.cleaned_data)
            messages.success(request, _("已登记。要谈的已列入任务，期限内谈过会自动办结。"))
            return redirect("events:list")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/event_new.html", {"form": form, "person": person}, status=_status(request))


@guard("life_event", "e")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an event back; the duty that it opened goes with it."""
    seen = LifeEvent.objects.visible_to(request.user).standing().select_related("person", "organization")
    event = get_object_or_404(seen, pk=pk)
    if not may_be_withdrawn(event):
        raise PermissionDenied(_(FOLLOWS))
    return _withdrawing(request, event, "events:list")


@guard("life_event", "p")
@require_http_methods(["GET", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """Let a department hand over a fact; it sees what it handed over itself, and no file."""
    form = TellForm(request.POST or None, viewer=viewer_of(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = tell_of_event(by=request.user, **form.cleaned_data)
            messages.success(request, _("已告知%(place)s。") % {"place": made.organization})
            return redirect("events:tell")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    told = LifeEvent.objects.dropped_by(request.user).newest_first().select_related("person", "organization")[:TOLD]
    return render(request, "members/event_tell.html", {"form": form, "told": told}, status=_status(request))


@guard("life_event", "p")
@require_http_methods(["GET", "POST"])
def untell(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a department take back what it handed over by mistake."""
    own = LifeEvent.objects.dropped_by(request.user).standing().select_related("person", "organization")
    return _withdrawing(request, get_object_or_404(own, pk=pk), "events:tell")


def _withdrawing(request: HttpRequest, event: LifeEvent, back: str) -> HttpResponse:
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if withdraw_event(event=event, because=form.cleaned_data["because"], by=request.user):
            messages.success(request, _("已撤回，由它列出的任务也没有了。"))
        else:
            messages.info(request, _("已经撤回过，没有重复。"))
        return redirect(back)
    context = {"form": form, "event": event, "back": back}
    return render(request, "members/event_withdraw.html", context, status=_status(request))


def _people(request: HttpRequest) -> Any:
    """Return the people of whom the viewer may say what happened, never the viewer himself."""
    viewer = viewer_of(request.user)
    reach = viewer.reach("life_event", "e").q(path="path", person="pk")
    return Person.objects.visible_to(request.user).in_school().filter(reach).exclude(pk=viewer.person_id or 0)
