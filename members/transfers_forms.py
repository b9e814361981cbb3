"""The forms of 组织关系转接: where to and from which day; why not; somebody new to the school."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.changes_forms import PhoneField
from members.forms import indented
from members.models import Organization, Person
from members.roles_forms import DayField, OnceForm

OUTSIDE = "outside"
PLACES = (Organization.Kind.BRANCH, Organization.Kind.GROUP)


def places() -> list[tuple[str, Any]]:
    """Return every organisation that takes people in, under its general branch, official order."""
    rows = Organization.objects.only("pk", "name", "short_name", "path", "code", "kind").in_official_order()
    return [(str(row.pk) if row.kind in PLACES else "", indented(row)) for row in rows]


def note_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如调动文号、介绍信编号。加密保存，只有双方经办看得到。"),
    )


class TransferForm(OnceForm):
    """Where somebody goes and from which day."""

    target = forms.ChoiceField(
        label=gettext_lazy("转到哪里"), error_messages={"required": gettext_lazy("还没有选转到哪里。")}
    )
    outside = forms.CharField(
        label=gettext_lazy("校外党组织名称"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("转出学校时填写，按介绍信写全称。"),
    )
    on = DayField(
        label=gettext_lazy("转接日期"),
        help_text=gettext_lazy("校内：归新支部的第一天。转出学校：在本校的最后一天。"),
    )
    note = note_field()

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        out = (OUTSIDE, _("转出学校"))
        self.fields["target"].choices = [("", _("请选择")), out, (_("校内"), places())]  # type: ignore[attr-defined]
        self.fields["on"].initial = on
        self.fields["on"].widget.attrs["max"] = on.isoformat()

    def clean(self) -> dict[str, Any]:
        """Put the organisation in the place of the choice."""
        cleaned = super().clean()
        to, outside = cleaned.pop("target", ""), cleaned.get("outside", "").strip()
        if to == OUTSIDE and not outside:
            self.add_error("outside", _("还没有写校外党组织名称。"))
        cleaned["outside"] = outside if to == OUTSIDE else ""
        cleaned["target"] = Organization.objects.get(pk=int(to)) if to and to != OUTSIDE else None
        return cleaned


class AnswerForm(OnceForm):
    answer = forms.CharField(
        label=gettext_lazy("不接收的，写明为什么"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NewcomerForm(OnceForm):
    """Somebody who comes into the school's organisations, in the words of the roster: one row of it."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    id_number = forms.CharField(label=gettext_lazy("公民身份号码"), max_length=30)
    number = forms.CharField(
        label=gettext_lazy("工号或学号"), required=False, max_length=32, help_text=gettext_lazy("用于登录。")
    )
    organization = forms.ChoiceField(label=gettext_lazy("编入哪个党组织"))
    since_on = DayField(
        label=gettext_lazy("转入日期"),
        required=False,
        help_text=gettext_lazy("从校外转来的填；在本校新发展的空着，从入党日期算。"),
    )
    category = forms.ChoiceField(label=gettext_lazy("人员类别"), choices=Person.Category.choices)
    joined_on = forms.CharField(
        label=gettext_lazy("入党日期"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("写成 1975-07-01；只知道年月的写 1975年7月。"),
    )
    confirmed_on = forms.CharField(label=gettext_lazy("转正日期"), required=False, max_length=20)
    position = forms.CharField(label=gettext_lazy("工作岗位"), required=False, max_length=100)
    phone = PhoneField(label=gettext_lazy("手机号码"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = [("", _("请选择")), *places()]  # type: ignore[attr-defined]
