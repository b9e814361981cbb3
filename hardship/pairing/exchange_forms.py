"""The forms of 组织结对共建 and 党员志愿者行动."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hardship.cases.forms import SparingForm
from hardship.models import Exchange
from hardship.pairing.forms import NOT_YET
from members.forms import indented
from members.models import Organization, Person
from members.roles_forms import DayField, ReasonField


def past(form: forms.Form, name: str, on: dt.date, first: dt.date | None = None) -> dt.date:
    """Return the day of a field; ValidationError for one that has not come yet, or before the first."""
    day: dt.date = form.cleaned_data[name]
    if day > on:
        raise forms.ValidationError(str(NOT_YET))
    if first and day < first:
        raise forms.ValidationError(_("早于结对的日子，请核对。"))
    return day


def words_field(label: Any, longest: int, rows: int = 0, **kwargs: Any) -> forms.CharField:
    look = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs={"autocomplete": "off"})
    wrong = {"required": gettext_lazy("还没有写。"), "min_length": gettext_lazy("请写清楚一点。")}
    return forms.CharField(
        label=label, min_length=2, max_length=longest, widget=look, error_messages=wrong, **kwargs
    )  # fmt: skip


class PlaceField(forms.ModelChoiceField):
    """An organisation in the official order of the tree."""

    def label_from_instance(self, obj: Any) -> str:
        return str(indented(obj))


def place_field(label: Any, **kwargs: Any) -> PlaceField:
    return PlaceField(
        label=label, queryset=Organization.objects.none(),
        widget=forms.Select(attrs={"class": "ch-narrow-select"}),
        error_messages={
            "required": gettext_lazy("还没有选党组织。"), "invalid_choice": gettext_lazy("请从列出的党组织里选一个。"),
        },
        **kwargs,
    )  # fmt: skip


class ExchangeForm(SparingForm):
    """Which two organisations do what together."""

    organization = place_field(gettext_lazy("本校党组织"), empty_label=None)
    partner = place_field(gettext_lazy("和哪个党组织"), required=False, empty_label=gettext_lazy("校外的，写在下面"))
    partner_name = forms.CharField(label=gettext_lazy("校外党组织名称"), required=False, max_length=100)
    agreed_on = DayField(label=gettext_lazy("哪天结对"))
    together = words_field(gettext_lazy("一起做什么"), 300, rows=2)
    in_charge = words_field(gettext_lazy("双方负责人"), 120)

    def __init__(self, *args: Any, kept: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["organization"].queryset = kept.in_official_order()  # type: ignore[attr-defined]
        self.fields["partner"].queryset = Organization.objects.in_official_order()  # type: ignore[attr-defined]
        self.fields["agreed_on"].initial = on

    def clean_agreed_on(self) -> dt.date:
        return past(self, "agreed_on", self.on)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        partner, name = cleaned.get("partner"), cleaned.get("partner_name", "")
        if partner is None and not name and "partner" not in self.errors:
            self.add_error("partner", _("还没有选和哪个党组织结对；校外的写全称。"))
        elif partner is not None and name:
            self.add_error("partner_name", _("选了校内党组织，这里就空着。"))
        elif partner is not None and partner == cleaned.get("organization"):
            self.add_error("partner", _("不能和自己结对。"))
        return cleaned


class ActivityForm(SparingForm):
    """What was done on a day, and how many took part."""

    on = DayField(label=gettext_lazy("哪天"))
    what = words_field(gettext_lazy("做了什么"), 200)
    headcount = forms.IntegerField(
        label=gettext_lazy("多少人参加"), min_value=1, max_value=9999,
        widget=forms.NumberInput(attrs={"class": "ch-narrow-select", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("还没有填人数。")},
    )  # fmt: skip

    def __init__(self, *args: Any, exchange: Exchange, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exchange, self.day = exchange, today
        self.fields["on"].initial = today

    def clean_on(self) -> dt.date:
        return past(self, "on", self.day, self.exchange.agreed_on)


class ExchangeEndForm(SparingForm):
    """The last day of a pair of organisations, and why."""

    ended_on = DayField(label=gettext_lazy("哪天结束"))
    why = ReasonField(label=gettext_lazy("说明"))

    def __init__(self, *args: Any, exchange: Exchange, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exchange, self.on = exchange, on
        self.fields["ended_on"].initial = on

    def clean_ended_on(self) -> dt.date:
        return past(self, "ended_on", self.on, self.exchange.agreed_on)


class VolunteerForm(SparingForm):
    """What members of a branch did for others."""

    on = DayField(label=gettext_lazy("哪天"))
    what = words_field(gettext_lazy("做了什么"), 200)
    beneficiaries = words_field(
        gettext_lazy("帮了谁"), 100, help_text=gettext_lazy("例如：社区独居老人。不写姓名和病情。")
    )
    hours = forms.DecimalField(
        label=gettext_lazy("多少小时"), required=False, min_value=Decimal("0.1"), max_value=Decimal(240),
        max_digits=4, decimal_places=1,
        widget=forms.NumberInput(attrs={"class": "ch-narrow-select", "step": "0.5", "inputmode": "decimal"}),
    )  # fmt: skip
    # The listed numbers as words: whatever else is sent is refused before the database is asked.
    people = forms.MultipleChoiceField(
        label=gettext_lazy("谁参加了"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("还没有选。至少点一位。"),
            "invalid_choice": gettext_lazy("请从列出的同志里选。"),
            "invalid_list": gettext_lazy("请从列出的同志里选。"),
        },
    )

    def __init__(self, *args: Any, people: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = today
        self.listed: dict[str, Person] = {str(one.pk): one for one in people}
        named = [(number, one.name) for number, one in self.listed.items()]
        self.fields["people"].choices = named  # type: ignore[attr-defined]
        self.fields["on"].initial = today

    def clean_people(self) -> list[Person]:
        return [self.listed[number] for number in self.cleaned_data["people"]]

    def clean_on(self) -> dt.date:
        return past(self, "on", self.day)
