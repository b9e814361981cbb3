"""Deciding a step: the page of one case with the form of who has it, and what each button does."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import Viewer, viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.approvals.hands import Hands
from carehub.approvals.machine import State, Verb
from carehub.calendar import today
from hardship.cases import actions
from hardship.cases.chain import CASES, MEETINGS
from hardship.cases.pages import Row, rows_of, shows_ground
from hardship.models import Case, Need
from hardship.steps import (
    StepForm,
    WhyForm,
    conflict_page,
    deed_of,
    ground_of,
    is_untouched,
    note_reading,
    opinions_of,
    seen_version,
    step_form,
)
from members.kinship import declare
from members.readers import layer, readers_of

SAID = {
    Verb.PASS: gettext_lazy("已同意，交下一步。"),
    Verb.DECLINE: gettext_lazy("已记下不同意，告诉了本人。"),
    Verb.RETURN: gettext_lazy("已退回，写明的原因本人和各级看得到。"),
    Verb.HAND: gettext_lazy("已转请代办。"),
}
READERS = (layer(gettext_lazy("困难情况"), hardship="v"),)


def seen_case(request: HttpRequest, pk: int) -> Case:
    """Return a case that the visitor sees, 404 for any other."""
    found: Case = get_object_or_404(joined(Case.objects.visible_to(request.user)), pk=pk)
    return found


def joined(cases: Any) -> Any:
    return cases.select_related("application", "person__organization__parent")


def page_of_case(one: Case, user: Any, form: StepForm | None = None) -> dict[str, Any]:
    """Return what the page of a case shows this visitor."""
    on, viewer = today(), viewer_of(user)
    row = rows_of([one], user, on)[0]
    ground = shows_ground(one, viewer)
    return {
        "case": one,
        "row": row,
        "shows_ground": ground,
        "opinions": opinions_of(one.application) if ground else [],
        "reviews": one.reviews.all() if ground else [],
        "needs": needs_of(one, viewer) if ground else [],
        "readers": readers_of(one.access_facts(), READERS, on) if one.is_open else [],
        "form": (form or form_of(one, row.hands)) if row.is_mine else None,
        "before": earlier_of(one),
        "opens_file": viewer.reach("person", "v").over_others().covers(one.access_facts()),
    } | rights_of(one, row, user)


def rights_of(one: Case, row: Row, user: Any) -> dict[str, bool]:
    """Return what this visitor may do with a case besides deciding its step."""
    viewer, open_one = row.viewer, one.application.is_open
    keeps = may_keep(one, viewer)
    return {
        "may_mend": open_one and may_mend(one, user),
        "may_withdraw": open_one and may_withdraw(one, user),
        "may_review": keeps and one.is_recognised,
        "may_close": keeps and one.is_recognised,
        "may_need": keeps and one.is_open and bool(one.person.path),
        "may_reopen": keeps and not one.is_open and bool(one.person.path) and not has_open(one),
        "may_handle": viewer.reach("hardship", "e", "a").over_others().covers(one.access_facts())
        and one.person_id != viewer.person_id,
    }


def may_keep(one: Case, viewer: Viewer) -> bool:
    """Return whether a visitor keeps the ledger in which a case stands; nobody his own."""
    return viewer.reach("hardship", "e").over_others().covers(one.access_facts()) and one.person_id != viewer.person_id


def may_mend(one: Case, user: Any) -> bool:
    """Return whether the text is the visitor's to change: who wrote it, the person, of a returned one its keepers."""
    if not is_untouched(one.application):
        return False
    own = one.application.author_id == user.pk or one.person_id == viewer_of(user).person_id
    return own or (one.application.state == State.RETURNED and may_keep(one, viewer_of(user)))


def may_withdraw(one: Case, user: Any) -> bool:
    """Return whether the visitor may take a registration back.

    The person and who wrote it; the keepers where an office wrote it, or where the person has moved to them.
    """
    own = one.application.author_id == user.pk or one.person_id == viewer_of(user).person_id
    return own or (may_keep(one, viewer_of(user)) and (one.is_paper or actions.has_moved(one)))


def has_open(one: Case) -> bool:
    return Case.objects.open().filter(person=one.person_id).exists()


def needs_of(one: Case, viewer: Viewer) -> list[tuple[Need, str, tuple[str, str]]]:
    """Return (need, who has it, badge), the open ones first."""
    rows = one.needs.with_names()  # type: ignore[attr-defined]
    found = [(need, need.owner_on(viewer.on), need.look(viewer.on)) for need in rows]
    return sorted(found, key=lambda row: row[0].state != Need.State.OPEN)


def earlier_of(one: Case) -> list[Case]:
    """Return what stood in the ledger of the same person before."""
    others = Case.objects.closed().filter(person=one.person_id, recognised_on__isnull=False).exclude(pk=one.pk)
    return list(others.with_names()[:5])


def note(request: HttpRequest, one: Case) -> None:
    """Write down that somebody else reads the hardship, if this visitor is shown it."""
    if shows_ground(one, viewer_of(request.user)):
        note_reading(request, one.person, path=one.path, what="case")


def form_of(one: Case, hands: Hands, data: Any = None) -> StepForm:
    """Return the form of the present step."""
    stop = one.application.stop(CASES)
    code = stop.step.code if stop else ""
    return step_form(
        one.application, CASES, hands, data, meets=code in MEETINGS, initial={"meeting": MEETINGS.get(code, "")}
    )


@guard("hardship", "a")
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide, return or hand over: what the pressed button says."""
    one = seen_case(request, pk)
    row = rows_of([one], request.user, today())[0]
    verb, seen = request.POST.get("verb", ""), seen_version(request)
    if one.application.version != seen:
        return conflict(request, one)
    if not row.is_mine:
        raise PermissionDenied(row.refusal)
    form = form_of(one, row.hands, request.POST)
    if form.is_valid() and verb not in SAID:
        form.add_error(None, _("没有认出点的是哪个按钮，请再点一次。"))
    if not form.is_valid():
        return _step_again(request, one, form)
    try:
        actions.take_step(
            case=one, seen=seen, deed=deed_of(form), ground=ground_of(form), by=request.user, on=today()
        )  # fmt: skip
    except Overtaken:
        return conflict(request, one)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _step_again(request, one, form)
    messages.success(request, str(SAID[Verb(verb)]))
    return redirect(one)


def _step_again(request: HttpRequest, one: Case, form: StepForm) -> HttpResponse:
    note(request, one)
    return render(request, "hardship/case.html", page_of_case(one, request.user, form), status=422)


def conflict(request: HttpRequest, one: Case) -> HttpResponse:
    """Say what stands now of a case."""
    now = Case.objects.with_names().get(pk=one.pk)
    row = rows_of([now], request.user, today())[0]
    return conflict_page(request, now, row, place=_("困难台账"), href=reverse("hardship:list"))


@guard("hardship", "a")
@require_POST
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare a relative, before a step or at it: who has it passes it to the next who may decide."""
    one: Case = get_object_or_404(joined(Case.objects.in_organizations_of(request.user)), pk=pk)
    if not viewer_of(request.user).reach("hardship", "a").over_others().covers(one.access_facts()):
        raise PermissionDenied(_("这位同志的登记不由您办，不用回避。"))
    declare(person_id=viewer_of(request.user).person_id or 0, other_id=one.person_id, by=request.user)
    actions.tell_next(one, request.user, today())
    messages.success(request, _("已记下您与这位同志有亲属关系，本项由别的同志办。"))
    return redirect("hardship:list")


@guard("hardship", "p", "e")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an undecided registration back."""
    one = seen_case(request, pk)
    if not may_withdraw(one, request.user):
        raise PermissionDenied(_("由本人或登记的党组织撤回。"))
    if not one.application.is_open:
        raise PermissionDenied(_("已经办结，不能撤回。"))
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"].strip()
        try:
            actions.withdraw(case=one, seen=seen_version(request), why=why, by=request.user, on=today())
            messages.success(request, _("已撤回。"))
            return redirect("hardship:list")
        except Overtaken:
            return conflict(request, one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "case": one, "seen": one.application.version}
    return render(request, "hardship/withdraw.html", context, status=422 if request.method == "POST" else 200)
