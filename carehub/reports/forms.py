"""Which month and which part of the school a workbook is asked for."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carehub.access.viewer import viewer_of
from carehub.calendar import DAY, Precision, date_words
from members.models import Organization

MONTHS_OFFERED = 36
INCOMPLETE = _("表单不完整，请再点一次“生成工作簿”。")


class OrganizationChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Parts of the school as a tree: 全校, then each general branch with its branches one step in."""

    def label_from_instance(self, organization: Any) -> str:
        if organization.kind == Organization.Kind.COMMITTEE:
            return str(_("全校"))
        depth = (organization.path or "").strip("/").count("/")
        return "　" * (depth - 1) + str(organization)


class InspectionForm(forms.Form):
    month_on = forms.TypedChoiceField(
        label=_("哪个月"),
        coerce=dt.date.fromisoformat,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("当月还没有结束时，数字截至今天。"),
        error_messages={"invalid_choice": _("没有这个月份。请从列表中选一个。"), "required": _("请选一个月份。")},
    )
    organization = OrganizationChoice(
        label=_("哪个党组织"),
        queryset=Organization.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("包括它下面的全部支部。"),
        error_messages={
            "invalid_choice": _("没有这个党组织，或不在您的范围内。请从列表中选一个。"),
            "required": _("请选一个党组织。"),
        },
    )
    once_key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("表单不完整，请再点一次“生成”。"),
            "invalid": _("表单不完整，请再点一次“生成”。"),
        },
    )

    def __init__(self, *args: Any, user: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["month_on"].choices = months_until(on)
        fields["organization"].queryset = organizations_for(user)
        self.initial.setdefault("month_on", (on.replace(day=1) - DAY).replace(day=1).isoformat())


def months_until(on: dt.date) -> list[tuple[str, str]]:
    """Return the months to choose from, the present one first."""
    first, months = on.replace(day=1), []
    for n in range(MONTHS_OFFERED):
        words = date_words(first, Precision.MONTH)
        months.append((first.isoformat(), words if n else str(_("%s（截至今天）")) % words))
        first = (first - DAY).replace(day=1)
    return months


def organizations_for(user: Any) -> Any:
    """Return the organisations whose workbook this account may ask for, in official order."""
    reach = viewer_of(user).reach("inspection", "x")
    within = Organization.objects.filter(reach.q(person="pk", occupation=""))
    return within.exclude(kind=Organization.Kind.GROUP).in_official_order()
