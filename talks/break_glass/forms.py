"""Forms of break-glass: why, and the answer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from talks.break_glass.actions import FEWEST_LETTERS

WORDS = forms.Textarea(attrs={"class": "form-control", "rows": 3, "maxlength": 300})


class AskForm(forms.Form):
    reason = forms.CharField(label=_("为什么非看不可"), max_length=300, widget=WORDS, required=False)
    once_key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"]).strip()
        if len(reason) < FEWEST_LETTERS:
            raise ValidationError(_gettext("请写明为什么非看不可，至少 %(n)s 个字。") % {"n": FEWEST_LETTERS})
        return reason


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("批复意见"), max_length=200, required=False, widget=WORDS)
    decision = forms.TypedChoiceField(
        label=_("批不批"),
        choices=(("approve", _("同意")), ("decline", _("不同意"))),
        coerce=lambda value: value == "approve",
        error_messages={"required": _("请选同意还是不同意。")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") is False and not cleaned.get("answer", "").strip():
            self.add_error("answer", _gettext("不同意时，请用一句话写明原因。"))
        return cleaned
