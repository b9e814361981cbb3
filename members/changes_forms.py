"""The forms of a record: an officer's correction, the person's own request, the officer's answer."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.calendar import Precision, date_words, last_possible_day
from carehub.sheets.words import tidy_name
from members.changes import DATES, field_of, label_of
from members.identity import identity_of
from members.importing.dates import Known, Unreadable, read_date
from members.importing.labels import EDUCATIONS, ETHNICITIES, label_in
from members.importing.person_row import ID_WORDS, phone_of
from members.models import Person
from members.roles_forms import DayField, OnceForm, ReasonField

NOTHING = "无"
SECTIONS = (
    (gettext_lazy("基本情况"), ("name", "sex", "ethnicity", "education", "occupation", "position", "number")),
    (
        gettext_lazy("党内情况"),
        (
            "category", "joined_on", "confirmed_on", "standing_correction_months", "is_floating", "floating_to",
            "lost_contact_on", "verified",
        ),
    ),
    (gettext_lazy("联系方式和证件"), ("phone", "address", "born_on", "id_number")),
)  # fmt: skip
# Only the mask of these is shown: what is left empty stays as it is.
MASKED = ("phone", "address", "born_on", "id_number")
# What the national roster and the sign-in hang on: the department alone changes it.
FOR_THE_SCHOOL = ("number", "id_number")
ASKED = ("phone", "address", "education", "ethnicity", "position")
NO_DATE = gettext_lazy("这个日期读不出来。请写成 1975-07-01；只知道年月的写 1975年7月。")
NO_PHONE = gettext_lazy("不像电话号码。手机写 11 位，座机写区号加号码；两个号码之间用顿号。")


class KnownField(forms.CharField):
    """A date with the precision that is known of it: 1975-07-01, 1975年7月, 1975."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return read_date(text) if text else None
        except Unreadable:
            raise ValidationError(NO_DATE) from None


class PhoneField(forms.CharField):
    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        phone = text if text in ("", NOTHING) else phone_of(text, text)
        if text and not phone:
            raise ValidationError(NO_PHONE)
        return phone


class LabelField(forms.CharField):
    """A label in any of its spellings; others stay as they are written, as the roster's do."""

    def __init__(self, *, table: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table = table

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return label_in(self.table, text) or text


def words_field(name: str, **kwargs: Any) -> forms.CharField:
    longest = field_of(name).max_length
    return forms.CharField(label=label_of(name), required=False, max_length=longest, **kwargs)


def label_fields() -> dict[str, forms.Field]:
    """Return the fields whose labels the national system knows."""
    tables = {"ethnicity": ETHNICITIES, "education": EDUCATIONS}
    return {
        name: LabelField(label=label_of(name), required=False, max_length=field_of(name).max_length, table=table)
        for name, table in tables.items()
    }


def address_field() -> forms.CharField:
    return forms.CharField(label=label_of("address"), required=False, max_length=200)


class CorrectionForm(OnceForm):
    """A record as an officer corrects it. What is masked is empty, and stays as it is while it is left so."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    sex = forms.ChoiceField(
        label=gettext_lazy("性别"), required=False, choices=[("", gettext_lazy("未知")), *Person.Sex.choices]
    )
    occupation = forms.ChoiceField(label=gettext_lazy("人员类型"), choices=Person.Occupation.choices)
    category = forms.ChoiceField(label=gettext_lazy("人员类别"), choices=Person.Category.choices)
    joined_on = KnownField(label=gettext_lazy("入党日期"), required=False)
    confirmed_on = KnownField(label=gettext_lazy("转正日期"), required=False)
    standing_correction_months = forms.IntegerField(
        label=gettext_lazy("党龄校正值（月）"), min_value=-1200, max_value=1200
    )
    is_floating = forms.BooleanField(label=gettext_lazy("流动党员"), required=False)
    lost_contact_on = DayField(label=gettext_lazy("失去联系日期"), required=False)
    verified = forms.BooleanField(label=gettext_lazy("已核实，人仍在本支部"), required=False)
    phone = PhoneField(label=gettext_lazy("手机号码"), required=False, max_length=100)
    born_on = KnownField(label=gettext_lazy("出生日期"), required=False)
    id_number = forms.CharField(label=gettext_lazy("公民身份号码"), required=False, max_length=30)
    because = ReasonField(
        label=gettext_lazy("为什么改"), help_text=gettext_lazy("例如档案核对、录入错误。不写病情、家事。")
    )

    def __init__(self, *args: Any, person: Person, on: dt.date, whole_school: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.on = person, on
        self.fields |= label_fields() | {name: words_field(name) for name in ("position", "number", "floating_to")}
        self.fields["address"] = address_field()
        dropped = [*(() if whole_school else FOR_THE_SCHOOL), *(() if person.verify_since_on else ("verified",))]
        for name in dropped:
            del self.fields[name]
        for name, field in self.fields.items():
            field.initial = initial_of(person, name)
        self.hint()

    def hint(self) -> None:
        """Say under what is masked how it stands, and that empty means as it is."""
        person = self.person
        now = {
            "phone": person.masked_phone, "address": person.masked_address, "id_number": person.masked_id_number,
            "born_on": date_words(person.born_on, Precision.YEAR) if person.born_on else "",
        }  # fmt: skip
        for name in MASKED:
            if name in self.fields:
                words = _("现在：%(now)s。留空不改。") if now[name] else _("还没有登记。")
                more = _("确实没有了的写“无”。") if now[name] and name in ("phone", "address") else ""
                self.fields[name].help_text = words % {"now": now[name]} + more
        for name in ("joined_on", "confirmed_on"):
            self.fields[name].help_text = _("写成 1975-07-01；只知道年月的写 1975年7月。")

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        return [(str(title), [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]

    def clean_name(self) -> str:
        return tidy_name(self.cleaned_data["name"])

    def clean_id_number(self) -> str:
        text = self.cleaned_data["id_number"].replace(" ", "")
        identity = identity_of(text, self.on) if text else None
        if identity and identity.faults:
            raise ValidationError([ID_WORDS[code] for code in identity.faults])
        return identity.number if identity else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.check_days(cleaned)
        if cleaned.get("category") == Person.Category.PROBATIONARY and cleaned.get("confirmed_on"):
            self.add_error("confirmed_on", _("预备党员还没有转正日期。请改人员类别，或清空这一项。"))
        return cleaned

    def check_days(self, cleaned: dict[str, Any]) -> None:
        """Refuse days to come and days that stand the wrong way round, in favour of what is vague."""
        for name in DATES:
            if (known := cleaned.get(name)) and known.on > self.on:
                self.add_error(name, _("日期晚于今天。请核对。"))
        if (lost := cleaned.get("lost_contact_on")) and lost > self.on:
            self.add_error("lost_contact_on", _("日期晚于今天。请核对。"))
        born, joined, confirmed = cleaned.get("born_on"), cleaned.get("joined_on"), cleaned.get("confirmed_on")
        if born is None and self.person.born_on:
            born = Known(self.person.born_on, self.person.born_precision)
        if joined and confirmed and last_possible_day(*confirmed.fields) < joined.on:
            self.add_error("confirmed_on", _("转正日期早于入党日期。请核对。"))
        if born and joined and last_possible_day(*joined.fields) < born.on:
            self.add_error("joined_on", _("入党日期早于出生日期。请核对。"))

    @property
    def values(self) -> dict[str, Any]:
        """Return the values to write, in the fields of the record."""
        found: dict[str, Any] = {}
        for name in self.fields:
            if name in ("because", "verified") or (name in MASKED and not self.cleaned_data[name]):
                continue
            found |= values_of(name, self.cleaned_data[name])
        if self.cleaned_data.get("verified"):
            found["verify_since_on"] = None
        return found


def initial_of(person: Person, name: str) -> Any:
    """Return what a field begins with: nothing where only the mask is shown."""
    if name in (*MASKED, "because", "verified"):
        return None
    value = getattr(person, name)
    return date_words(value, getattr(person, DATES[name])) if value and name in DATES else value


def values_of(name: str, value: Any) -> dict[str, Any]:
    """Return a form's value as the record keeps it."""
    if name in DATES:
        return {name: value.on if value else None, DATES[name]: value.precision if value else Precision.DAY}
    if value == NOTHING:
        return {name: ""}
    return {name: (value or None) if name in ("number", "lost_contact_on") else value}


class AskForm(OnceForm):
    """What somebody wants to have changed in the own record: only what is filled in counts."""

    phone = PhoneField(label=gettext_lazy("手机号码"), required=False, max_length=100)
    note = forms.CharField(
        label=gettext_lazy("还有什么要改"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "例如入党日期、姓名用字有误，写明应为什么，凭什么材料。加密保存，只有处理的同志看得到。"
        ),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {"address": address_field(), **label_fields(), "position": words_field("position")}
        self.order_fields([*ASKED, "note"])
        now = {name: str(getattr(person, name) or "") for name in ASKED}
        now |= {"phone": person.masked_phone, "address": person.masked_address}
        for name in ASKED:
            self.fields[name].help_text = _("现在：%(now)s") % {"now": now[name]} if now[name] else _("还没有登记")

    @property
    def wanted(self) -> dict[str, str]:
        found = {name: self.cleaned_data[name] for name in ASKED if self.cleaned_data[name]}
        return {name: "" if value == NOTHING else value for name, value in found.items()}


class AnswerForm(OnceForm):
    answer = forms.CharField(
        label=gettext_lazy("答复本人"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("不更正的必须写明为什么；照改的可以不写。"),
    )
