"""Deciding a step: the page of one request with the form of who has it, and what each button does."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from carehub.access.guards import guard
from carehub.access.viewer import Viewer, viewer_of
from carehub.approvals.actions import Ground, Overtaken, Refused
from carehub.approvals.actions import prepare as put_down
from carehub.approvals.hands import Hands
from carehub.approvals.machine import Deed, State, Verb
from carehub.calendar import today
from hardship.models import Waiver
from hardship.steps import (
    StepForm,
    WhyForm,
    deed_of,
    ground_of,
    is_untouched,
    note_reading,
    opinions_of,
    seen_version,
    step_form,
)
from hardship.waivers import actions
from hardship.waivers.chain import COMMITTEE, WAIVERS
from hardship.waivers.conflicts import conflict
from hardship.waivers.forms import RevokeForm
from hardship.waivers.pages import Row, rows_of, shows_ground
from members.kinship import declare

SAID = {
    Verb.PASS: gettext_lazy("已办，交下一步。"),
    Verb.ADVISE_AGAINST: gettext_lazy("意见已记下，报上一级。"),
    Verb.DECLINE: gettext_lazy("已记下不同意，告诉了本人。"),
    Verb.RETURN: gettext_lazy("已退回，写明的原因本人和各级看得到。"),
    Verb.HAND: gettext_lazy("已转请代办。"),
}


def page_of_waiver(one: Waiver, user: Any, form: StepForm | None = None) -> dict[str, Any]:
    """Return what the page of a request shows this visitor."""
    row, rights = looked_at(one, user)
    ground = row.shows_ground
    acts = rights["decides"] or rights["may_prepare"]
    return rights | {
        "waiver": one,
        "row": row,
        "stop": one.application.stop(WAIVERS),
        "shows_ground": ground,
        "opinions": opinions_of(one.application) if ground else [],
        "form": (form or form_of(one, row.hands)) if acts else None,
        "before": earlier_of(one),
    }


def looked_at(one: Waiver, user: Any) -> tuple[Row, dict[str, bool]]:
    """Return a request as drawn, and what this visitor may do with it."""
    row = rows_of([one], user, today())[0]
    viewer, application, edits = row.viewer, one.application, may_edit(one, viewer_of(user))
    own = one.person_id == viewer.person_id or application.author_id == user.pk
    before_the_committee = application.state == State.RUNNING and not at_committee(one)
    return row, {
        "decides": row.is_mine and before_the_committee,
        "may_prepare": edits and before_the_committee and bool(row.hands.able),
        "at_committee": at_committee(one) and row.is_mine,
        "may_mend": own and application.is_open and is_untouched(application),
        "may_withdraw": own and application.is_open,
        "may_renew": application.state == State.APPROVED and (one.person_id == viewer.person_id or edits),
        "may_revoke": may_revoke(one, viewer),
    }


def may_edit(one: Waiver, viewer: Viewer) -> bool:
    """Return whether a visitor keeps the papers of a request; nobody his own."""
    return viewer.reach("waiver", "e").over_others().covers(one.access_facts()) and one.person_id != viewer.person_id


def may_revoke(one: Waiver, viewer: Viewer) -> bool:
    """Return whether a visitor may end a waiver before its time."""
    holds = one.application.state == State.APPROVED and not one.is_over(viewer.on) and not one.revoked_month
    return holds and may_edit(one, viewer)


def note(request: HttpRequest, one: Waiver) -> None:
    """Write down that somebody else reads the ground, if this visitor is shown it."""
    if shows_ground(one, viewer_of(request.user)):
        note_reading(request, one.person, path=one.path, what="waiver")


def at_committee(one: Waiver) -> bool:
    """Return whether a request waits for a meeting of the committee: it is decided on the page of the agenda."""
    return one.application.state == State.RUNNING and one.application.stage == COMMITTEE


def earlier_of(one: Waiver) -> list[Waiver]:
    """Return what was approved for the same person before."""
    others = Waiver.objects.filter(person=one.person_id).approved().exclude(pk=one.pk)
    return list(others.with_names().order_by("-first_month")[:5])


def form_of(one: Waiver, hands: Hands, data: Any = None) -> StepForm:
    """Return the form of the present step, filled in with the minutes that an officer put down."""
    prepared = getattr(one.application, "preparation", None)
    kept = ("meeting_on", "meeting", "present", "opinion")
    initial = {name: getattr(prepared, name) for name in kept} if prepared else {"meeting": _usual_meeting(one)}
    return step_form(one.application, WAIVERS, hands, data, initial=initial)


def _usual_meeting(one: Waiver) -> str:
    stop = one.application.stop(WAIVERS)
    return {"branch": _("支部委员会"), "general": _("总支委员会")}.get(stop.step.code if stop else "", "")


@guard("waiver", "a", "e")
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide, return, hand over, or put the minutes down: what the pressed button says."""
    one = seen_waiver(request, pk)
    if seen_version(request) not in (0, one.application.version):
        return conflict(request, one)
    row, rights = looked_at(one, request.user)
    form, verb = form_of(one, row.hands, request.POST), request.POST.get("verb", "")
    if not (rights["decides"] or rights["may_prepare"]):
        raise PermissionDenied(_("党委审批在会议议题页办理。") if at_committee(one) else row.refusal)
    if form.is_valid() and verb not in ((*SAID, "prepare") if rights["decides"] else ("prepare",)):
        form.add_error(None, _("请点一个按钮：同意、不同意、退回或转请代办。"))
    if form.errors:
        return _again(request, one, form)
    try:
        _do(request, one, verb, form)
    except Overtaken:
        return conflict(request, one)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, one, form)
    messages.success(request, str(SAID[Verb(verb)]) if verb in SAID else _("会议记录已填好，等书记确认。"))
    return redirect(one)


def _again(request: HttpRequest, one: Waiver, form: StepForm) -> HttpResponse:
    note(request, one)
    return render(request, "waivers/waiver.html", page_of_waiver(one, request.user, form), status=422)


def _do(request: HttpRequest, one: Waiver, verb: str, form: StepForm) -> None:
    told: dict[str, Any] = {"seen": seen_version(request), "ground": ground_of(form), "by": request.user, "on": today()}
    if verb == "prepare":
        put_down(application=one.application, chain=WAIVERS, **told)
    else:
        actions.take_step(waiver=one, deed=deed_of(form), **told)


def seen_waiver(request: HttpRequest, pk: int) -> Waiver:
    """Return a request that the visitor sees, 404 for any other."""
    seen = Waiver.objects.visible_to(request.user).select_related("application__preparation", "person", "organization")
    found: Waiver = get_object_or_404(seen, pk=pk)
    return found


@guard("waiver", "p", "e")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back, by the applicant or by who put it down."""
    one = seen_waiver(request, pk)
    if one.person_id != viewer_of(request.user).person_id and one.application.author_id != request.user.pk:
        raise PermissionDenied(_("由申请人或代为录入的同志撤回。"))
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ground = Ground(form.cleaned_data["why"].strip())
            deed = Deed(Verb.WITHDRAW)
            actions.take_step(
                waiver=one, seen=seen_version(request), deed=deed, ground=ground, by=request.user, on=today()
            )
            messages.success(request, _("已撤回。"))
            return redirect(one)
        except Overtaken:
            return conflict(request, one)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "waiver": one, "seen": one.application.version}
    return render(request, "waivers/withdraw.html", context, status=422 if request.method == "POST" else 200)


@guard("waiver", "a")
@require_POST
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare a relative: the step passes to the next who may decide it."""
    one = seen_waiver(request, pk)
    if at_committee(one) or not rows_of([one], request.user, today())[0].is_mine:
        raise PermissionDenied(_("这一步现在不由您办，不用回避。"))
    declare(person_id=viewer_of(request.user).person_id or 0, other_id=one.person_id, by=request.user)
    actions.tell_next(one, request.user, today())
    messages.success(request, _("已记下您与申请人有亲属关系，本项由别的同志办。"))
    return redirect("waivers:list")


@guard("waiver", "e")
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a waiver before its time because the hardship is over."""
    one = seen_waiver(request, pk)
    if not may_revoke(one, viewer_of(request.user)):
        raise PermissionDenied(_("只有减免中的，由本党组织的组织委员、书记或组织部终止。"))
    form = RevokeForm(request.POST or None, waiver=one, on=today())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if actions.revoke(
            waiver=one, from_month=said["from_month"], why=said["why"].strip(), by=request.user, on=today()
        ):
            messages.success(request, _("已终止，告诉了本人。"))
        return redirect(one)
    return render(
        request, "waivers/revoke.html", {"form": form, "waiver": one}, status=422 if request.method == "POST" else 200
    )
