"""Deciding a step of a waiver or of a registration: its form, and what every page of a step says and asks."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Viewer, viewer_of
from carehub.approvals.actions import Ground
from carehub.approvals.chain import Chain
from carehub.approvals.hands import Hands, hands_of
from carehub.approvals.machine import Deed, State, Verb
from carehub.approvals.models import Application, Decision
from carehub.approvals.pictures import Node, back_to, decisions_of, picture_of
from carehub.audit.models import Action
from carehub.audit.trail import record, record_first
from carehub.calendar import today
from members.importing.remembering import chunks
from members.models import Person
from members.roles_forms import NO_DAY, DayField, OnceForm, ReasonField
from members.roles_views import FOUND, chosen_person

HELD = ("pass", "against", "decline", "prepare")  # what a meeting decides


class StepForm(OnceForm):
    """What the step that has a request says of it; `meets`: a meeting has to be named."""

    meeting_on = DayField(
        label=gettext_lazy("会议日期"),
        required=False,
        error_messages={"required": gettext_lazy("还没有填会议日期。"), "invalid": NO_DAY},
    )
    meeting = forms.CharField(label=gettext_lazy("什么会"), required=False, max_length=60)
    present = forms.CharField(
        label=gettext_lazy("到会"),
        required=False,
        error_messages={"required": gettext_lazy("还没有填到会情况。")},
        max_length=300,
        help_text=gettext_lazy("例如：到会 3 人，同意 3 人。"),
    )
    opinion = forms.CharField(
        label=gettext_lazy("意见"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("退回、不同意的，写明为什么、要补什么。本人和各级都看得到。"),
    )
    back = forms.TypedChoiceField(label=gettext_lazy("退回到"), required=False, coerce=int, empty_value=None)
    deputy = forms.TypedChoiceField(label=gettext_lazy("转给"), required=False, coerce=int, empty_value=None)

    def __init__(
        self,
        *args: Any,
        on: dt.date,
        submitted_on: dt.date,
        back: list[tuple[int, str]],
        deputies: list[tuple[int, str]],
        meets: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.submitted_on, self.meets = on, submitted_on, meets
        self.verb = self.data.get("verb", "pass")
        if meets and self.verb in HELD:  # what is returned or handed over needs no meeting
            self.fields["meeting_on"].required = self.fields["present"].required = True
        self.fields["back"].choices = [("", _("请选择")), *back]  # type: ignore[attr-defined]
        self.fields["deputy"].choices = [("", _("请选择")), *deputies]  # type: ignore[attr-defined]

    def clean_meeting_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["meeting_on"]
        if day and day > self.on:
            raise forms.ValidationError(_("会议日期还没有到。"))
        if day and day < self.submitted_on:
            raise forms.ValidationError(_("会议日期早于申请日期，请核对。"))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.verb in ("against", "decline", "return") and len(cleaned.get("opinion", "").strip()) < 4:
            self.add_error("opinion", _("请写明原因，至少 4 个字。"))
        if self.verb == "return" and cleaned.get("back") is None:
            self.add_error("back", _("还没有选退回到哪一步。"))
        if self.verb == "hand" and cleaned.get("deputy") is None:
            self.add_error("deputy", _("还没有选转给谁。"))
        return cleaned


class WhyForm(OnceForm):
    """Why a request is taken back, or what it brought ends."""

    why = ReasonField(label=gettext_lazy("原因"))


@dataclass(frozen=True)
class Drawn:
    """One application in a list: who has it, its steps drawn, who looks."""

    hands: Hands
    nodes: Sequence[Node]
    viewer: Viewer

    @property
    def is_mine(self) -> bool:
        """Return whether the visitor has to decide it."""
        return self.hands.holds(self.viewer.person_id)

    @property
    def barred(self) -> str:
        """Return why the visitor, whose office it is, stays out of it, and who decides; empty for who does not."""
        own = self.viewer.person_id or 0
        why = self.hands.barred.get(own, "") if own in self.hands.asked else ""
        words = {
            "relative": _("您声明过亲属关系，本项回避"),
            "self": _("这是您本人的申请"),
            "previous": _("上一步是您办的"),
        }.get(why, "")
        if not words:
            return ""
        return _("%(why)s，由%(who)s办") % {"why": words, "who": self.hands.words or _("组织部另请一位审批人")}

    @property
    def refusal(self) -> str:
        """Return what is said to who presses a button that is not his."""
        return self.barred or (_("这一步不由您办。现在等%s。") % (self.hands.words or _("组织部明确由谁办")))


def drawn(things: Sequence[Any], chain: Chain, user: Any, on: dt.date) -> list[Drawn]:
    """Return waivers or cases (whatever has an `application` and a `person`) as drawn, in a fixed number of queries."""
    viewer, applications = viewer_of(user), [one.application for one in things]
    hands, decided = hands_of(applications, chain, on), decisions_of(applications)
    return [
        _drawn(one, chain, hands.get(one.application_id, Hands()), decided[one.application_id], viewer, on)
        for one in things
    ]


def _drawn(one: Any, chain: Chain, hands: Hands, decided: Sequence[Decision], viewer: Viewer, on: dt.date) -> Drawn:
    nodes = picture_of(
        one.application, chain, decided, hands, on, applicant=one.person.name, viewer_id=viewer.person_id,
        facts={decision.number: decision.present for decision in decided},
    )  # fmt: skip
    return Drawn(hands, nodes, viewer)


def step_form(one: Application, chain: Chain, hands: Hands, data: Any = None, **more: Any) -> StepForm:
    """Return the form of the present step; `more` says what it begins with and whether a meeting is named."""
    deputies = [(holder.person_id, holder.words) for holder in hands.deputies]
    back = back_to(one, chain)
    return StepForm(data, on=today(), submitted_on=one.submitted_on, back=back, deputies=deputies, **more)


def ground_of(form: StepForm) -> Ground:
    """Return on what a decision rests, as the form of the step said it."""
    said = form.cleaned_data
    return Ground(said["opinion"].strip(), said["meeting_on"], said["meeting"].strip(), said["present"].strip())


def deed_of(form: StepForm) -> Deed:
    """Return what the pressed button does."""
    said = form.cleaned_data
    return Deed(form.verb, to=said["deputy"] if form.verb == Verb.HAND else said["back"])


def opinions_of(one: Application) -> list[Decision]:
    """Return what the steps said, with the sealed words; only for who reads the ground."""
    return list(one.decisions.exclude(opinion="").order_by("number"))


def conflict_page(request: HttpRequest, thing: Any, row: Drawn, *, place: Any, href: str) -> HttpResponse:
    """Say what stands now, that nothing was done, and that nothing was done twice; `place`: the list it belongs to."""
    last = thing.application.decisions.order_by("-number").defer("opinion").first()
    context = {"thing": thing, "row": row, "last": last, "place": place, "href": href}
    return render(request, "approvals/conflict.html", context, status=409)


def note_reading(request: HttpRequest, person: Person, *, path: str, what: str) -> None:
    """Write down that somebody else reads what is sensitive, before a line of it (or of a form again) is drawn."""
    if person.user_id != request.user.pk:
        write = record_first if request.method == "GET" else record
        write(Action.READ, by=request.user, target=person, path=path, what=what)


def whom_to_enter(request: HttpRequest, resource: str) -> tuple[Person | None, dict[str, Any]]:
    """Return for whom an officer writes something down, else the search for somebody of his organisations."""
    viewer = viewer_of(request.user)
    inside = Person.objects.filter(viewer.reach(resource, "e").over_others().q(occupation=""))
    people = inside.party_members().in_school().exclude(pk=viewer.person_id or 0)
    person, words = chosen_person(request, among=people), request.GET.get("q", "").strip()[:60]
    found = people.found_by(words).by_name().select_related("organization")[:FOUND] if words and not person else []
    return person, {"words": words, "people": found}


def is_untouched(one: Application) -> bool:
    """Return whether the text may still be mended: it was returned, or no step has decided yet."""
    return one.state == State.RETURNED or one.pk in undecided_among([one.pk])


def undecided_among(applications: Collection[int]) -> set[int]:
    """Return those of these applications on which no step has decided or done anything yet. One query per 500."""
    found = set(applications)
    for chunk in chunks(applications):
        done = Decision.objects.filter(application__in=chunk).exclude(verb__in=[Verb.SUBMIT, Verb.SKIP, Verb.AMEND])
        found -= set(done.values_list("application", flat=True))
    return found


def seen_version(request: HttpRequest) -> int:
    """Return which version was on the screen, 0 for a form that did not come from the page."""
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else 0
