"""The corrections of a talk in words: what was changed from what to what, never the words of the talk."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Viewer
from carehub.calendar import date_words
from members.models import Person
from talks.lists import TalkLine, sees_all
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


def history_of(talk: Talk, line: TalkLine, viewer: Viewer) -> list[Change]:
    """Return the corrections of a talk, the newest first.

    Whoever sees everybody present also reads who stood there before a correction; an office for a group of people
    reads the names that it sees in the talk, the others count only.
    """
    corrections = list(talk.corrections.select_related("by__person"))
    asked = {pk for c in corrections for side in c.changed.get("people", []) for pk in side}
    if not sees_all(viewer, talk, line.people):
        asked &= {person.pk for person in line.people}
    names = dict(Person.objects.filter(pk__in=asked).values_list("pk", "name"))
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
