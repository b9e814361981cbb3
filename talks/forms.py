"""Forms of talks: the 30-second log, its correction and withdrawal, and the list's filter."""

import datetime as dt
import re
import uuid
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carehub.calendar import DAY
from members.models import Person
from talks.models import Talk
from talks.offices import default_talker, offices_on, reachable, talkers_for
from talks.reasons import Reason
from talks.text import keeps_text, may_write

NUMBER = re.compile(r"\d{1,18}")
DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
MOST_PEOPLE = 300
EARLIEST = dt.date(1950, 1, 1)  # before this a typed year is a slip
NO_DATE = _("这个日期读不出来。请写成 2026-07-01。")
NO_KEY = _("表单不完整，请再点一次“保存”。")
HELD = (("today", _("今天")), ("yesterday", _("昨天")), ("other", _("其他日期")))
OFFERED = {
    "BS": {Reason.QUARTERLY, Reason.OVERSIGHT},
    "BO": {Reason.QUARTERLY, Reason.OVERSIGHT},
    "GS": {Reason.ANNUAL, Reason.OVERSIGHT},
    "GO": {Reason.OVERSIGHT},
    "LD": {Reason.ANNUAL, Reason.QUARTERLY},
}  # the routine talks that an office does not hold


class PeopleField(forms.Field):
    """The numbers of the people present; the form looks them up among those it may name."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        return numbers_of(value)


def numbers_of(value: Any) -> list[int]:
    """Return the numbers among what was sent, each once, in order."""
    given = [part for one in value or [] for part in str(one).split(",")]
    return list(dict.fromkeys(int(part) for part in given if NUMBER.fullmatch(part)))[:MOST_PEOPLE]


class TalkForm(forms.Form):
    """A talk as it is typed. What is impossible is refused by the action, in words for the same fields."""

    talker = forms.ChoiceField(label=_("谁谈的"), required=False)
    people = PeopleField(label=_("和谁谈"), required=False)
    held = forms.ChoiceField(label=_("哪天谈的"), choices=HELD, initial="today")
    held_on = forms.DateField(
        label=_("谈话日期"),
        required=False,
        input_formats=DATE_FORMATS,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": NO_DATE},
        validators=[MinValueValidator(EARLIEST, NO_DATE)],
    )
    form = forms.ChoiceField(label=_("个别或集体"), choices=Talk.Form.choices, initial=Talk.Form.SINGLE)
    channel = forms.ChoiceField(label=_("怎么谈的"), choices=Talk.Channel.choices, initial=Talk.Channel.IN_PERSON)
    reasons = forms.MultipleChoiceField(label=_("为什么谈"), choices=Reason.choices, required=False)
    place = forms.CharField(
        label=_("地点"), max_length=100, required=False, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    line = forms.CharField(
        label=_("一句话要点"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )
    once_key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": NO_KEY, "invalid": NO_KEY},
    )

    def __init__(self, *args: Any, user: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.on = user, on
        self.fields["talker"].choices = [(str(p.pk), p.name) for p in self.talkers]  # type: ignore[attr-defined]
        if not keeps_text(on) or not may_write(user):
            del self.fields["line"]

    @cached_property
    def held_day(self) -> dt.date:
        """Return the day that was chosen, today while nothing readable was."""
        held = self["held"].value()
        if held == "yesterday":
            return self.on - DAY
        try:
            typed = self.fields["held_on"].clean(self["held_on"].value()) if held == "other" else None
        except ValidationError:
            typed = None
        return typed or self.on

    @cached_property
    def talkers(self) -> list[Person]:
        """Return the people for whom this account may record a talk of the chosen day."""
        return talkers_for(self.user, self.held_day)

    @cached_property
    def talker_person(self) -> Person | None:
        chosen = str(self["talker"].value() or "")
        known = next((person for person in self.talkers if str(person.pk) == chosen), None)
        return known or default_talker(self.user, self.talkers, self.on)

    @cached_property
    def picked(self) -> list[Person]:
        """Return the people chosen, in the order of choice; nobody whom this account may not name."""
        numbers = numbers_of(self["people"].value())
        found = Person.objects.filter(pk__in=numbers)
        talker = self.talker_person
        named = found.filter(reachable(talker.pk, self.held_day)) if talker else found.none()
        known = {person.pk: person for person in (*found.visible_to(self.user), *named)}
        return [known[number] for number in numbers if number in known]

    @property
    def offered_reasons(self) -> list[tuple[str, str, bool]]:
        """Return (code, words, chosen) of the reasons that fit the talker's offices."""
        chosen = set(self["reasons"].value() or [])
        talker = self.talker_person
        personas = {office.persona for office in offices_on(talker.pk, self.on)} if talker else set()
        unfit = set.intersection(*(OFFERED[persona] for persona in personas)) if personas else set()
        fit = [(code, str(words)) for code, words in Reason.choices if code in chosen or code not in unfit]
        return [(code, words, code in chosen) for code, words in fit]

    @property
    def key(self) -> str:
        """Return the one-time key to send: the posted one, or a fresh one if it is used up or none."""
        posted = str(self["once_key"].value() or "")
        used = any(error.code == "used" for error in self.non_field_errors().as_data()) if self.is_bound else False
        try:
            return str(uuid.uuid4()) if used else str(uuid.UUID(posted))
        except ValueError:
            return str(uuid.uuid4())

    def clean(self) -> dict[str, Any]:
        """Turn the choices into a day and people; whoever may not be named counts as nobody."""
        cleaned = super().clean() or {}
        if cleaned.get("held") == "other" and not cleaned.get("held_on") and "held_on" not in self.errors:
            self.add_error("held_on", _("选了“其他日期”，请写明是哪天。"))
        if self.talker_person is None and "talker" not in self.errors:
            self.add_error("talker", _("您不能替这位同志记录这一天的谈话。请选本人或当时的书记。"))
        asked = cleaned.get("people", [])
        if not asked:
            self.add_error("people", _("还没有选人。请在“和谁谈”里选至少一位。"))
        elif len(self.picked) != len(asked):
            self.add_error("people", _("有人不在谈话范围内，已去掉。请核对后再保存。"))
        return cleaned

    def deed(self) -> dict[str, Any]:
        """Return what the actions take."""
        cleaned = self.cleaned_data
        same = {name: cleaned[name] for name in ("form", "channel", "reasons", "place")}
        return {**same, "people": self.picked, "held_on": self.held_day, "line": cleaned.get("line", "")}


class CorrectionForm(TalkForm):
    """The same form over a recorded talk: the talker stays, a reason is asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    because = forms.CharField(
        label=_("为什么更正"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": _("还没有写原因。请用一句话写明为什么更正。")},
    )

    def __init__(self, *args: Any, talk: Talk, may_read: bool, **kwargs: Any) -> None:
        self.talk = talk
        kwargs["initial"] = values_of(talk, may_read=may_read)
        super().__init__(*args, **kwargs)
        del self.fields["once_key"], self.fields["talker"]
        if not may_read:
            self.fields.pop("line", None)

    @cached_property
    def talkers(self) -> list[Person]:
        return [self.talk.talker]

    @cached_property
    def talker_person(self) -> Person | None:
        return self.talk.talker

    @cached_property
    def picked(self) -> list[Person]:
        """Return the people chosen; those already on record may be named by whoever may correct it."""
        numbers = numbers_of(self["people"].value())
        found = Person.objects.filter(pk__in=numbers)
        recorded = Q(pk__in=self.talk.participations.values("person"))
        named = found.filter(reachable(self.talk.talker_id, self.held_day) | recorded)
        known = {person.pk: person for person in named}
        return [known[number] for number in numbers if number in known]

    def deed(self) -> dict[str, Any]:
        line = self.cleaned_data.get("line") if "line" in self.fields else None
        return super().deed() | {"line": line, "version": self.cleaned_data["version"]}


class WithdrawalForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    because = forms.CharField(
        label=_("为什么撤回"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": _("还没有写原因。请用一句话写明为什么撤回。")},
    )


def values_of(talk: Talk, *, may_read: bool) -> dict[str, Any]:
    """Return a recorded talk as the form shows it."""
    people = list(talk.participations.order_by("person__pinyin").values_list("person", flat=True))
    names = ("held_on", "form", "channel", "reasons", "place", "version")
    values = {name: getattr(talk, name) for name in names} | {"people": people, "held": "other"}
    return values | ({"line": talk.line} if may_read else {})
