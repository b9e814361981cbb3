"""Why a duty could not be done."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

USUALLY = dt.timedelta(days=30)
LONGEST_REASON = 200
TOO_LONG = _("原因太长了，请写在 200 字以内。")
LONGEST = dt.timedelta(days=366)
USUAL = {  # one tap for what is said most often; of an event also that there is nothing to talk about
    "away": _("长期在外，返校后谈"),
    "unreachable": _("一时联系不上，正在核实"),
}
OF_AN_EVENT = {
    "wrong": _("不适用：登记有误，没有这件事"),
    "elsewhere": _("不适用：已由其他同志谈过"),
}


class ExcuseForm(forms.Form):
    """A reason and until when it holds."""

    usual = forms.ChoiceField(
        label=_("常用的原因"), required=False, error_messages={"invalid_choice": _("请点一个原因。")}
    )
    reason = forms.CharField(
        label=_("为什么现在办不了"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("一句话，例如：驻村，1月返校后谈。不写病情、家庭等隐私。"),
        error_messages={
            "max_length": TOO_LONG,
        },
    )
    until_on = forms.DateField(
        label=_("到哪一天为止"),
        widget=forms.DateInput(attrs={"class": "form-control ch-narrow-select", "type": "date"}, format="%Y-%m-%d"),
        help_text=_("过了这一天还没有办，任务会重新列出来。"),
        error_messages={
            "required": _("还没有选日期。请写明这个原因到哪一天为止。"),
            "invalid": _("日期无法识别。请从日历里选一天。"),
        },
    )

    def __init__(self, *args: Any, on: dt.date, due_on: dt.date, of_event: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.offered = (OF_AN_EVENT if of_event else {}) | USUAL
        self.fields["usual"].choices = [("", ""), *self.offered.items()]  # type: ignore[attr-defined]
        self.fields["until_on"].initial = max(due_on, on + USUALLY)
        self.fields["until_on"].widget.attrs |= {"min": on.isoformat(), "max": (on + LONGEST).isoformat()}

    def clean(self) -> dict[str, Any]:
        """Refuse a form that did not come from the page."""
        try:
            uuid.UUID(self.data.get("once_key", ""))
        except ValueError:
            raise forms.ValidationError(_("表单不完整，请再点一次“保存说明”。")) from None
        typed = str(self.cleaned_data.get("reason", "")).strip()
        tapped = self.offered.get(self.cleaned_data.get("usual", ""), "")
        self.cleaned_data["reason"] = "，".join(str(part) for part in (tapped, typed) if part)
        if len(self.cleaned_data["reason"]) > LONGEST_REASON:
            self.add_error("reason", TOO_LONG)
        if not self.cleaned_data["reason"] and not self.errors:
            self.add_error("reason", _("还没有写原因。请点一个常用的，或用一句话写明为什么。"))
        return self.cleaned_data

    def clean_until_on(self) -> dt.date:
        """Refuse a day that has passed, and an excuse without end."""
        day: dt.date = self.cleaned_data["until_on"]
        if day < self.on:
            raise forms.ValidationError(_("这一天已经过了。请选今天或以后的日期。"))
        if day > self.on + LONGEST:
            raise forms.ValidationError(_("最长一年。请选一年以内的日期，到时可以再说明。"))
        return day
