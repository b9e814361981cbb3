"""Opening a closed period again: why, and until when."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carehub.duties.closing import LONGEST_OPEN
from members.roles_forms import DayField, OnceForm


class ReopenForm(OnceForm):
    """Every organisation concerned reads the reason."""

    reason = forms.CharField(
        label=_("为什么重新开放"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("各党组织都看得到，请不要写个人情况。"),
        error_messages={"required": _("请写明为什么要重新开放。"), "max_length": _("原因太长，请写在 200 字以内。")},
    )
    until_on = DayField(label=_("开放到哪一天"), help_text=_("当天办完，第二天自动重新定格。最长 60 天。"))

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until_on"].widget.attrs |= {"min": on.isoformat(), "max": (on + LONGEST_OPEN).isoformat()}
