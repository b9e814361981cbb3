"""The form of sharing one person's file."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.accounts.models import User
from members.roles_forms import DayField, OnceForm, ReasonField


class ShareForm(OnceForm):
    to = forms.CharField(
        label=gettext_lazy("给谁看（工号）"),
        max_length=32,
        widget=forms.TextInput(attrs={"class": "ch-narrow-select", "autocomplete": "off"}),
        help_text=gettext_lazy("只能看，不能改，不能导出；看不到电话、证件号码和谈话。"),
        error_messages={"required": gettext_lazy("还没有写工号。")},
    )
    started_on = DayField(label=gettext_lazy("从哪天起"))
    ended_on = DayField(label=gettext_lazy("到哪天止"), help_text=gettext_lazy("最长一年，到期自动失效。"))
    reason = ReasonField(
        label=gettext_lazy("事由"), help_text=gettext_lazy("写为什么要看。本人在“谁能看这份记录”里看得到。")
    )

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["started_on"].initial = on

    def clean_to(self) -> User:
        """Return the account of the number, which must be open and somebody's."""
        user = User.objects.filter(number=self.cleaned_data["to"].strip(), is_active=True, person__isnull=False).first()
        if user is None:
            raise forms.ValidationError(_("没有这个工号，或账号已停用。请核对。"))
        return user
