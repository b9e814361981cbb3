"""Why a duty could not be done."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = dt.timedelta(days=366)


class ExcuseForm(forms.Form):
    """A reason and until when it holds."""

    reason = forms.CharField(
        label=_("为什么现在办不了"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("一句话，例如：驻村，1月返校后谈。不写病情、家庭等隐私。"),
        error_messages={
            "required": _("还没有写原因。请用一句话写明为什么。"),
            "max_length": _("原因太长了，请写在 200 字以内。"),
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

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["until_on"].widget.attrs |= {"min": on.isoformat(), "max": (on + LONGEST).isoformat()}

    def clean(self) -> dict[str, Any]:
        """Refuse a form that did not come from the page."""
        try:
            uuid.UUID(self.data.get("once_key", ""))
        except ValueError:
            raise forms.ValidationError(_("表单不完整，请再点一次“保存说明”。")) from None
        return self.cleaned_data

    def clean_until_on(self) -> dt.date:
        """Refuse a day that has passed, and an excuse without end."""
        day: dt.date = self.cleaned_data["until_on"]
        if day < self.on:
            raise forms.ValidationError(_("这一天已经过了。请选今天或以后的日期。"))
        if day > self.on + LONGEST:
            raise forms.ValidationError(_("最长一年。请选一年以内的日期，到时可以再说明。"))
        return day
