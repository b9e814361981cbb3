"""Pages that keep records right: correcting one, what was changed, what people ask for, asking for one's own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import guard, signed_in
from carehub.access.viewer import can, viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from members import changes_actions as actions
from members.changes import RESOURCES, label_of, revision_of, shown, value_words
from members.changes_forms import AnswerForm, AskForm, CorrectionForm
from members.grants_actions import Refused
from members.models import ChangeRequest, Person, PersonChange
from members.roles_views import _status

PAGE, ANSWERED = 30, 20
NOT_YOURS = "这份档案由本支部委员、总支组织员或组织部更正。"


@guard("person", "e")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a record, with the reason; who was overtaken sees by whom and keeps what was typed."""
    person = _others_record(request, pk)
    record_first(Action.READ, by=request.user, target=person, path=person.path, what="file")
    revision = _revision(request, person)
    whole = viewer_of(request.user).reach("person", "e").everything
    form = CorrectionForm(request.POST or None, person=person, on=today(), whole_school=whole)
    if request.method == "POST" and form.is_valid():
        try:
            because = form.cleaned_data["because"]
            fields = actions.correct_person(
                person=person, values=form.values, because=because, revision=revision, by=request.user
            )
            said = _("已更正：%(fields)s。") % {"fields": "、".join(map(label_of, fields))}
            messages.success(request, said if fields else _("没有改动，没有保存。"))
            return redirect(person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except actions.Overtaken as overtaken:
            form.add_error(None, str(overtaken))
            revision = overtaken.revision
    context = {"person": person, "form": form, "revision": revision}
    return render(request, "members/person_edit.html", context, status=_status(request))


def _others_record(request: HttpRequest, pk: int) -> Person:
    """Return the record of somebody else in reach, to be corrected."""
    viewer = viewer_of(request.user)
    people = Person.objects.visible_to(request.user).exclude(pk=viewer.person_id or 0)
    person: Person = get_object_or_404(people.select_related("organization__parent"), pk=pk)
    if not can(request.user, "e", person):
        raise PermissionDenied(_(NOT_YOURS))
    return person


def _revision(request: HttpRequest, person: Person) -> int:
    """Return after which change the record was shown: the posted number, else the last one."""
    posted = request.POST.get("revision", "")
    return int(posted) if posted.isdecimal() and len(posted) < 9 else revision_of(person)


@guard("person", "v")
@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who changed what in a record, newest first; of numbers and addresses only what the viewer may see."""
    people = Person.objects.visible_to(request.user).select_related("organization")
    person = get_object_or_404(people, pk=pk)
    page = Paginator(person.changes.select_related("by__person"), PAGE).get_page(request.GET.get("page"))
    hidden = _hidden_from(request, person)
    lines = [(change, _lines(change, hidden)) for change in page]
    context = {"person": person, "page": page, "lines": lines, "is_own": person.user_id == request.user.pk}
    return render(request, "members/person_history.html", context)


def _hidden_from(request: HttpRequest, person: Person) -> set[str]:
    """Return the fields of which the viewer learns that they changed, and no more."""
    viewer, facts = viewer_of(request.user), person.access_facts()
    return {name for name, row in RESOURCES.items() if not viewer.reach(row, "m", "r", "v").covers(facts)}


def _lines(change: PersonChange, hidden: set[str]) -> list[tuple[str, str, str]]:
    return [
        (label_of(name), *(("", "") if name in hidden else (before, after))) for name, before, after in change.changed
    ]


@guard("person", "e")
@require_GET
def change_requests(request: HttpRequest) -> HttpResponse:
    """List what people ask to have changed, the open ones first; the words stand on the request's own page."""
    seen = ChangeRequest.objects.visible_to(request.user).with_names().defer("wanted", "note", "answer")
    page = Paginator(seen.exclude(state=ChangeRequest.State.OPEN), PAGE).get_page(request.GET.get("page"))
    context = {"open": seen.waiting().order_by("pk"), "page": page}
    return render(request, "members/change_requests.html", context)


@guard("person", "e")
@require_http_methods(["GET", "POST"])
def change_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what one person asks for beside how it stands, and accept or decline it."""
    asked = get_object_or_404(ChangeRequest.objects.visible_to(request.user).with_names(), pk=pk)
    person = asked.person
    record_first(Action.READ, by=request.user, target=person, path=person.path, what="change-request")
    form, revision = AnswerForm(request.POST or None), _revision(request, person)
    if request.method == "POST" and form.is_valid():
        accept = request.POST.get("decision") == "accept"
        try:
            decided = actions.decide_request(
                asked=asked, accept=accept, answer=form.cleaned_data["answer"], revision=revision, by=request.user
            )
            _say_decided(request, asked, decided=decided, accept=accept)
            return redirect("members:change-requests")
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except actions.Overtaken as overtaken:
            form.add_error(None, str(overtaken))
            revision = overtaken.revision
    rows = [(label_of(name), value_words(person, name), value or _("清除")) for name, value in asked.wanted.items()]
    context = {"asked": asked, "person": person, "rows": rows, "form": form, "revision": revision}
    return render(request, "members/change_request.html", context, status=_status(request))


def _say_decided(request: HttpRequest, asked: ChangeRequest, *, decided: bool, accept: bool) -> None:
    if decided:
        messages.success(request, _("已更正，并告诉了本人。") if accept else _("已答复本人，档案没有改动。"))
        return
    now = ChangeRequest.objects.with_names().get(pk=asked.pk)
    by = str(getattr(now.decided_by, "person", now.decided_by or "") or now.person)
    messages.info(request, _("这份申请已由%(name)s处理，您的操作没有生效。") % {"name": by})


@signed_in(because="People ask to have their own record changed.")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a change of the own record; see what was asked before and what became of it."""
    person = get_object_or_404(Person.objects.select_related("organization"), pk=viewer_of(request.user).person_id)
    form = AskForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.ask_for_change(
                person=person, wanted=form.wanted, note=said["note"], once_key=said["once_key"], by=request.user
            )
            messages.success(request, _("已交给本支部或组织部处理，处理后会告诉您。"))
            return redirect("members:change-ask")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    asked = [(one, _wanted_words(one)) for one in person.change_requests.with_names()[:ANSWERED]]
    waiting = next((one for one, _words in asked if one.state == ChangeRequest.State.OPEN), None)
    context = {"person": person, "form": form, "asked": asked, "waiting": waiting}
    return render(request, "members/change_ask.html", context, status=_status(request))


def _wanted_words(asked: ChangeRequest) -> list[tuple[str, str]]:
    """Return what was asked for, masked as everywhere else: the person knows the rest."""
    return [(label_of(name), shown(name, value) or _("清除")) for name, value in asked.wanted.items()]


@signed_in(because="People take their own request back.")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the own request back."""
    person = viewer_of(request.user).person_id
    own = ChangeRequest.objects.filter(person=person).select_related("person")
    if actions.withdraw_request(asked=get_object_or_404(own, pk=pk), by=request.user):
        messages.success(request, _("已撤回。"))
    else:
        messages.info(request, _("这份申请已经处理过了，不能再撤回。"))
    return redirect("members:change-ask")
