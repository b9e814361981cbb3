"""The corrections of a talk in words: what was changed from what to what, never the words of the talk."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.calendar import date_words
from members.models import Person
from talks.models import Talk

TITLES = {
    "held_on": gettext_lazy("谈话日期"),
    "people": gettext_lazy("谈话对象"),
    "form": gettext_lazy("谈话形式"),
    "channel": gettext_lazy("方式"),
    "reasons": gettext_lazy("谈话事由"),
    "place": gettext_lazy("地点"),
    "line": gettext_lazy("一句话要点"),
}


@dataclass(frozen=True)
class Change:
    """One correction as a page shows it."""

    by: str
    made_at: dt.datetime
    because: str
    is_withdrawal: bool
    details: list[str]


def history_of(talk: Talk, shown: list[Person]) -> list[Change]:
    """Return the corrections of a talk, the newest first; names only of people whom the viewer sees in it."""
    corrections = list(talk.corrections.select_related("by__person"))
    asked = {pk for c in corrections for side in c.changed.get("people", []) for pk in side}
    present = {person.pk for person in shown}
    names = dict(Person.objects.filter(pk__in=asked).values_list("pk", "name")) if present else {}
    return [
        Change(
            by=name_of(c.by),
            made_at=c.made_at,
            because=c.because,
            is_withdrawal="withdrawn" in c.changed,
            details=[_words(name, change, names) for name, change in c.changed.items() if name in TITLES],
        )
        for c in corrections
    ]


def name_of(user: Any) -> str:
    """Return the name of the person behind an account, empty for nobody."""
    return str(getattr(user, "person", user) or "")


def _words(name: str, change: Any, names: dict[int, str]) -> str:
    title = str(TITLES[name])
    if name in ("line", "reasons"):
        return _("%(title)s有改动") % {"title": title}
    before, after = (_value(name, side, names) for side in change)
    return _("%(title)s：%(before)s 改为 %(after)s") % {"title": title, "before": before, "after": after}


def _value(name: str, value: Any, names: dict[int, str]) -> str:
    if name == "people":
        return "、".join(names.get(pk, _("一人")) for pk in value)
    if name == "held_on":
        return date_words(dt.date.fromisoformat(value))
    if name == "form":
        return str(Talk.Form(value).label)
    if name == "channel":
        return str(Talk.Channel(value).label)
    return str(value) or _("空")
