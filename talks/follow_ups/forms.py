"""Forms of 办理事项: written with the talk, from the talk's page, and what is done with one later."""

import datetime as dt
import uuid
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from carehub.calendar import near_date_words
from members.models import Person, Post
from talks.follow_ups.actions import Matter
from talks.follow_ups.offices import candidates, post_words
from talks.models import FollowUp, Talk

MOST_LETTERS = 200
USUAL_DAYS = 14
DUE = (7, USUAL_DAYS, 30)
NO_DATE = _("这个日期读不出来。请写成 2026-07-01。")
TEXT = {"class": "form-control", "maxlength": MOST_LETTERS}


def who_choices(path: str, person: Person, on: dt.date, viewer_person: int | None) -> list[tuple[str, str]]:
    """Return (post, name and post) of everybody who can be asked; the viewer himself as 我来办."""
    own = _gettext("我来办")
    posts = candidates(path, person, on)
    return [(str(post.pk), own if post.person_id == viewer_person else post_words(post)) for post in posts]


class AssigneeField(forms.ChoiceField):
    """A post among those that can be asked; nobody means that the office itself does it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("请谁办"))
        super().__init__(required=False, widget=forms.Select(attrs={"class": "form-select"}), **kwargs)

    def offer(self, choices: list[tuple[str, str]], nobody: Any = "") -> None:
        self.choices = [("", nobody or _gettext("先不定人")), *choices]


def due_field(**kwargs: Any) -> forms.DateField:
    """Return the field of a deadline."""
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    errors = {"invalid": NO_DATE, "required": _("还没有选日期。请选希望哪天前办好。")}
    return forms.DateField(label=_("何时办好"), widget=widget, error_messages=errors, **kwargs)


class MatterForm(forms.Form):
    """The optional line of the log form: 要办的事, whom to ask, by when. Empty words ask for nothing."""

    matter = forms.CharField(
        label=_("要办的事"), max_length=MOST_LETTERS, required=False, widget=forms.TextInput(attrs=TEXT)
    )
    matter_person = forms.ChoiceField(
        label=_("谁的事"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    matter_to = AssigneeField()
    matter_due = forms.TypedChoiceField(
        label=_("何时办好"),
        coerce=int,
        required=False,
        initial=USUAL_DAYS,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(
        self, data: Any = None, *, people: list[Person], path: str, viewer_person: int | None, on: dt.date
    ) -> None:
        super().__init__(data)
        self.people, self.path, self.on = people, path, on
        self.fields["matter_due"].choices = [  # type: ignore[attr-defined]
            (days, _gettext("%(day)s前") % {"day": near_date_words(on + dt.timedelta(days=days), on)}) for days in DUE
        ]
        self.fields["matter_person"].choices = [(str(p.pk), p.name) for p in people]  # type: ignore[attr-defined]
        about = self.person
        offered = who_choices(path, about, on, viewer_person) if about and path else []
        self.fields["matter_to"].offer(offered)  # type: ignore[attr-defined]

    @cached_property
    def person(self) -> Person | None:
        """Return whose matter it is: the one person chosen, or the one named among several."""
        asked = str(self["matter_person"].value() or "")
        named = next((person for person in self.people if str(person.pk) == asked), None)
        return named or (self.people[0] if self.people else None)

    @property
    def is_wanted(self) -> bool:
        return bool(str(self["matter"].value() or "").strip())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_wanted and not self.people:
            self.add_error("matter_person", _gettext("还没有选人。先在“和谁谈”里选人。"))
        if self.is_wanted and len(self.people) > 1 and not cleaned.get("matter_person"):
            self.add_error("matter_person", _gettext("选了多人，请写明是谁的事。"))
        return cleaned

    def asked(self) -> Matter | None:
        """Return what is to be done; None where nothing was written."""
        if not self.is_wanted or self.person is None:
            return None
        cleaned = self.cleaned_data
        due_on = self.on + dt.timedelta(days=cleaned["matter_due"] or USUAL_DAYS)
        return Matter(self.person, cleaned["matter"], post_of(cleaned["matter_to"]), due_on)


class AddForm(forms.Form):
    """One matter from the page of its talk."""

    person = forms.ChoiceField(label=_("谁的事"), widget=forms.Select(attrs={"class": "form-select"}))
    what = forms.CharField(
        label=_("要办什么"),
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("还没有写要办什么。请用一句话写明。")},
    )
    assignee = AssigneeField()
    due_on = due_field()
    shared = forms.BooleanField(label=_("告诉本人"), required=False)
    once_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, talk: Talk, viewer_person: int | None, on: dt.date) -> None:
        people = Person.objects.filter(pk__in=talk.participations.values("person")).by_name()
        self.people = {str(person.pk): person for person in people if person.pk != viewer_person}
        due_on = on + dt.timedelta(days=USUAL_DAYS)
        initial = {"due_on": due_on, "once_key": uuid.uuid4(), "person": next(iter(self.people), "")}
        super().__init__(data, initial=initial)
        self.fields["person"].choices = [(pk, p.name) for pk, p in self.people.items()]  # type: ignore[attr-defined]
        chosen = self.people.get(str(self["person"].value())) or next(iter(self.people.values()), None)
        offered = who_choices(talk.path, chosen, on, viewer_person) if chosen else []
        self.fields["assignee"].offer(offered)  # type: ignore[attr-defined]

    def asked(self) -> Matter:
        cleaned = self.cleaned_data
        assignee = post_of(cleaned["assignee"])
        person = self.people[cleaned["person"]]
        return Matter(person, cleaned["what"], assignee, cleaned["due_on"], cleaned["shared"])


class StepForm(forms.Form):
    """What all deeds on a matter send along: the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class AssignForm(StepForm):
    assignee = AssigneeField()
    due_on = due_field()

    def __init__(self, data: Any = None, *, item: FollowUp, viewer_person: int | None, on: dt.date) -> None:
        initial = {"assignee": item.assignee_id or "", "due_on": item.due_on, "version": item.version}
        super().__init__(data, initial=initial)
        offered = who_choices(item.path, item.person, on, viewer_person)
        self.fields["assignee"].offer(offered, _("自己办"))  # type: ignore[attr-defined]

    def deed(self) -> dict[str, Any]:
        return self.cleaned_data | {"assignee": post_of(self.cleaned_data["assignee"])}


class FinishForm(StepForm):
    possible = forms.TypedChoiceField(
        label=_("办得怎样"),
        choices=(("yes", _("办好了")), ("no", _("办不了"))),
        coerce=lambda value: value == "yes",
        initial="yes",
        error_messages={"required": _("请选办好了还是办不了。")},
    )
    result = forms.CharField(
        label=_("结果"),
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("还没有写结果。请用一句话写明怎么办的，或为什么办不了。")},
    )


class BecauseForm(StepForm):
    because = forms.CharField(
        label=_("原因"),
        max_length=MOST_LETTERS,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("还没有写原因。请用一句话写明。")},
    )


class ShareForm(StepForm):
    shared = forms.TypedChoiceField(choices=(("yes", ""), ("no", "")), coerce=lambda value: value == "yes")


def post_of(value: str) -> Post | None:
    """Return the post that was chosen; the action refuses one that cannot be asked."""
    return Post.objects.select_related("person", "organization").filter(pk=value).first() if value else None
