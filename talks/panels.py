"""What talks offer to other pages: the last talk of each person, a person's talks, and who can see a talk."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from carehub.access.paths import below
from carehub.access.viewer import Facts
from members.models import Person
from members.readers import layer, readers_of
from talks.lists import TalkLine, lines
from talks.models import Participation, Talk

LAYERS = (layer("谈过这件事", talk="v F"), layer("要办的事", follow_up="e"))


@dataclass(frozen=True)
class LastTalk:
    """The last time somebody talked with a person."""

    talk_id: int
    held_on: dt.date
    form: str
    talker: str

    @property
    def form_words(self) -> str:
        return str(Talk.Form(self.form).label)

    def words(self, on: dt.date) -> str:
        """Return 3月12日谈过, 去年10月谈过, 2024年5月谈过."""
        day = self.held_on
        if day.year == on.year:
            return _("%(month)s月%(day)s日谈过") % {"month": day.month, "day": day.day}
        if day.year == on.year - 1:
            return _("去年%(month)s月谈过") % {"month": day.month}
        return _("%(year)s年%(month)s月谈过") % {"year": day.year, "month": day.month}


def last_talks(people: Iterable[int] | None = None, *, on: dt.date, below_path: str = "") -> dict[int, LastTalk]:
    """Return {person: last standing talk up to a day} for some people or for all at or below a path, in one query."""
    present = Participation.objects.filter(attended=True, talk__withdrawn_at=None, talk__held_on__lte=on)
    if people is not None:
        present = present.filter(person__in=list(people))
    if below_path:
        present = present.filter(below(below_path, "person__path"))
    order = [F("talk__held_on").desc(), F("talk").desc()]
    ranked = present.annotate(nth=Window(RowNumber(), partition_by=F("person"), order_by=order)).filter(nth=1)
    rows = ranked.values_list("person", "talk", "talk__held_on", "talk__form", "talk__talker__name")
    return {person: LastTalk(talk, held_on, form, talker) for person, talk, held_on, form, talker in rows}


def talks_with(person: Person, user: Any, on: dt.date, *, most: int = 50) -> list[TalkLine]:
    """Return the facts of the talks with a person that a viewer may see, the newest first (talks/_with_person.html)."""
    talks = Talk.objects.visible_to(user).standing().with_person(person.pk).with_people().newest_first()
    return lines(talks[:most], user, on)


@dataclass(frozen=True)
class Witnesses:
    """Who can see that a talk took place: the people present, then posts in force today with their holders' names."""

    present: str
    holders: list[str]
    askers: str = ""  # who writes down and sees what is to be done after the talk


def who_sees(path: str, people: Iterable[Person], on: dt.date) -> Witnesses:
    """Return names and posts of those who can see the fact of a talk in the ledger of an organisation."""
    people = list(people)
    occupations = [person.occupation for person in people]
    facts = Facts(path, frozenset(), occupations[0] if occupations else "")
    ledger, asking = readers_of(facts, LAYERS, on, beside=occupations[1:])
    present = "、".join(person.name for person in people[:6])
    if len(people) > 6:
        present = _("%(names)s等 %(n)s 人") % {"names": present, "n": len(people)}
    return Witnesses(present, ledger.lines, "、".join(asking.found.get(path, [])))
