"""Pages of 组织关系转接: what waits, sending somebody, one transfer with its two sides; somebody new to the school."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import today
from members import transfers_actions as actions
from members.grants_actions import Refused
from members.models import Organization, Person, Transfer
from members.newcomers import Faulty, take_in
from members.roles_views import FOUND, _status, chosen_person
from members.transfers_forms import AnswerForm, NewcomerForm, TransferForm

PAGE = 30


@guard("person", "e")
@require_GET
def transfers(request: HttpRequest) -> HttpResponse:
    """List the transfers of both sides: what waits for the viewer, what others have, what is closed."""
    viewer, seen = viewer_of(request.user), Transfer.objects.visible_to(request.user).with_names()
    seen = seen.defer("note", "answer")
    waiting = [(one, actions.may_decide(one, viewer, request.user)) for one in seen.open().order_by("pk")]
    page = Paginator(seen.exclude(state=Transfer.State.OPEN), PAGE).get_page(request.GET.get("page"))
    context = {
        "mine": [one for one, may in waiting if may],
        "others": [one for one, may in waiting if not may],
        "page": page,
        "may_take_in": viewer.reach("person", "e").everything,
    }
    return render(request, "members/transfers.html", context)


@guard("person", "e")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Look for a person of one's own roster, then send him or her elsewhere."""
    people = _people(request)
    person = chosen_person(request, among=people)
    words = request.GET.get("q", "").strip()[:60]
    if person is None:
        found = people.found_by(words).by_name().select_related("organization")[:FOUND] if words else []
        return render(request, "members/transfer_new.html", {"words": words, "people": found}, status=_status(request))
    form = TransferForm(request.POST or None, on=today())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask_transfer(person=person, by=request.user, **form.cleaned_data)
            messages.success(request, _("已提出，等%(place)s办理。") % {"place": _other_side(made)})
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/transfer_new.html", {"form": form, "person": person}, status=_status(request))


def _people(request: HttpRequest) -> Any:
    """Return the people whose record the viewer keeps, never the viewer himself."""
    viewer = viewer_of(request.user)
    reach = viewer.reach("person", "e").q()
    return Person.objects.visible_to(request.user).in_school().filter(reach).exclude(pk=viewer.person_id or 0)


def _other_side(one: Transfer) -> str:
    return str(one.target) if one.target else _("党委组织部或本支部")


@guard("person", "e")
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one transfer; the other side takes over or declines, who asked takes it back."""
    one = get_object_or_404(Transfer.objects.visible_to(request.user).with_names(), pk=pk)
    form = AnswerForm(request.POST or None)
    may_decide = actions.may_decide(one, viewer_of(request.user), request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _act(request, one, form.cleaned_data["answer"], may_decide=may_decide)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except actions.AlreadyDone:
            messages.info(request, _("这次转接已经办过，您的操作没有生效。"))
            return redirect(one)
    context = {
        "one": one,
        "form": form,
        "may_decide": may_decide,
        "may_withdraw": actions.may_withdraw(one, viewer_of(request.user), request.user),
        "waits_for": _other_side(one),
    }
    return render(request, "members/transfer.html", context, status=_status(request))


def _act(request: HttpRequest, one: Transfer, answer: str, *, may_decide: bool) -> HttpResponse:
    """Do what the button says, as far as it is the visitor's to do."""
    decision = request.POST.get("decision", "")
    if decision == "withdraw" and actions.may_withdraw(one, viewer_of(request.user), request.user):
        if not actions.withdraw_transfer(one=one, by=request.user):
            raise actions.AlreadyDone
        messages.success(request, _("已撤回，组织关系没有变动。"))
    elif one.state != Transfer.State.OPEN:
        raise actions.AlreadyDone
    elif not may_decide:
        raise PermissionDenied(_("由接收的一方办理。"))
    elif decision == "accept":
        actions.accept_transfer(one=one, by=request.user)
        messages.success(request, _("已转接。要谈的话已列入任务。"))
    else:
        actions.decline_transfer(one=one, answer=answer, by=request.user)
        messages.success(request, _("已退回，并告诉了提出的一方。"))
    return redirect("transfers:list")


@guard("person", "e")
@require_http_methods(["GET", "POST"])
def newcomer(request: HttpRequest) -> HttpResponse:
    """Take somebody in who is new to the school's organisations; the department alone does."""
    if not viewer_of(request.user).reach("person", "e").everything:
        raise Http404
    form = NewcomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        place = Organization.objects.get(pk=int(said.pop("organization")))
        try:
            person = take_in(said=said, organization=place, by=request.user)
            messages.success(request, _("%(name)s已编入%(place)s。") % {"name": person.name, "place": place})
            return redirect(person)
        except Faulty as faulty:
            for field, sentences in faulty.faults.items():
                form.add_error(field if field in form.fields else None, sentences)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "members/newcomer.html", {"form": form}, status=_status(request))
