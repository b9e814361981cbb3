"""A new value of a setting and the day from which it holds."""

import datetime as dt
import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.duties.kinds import MOST_MONTHS, Amount, Bands, Choice, Day, Days, Kind, Months, Spans
from carehub.duties.models import RuleSetting
from carehub.duties.settings import Setting, Settings

FARTHEST = dt.timedelta(days=731)
SPAN = re.compile(r"\s*(\d{1,2})[-./月](\d{1,2})日?\s*(?:至|到|~|—|-)+\s*(\d{1,2})[-./月](\d{1,2})日?\s*")
MONTH_DAY = re.compile(r"\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?\s*")
UNREADABLE_DAY = gettext_lazy("日期无法识别。请从日历里选一天。")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs={"class": "ch-narrow-select", **attrs}, format="%Y-%m-%d")


class MonthDayField(forms.CharField):
    """A day of every year: typed 12月1日, 12-1 or 12.1, kept as 12-01."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        match = MONTH_DAY.fullmatch(typed)
        return f"{int(match[1]):02d}-{int(match[2]):02d}" if match else typed

    def prepare_value(self, value: Any) -> Any:
        return re.sub(r"^0?(\d+)-0?(\d+)$", r"\1月\2日", value) if isinstance(value, str) else value


class SpansField(forms.CharField):
    """Stretches of every year: typed 1月18日至2月25日、7月12日至8月31日, kept as 01-18~02-25 07-12~08-31."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        spans = [SPAN.fullmatch(part) for part in re.split(r"[、，,;；]", typed) if part.strip()]
        if not all(spans):
            raise forms.ValidationError(_("这一段读不出来。请写成 1月18日至2月25日，两段之间用顿号。"))
        return " ".join(f"{int(a):02d}-{int(b):02d}~{int(c):02d}-{int(d):02d}" for a, b, c, d in map(parts_of, spans))

    def prepare_value(self, value: Any) -> Any:
        is_kept = isinstance(value, str) and "~" in value and Spans().fits(value)
        return Spans().words(value) if is_kept else value


def parts_of(match: re.Match[str] | None) -> tuple[str | Any, ...]:
    return match.groups() if match else ()


class SettingForm(forms.Form):
    """A value in the setting's own kind; what was typed stays when it is wrong."""

    from_on = forms.DateField(
        label=gettext_lazy("从哪一天起"),
        help_text=gettext_lazy("今天或以后。已经结束的时段仍按当时的规则评判。"),
        error_messages={
            "required": gettext_lazy("还没有选日期。请写明从哪一天起按新的规则办。"),
            "invalid": UNREADABLE_DAY,
        },
    )

    def __init__(self, *args: Any, setting: Setting, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting, self.on = setting, on
        self.fields["from_on"].widget = DayInput(min=on.isoformat(), max=(on + FARTHEST).isoformat())
        self.fields["value"] = field_for(setting, on)
        self.order_fields(["value", "from_on"])
        self.initial = {"value": Settings(on)[setting], "from_on": on}

    def clean_value(self) -> str:
        """Return the value as it is kept."""
        given = self.cleaned_data["value"]
        value = "" if given is None else str(given)
        if not self.setting.fits(value):
            raise forms.ValidationError(_("没有这样的一天。请写成 12月1日，并且是每年都有的一天。"))
        return value

    def clean_from_on(self) -> dt.date:
        """Refuse a day that has passed: a past period keeps the rule of its time."""
        day: dt.date = self.cleaned_data["from_on"]
        if day < self.on:
            raise forms.ValidationError(_("这一天已经过了，过去的时段保持当时的规则。请选今天或以后的日期。"))
        if day > self.on + FARTHEST:
            raise forms.ValidationError(_("太远了。请选两年以内的日期。"))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a form that did not come from the page, and a change that changes nothing."""
        try:
            uuid.UUID(self.data.get("once_key", ""))
        except ValueError:
            raise forms.ValidationError(_("表单不完整，请再点一次“登记新规则”。")) from None
        if not self.errors and not self.is_repeated:
            self._refuse_what_stands()
        return self.cleaned_data

    @property
    def is_repeated(self) -> bool:
        """Return whether the very same value from the very same day is put down already."""
        return RuleSetting.objects.filter(name=self.setting.name, **self._dated).exists()

    @property
    def _dated(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("value", "from_on")}

    def _refuse_what_stands(self) -> None:
        value, day = self.cleaned_data["value"], self.cleaned_data["from_on"]
        taken = RuleSetting.objects.filter(name=self.setting.name, from_on=day).first()
        if taken is not None:
            words = self.setting.words(taken.value)
            self.add_error("from_on", _("这一天已经登记过“%s”，不能再改。请选这之后的一天。") % words)
        elif Settings(day)[self.setting] == value:
            self.add_error("value", _("那一天本来就是“%s”，不用再登记。") % self.setting.words(value))


def field_for(setting: Setting, on: dt.date) -> forms.Field:
    """Return the field of a setting's kind."""
    kind, label = setting.kind, _("改为")
    if isinstance(kind, Days):
        return _days_field(label)
    if isinstance(kind, Months):
        return _months_field(label, kind)
    if isinstance(kind, Choice):
        wrong = {"required": _("还没有选。请从列表中选一项。"), "invalid_choice": _("没有这一项。请从列表中选一项。")}
        look = forms.Select(attrs={"class": "ch-narrow-select"})
        return forms.ChoiceField(label=label, choices=kind.choices, widget=look, error_messages=wrong)
    if isinstance(kind, Day):
        return _day_field(label, on)
    if isinstance(kind, Spans):
        return SpansField(
            label=label,
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text=_("写成 1月18日至2月25日、7月12日至8月31日。留空表示没有登记。"),
        )
    if isinstance(kind, Bands | Amount):
        return _fitting_field(label, kind)
    return MonthDayField(
        label=label,
        max_length=12,
        widget=forms.TextInput(attrs={"class": "ch-narrow-select", "autocomplete": "off"}),
        help_text=_("写成 12月1日。"),
        error_messages={
            "required": _("还没有写。请写成 12月1日。"),
            "max_length": _("没有这样的一天。请写成 12月1日，并且是每年都有的一天。"),
        },
    )


def _fitting_field(label: str, kind: Kind) -> forms.Field:
    is_money = isinstance(kind, Amount)
    wrong = (
        _("请填金额，最多两位小数。")
        if is_money
        else _("读不出来。请写成 3000:0.5 5000:1 *:2，金额从小到大，最后一段用 *。")
    )

    def fits(value: str) -> None:
        if not kind.fits(value):
            raise forms.ValidationError(wrong)

    return forms.CharField(
        label=label,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal" if is_money else "text"}),
        help_text=_("单位：元。") if is_money else _("写成 3000:0.5 5000:1 *:2。"),
        error_messages={"required": _("还没有填。")},
        validators=[fits],
    )


def _days_field(label: str) -> forms.Field:
    wrong = _("请填 0 至 999 的整数。")
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=999,
        widget=forms.NumberInput(attrs={"class": "ch-narrow-select", "inputmode": "numeric"}),
        help_text=_("单位：天。"),
        error_messages={
            "required": _("还没有填。请填天数。"),
            "invalid": wrong,
            "min_value": wrong,
            "max_value": wrong,
        },
    )


def _months_field(label: str, kind: Months) -> forms.Field:
    wrong = _("请填 1 至 %s 的整数，或留空。") % MOST_MONTHS
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=MOST_MONTHS,
        widget=forms.NumberInput(attrs={"class": "ch-narrow-select", "inputmode": "numeric"}),
        help_text=_("单位：月。留空表示%s。") % kind.without,
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
    )


def _day_field(label: str, on: dt.date) -> forms.Field:
    def until_today(day: dt.date) -> None:
        if day > on:
            raise forms.ValidationError(_("启用日期不能晚于今天。"))

    return forms.DateField(
        label=label,
        widget=DayInput(max=on.isoformat()),
        error_messages={"required": _("还没有选日期。"), "invalid": UNREADABLE_DAY},
        validators=[until_today],
    )
