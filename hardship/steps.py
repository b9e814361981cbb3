"""Deciding a step of a waiver or of a registration: its form, and what every page of a step says and asks."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Viewer
from carehub.approvals.hands import Hands
from carehub.approvals.machine import State, Verb
from carehub.approvals.models import Application
from members.roles_forms import NO_DAY, DayField, OnceForm, ReasonField

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


def barred_words(hands: Hands, viewer: Viewer) -> str:
    """Return why the visitor, whose office it is, stays out of it, and who decides; empty for who does not."""
    own = viewer.person_id or 0
    why = hands.barred.get(own, "") if own in hands.asked else ""
    words = {
        "relative": _("您声明过亲属关系，本项回避"),
        "self": _("这是您本人的申请"),
        "previous": _("上一步是您办的"),
    }.get(why, "")
    if not words:
        return ""
    return _("%(why)s，由%(who)s办") % {"why": words, "who": hands.words or _("组织部另请一位审批人")}


def is_untouched(one: Application) -> bool:
    """Return whether the text may still be mended: it was returned, or no step has decided yet."""
    before = one.decisions.exclude(verb__in=[Verb.SUBMIT, Verb.SKIP, Verb.AMEND])
    return one.state == State.RETURNED or not before.exists()


def seen_version(request: HttpRequest) -> int:
    """Return which version was on the screen, 0 for a form that did not come from the page."""
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else 0
