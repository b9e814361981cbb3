"""The people picker: who matches what is typed, what is owed to each, and why somebody cannot be chosen."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from carehub.calendar import near_date_words
from carehub.duties.duty import Duty, State
from members.models import Person
from talks.offices import Office, offices_on, reachable
from talks.owing import OWED, owed_by, title_of_duty

MOST = 12
ASKED_BY = {"BS": "您本人，由总支书记谈", "GS": "您本人，由校领导谈"}
URGENCY = (State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING, State.LATE_ENTRY, State.DONE)
KINDS = {State.LATE_ENTRY: State.DONE, State.DONE_LATE: State.DONE}


@dataclass(frozen=True)
class Option:
    """One line of the picker's list."""

    person: Person
    name: SafeString
    pinyin: SafeString
    kind: str = ""
    words: str = ""
    is_refused: bool = False


def options(
    *, user: Any, talker: Person, words: str, chosen: Iterable[int], held_on: dt.date, on: dt.date
) -> list[Option]:
    """Return who can be chosen for what was typed; with nothing typed, those to whom a talk is still owed."""
    offices, taken = offices_on(talker.pk, on), set(chosen)
    within = Person.objects.filter(reachable(talker.pk, held_on)).filter(~Q(pk__in=taken))
    if not words.strip():
        return _still_owed(talker, offices, within, on)
    found = list(within.found_by(words).by_name()[:MOST])
    duties = _by_person(owed_by(talker.pk, on, people=[p.pk for p in found], offices=offices, states=None))
    matching = [_option(person, words, duties.get(person.pk), on) for person in found]
    return [*matching, *_refused(user, talker, offices, words, taken | {p.pk for p in found}, MOST - len(found))]


def _still_owed(talker: Person, offices: list[Office], within: Any, on: dt.date) -> list[Option]:
    duties = _by_person(owed_by(talker.pk, on, offices=offices, states=OWED))
    people = {person.pk: person for person in within.filter(pk__in=list(duties))}
    due = [pk for pk in duties if pk in people]
    return [_option(people[pk], "", duties[pk], on) for pk in due[:MOST]]


def _by_person(duties: list[Duty]) -> dict[int, Duty]:
    """Return the most urgent duty towards each person, the most urgent people first."""
    known: dict[int, Duty] = {}
    for duty in sorted((d for d in duties if d.state in URGENCY), key=_urgency):
        known.setdefault(duty.person_id or 0, duty)
    return known


def _urgency(duty: Duty) -> tuple[int, dt.date]:
    return URGENCY.index(State(duty.state)), duty.due_on


def _option(person: Person, words: str, duty: Duty | None, on: dt.date) -> Option:
    name, pinyin = marked(person, words)
    if duty is None:
        return Option(person, name, pinyin)
    return Option(person, name, pinyin, KINDS.get(State(duty.state), State(duty.state)), owed_words(duty, on))


def owed_words(duty: Duty, on: dt.date) -> str:
    """Return what is owed to a person: 今年未谈, 季度谈话还有 5 天, 3月12日谈过."""
    if duty.done_on:
        return _("%(day)s谈过") % {"day": near_date_words(duty.done_on, on)}
    days = duty.days_left(on)
    title = title_of_duty(duty)
    if duty.state == State.OVERDUE:
        return _("%(title)s，逾期 %(days)s 天") % {"title": title, "days": -days}
    if duty.state == State.DUE_SOON or duty.event_id:
        return _("%(title)s，还有 %(days)s 天") % {"title": title, "days": days}
    return _("本季度未谈") if "Q" in duty.window else _("今年未谈")


def _refused(user: Any, talker: Person, offices: list[Office], words: str, known: set[int], room: int) -> list[Option]:
    """Return those who match but cannot be chosen, with the reason: only people whom the viewer may know."""
    if room < 1:
        return []
    visible = Person.objects.visible_to(user).found_by(words).filter(~Q(pk__in=known)).by_name()[:room]
    own = next((ASKED_BY[office.persona] for office in offices if office.persona in ASKED_BY), "不能和自己谈")
    elsewhere = _("那天不在谈话范围内")
    return [
        Option(person, *marked(person, words), State.NOT_APPLICABLE, own if person.pk == talker.pk else elsewhere, True)
        for person in visible
    ]


def marked(person: Person, words: str) -> tuple[SafeString, SafeString]:
    """Return name and pinyin with the matched letters underlined."""
    typed = words.strip()
    at = person.name.find(typed) if typed else -1
    name = _underlined(person.name, range(at, at + len(typed)) if at >= 0 else ())
    return name, _underlined(person.pinyin, _letters(person, "".join(typed.lower().split()).replace("ü", "v")))


def _letters(person: Person, typed: str) -> Iterable[int]:
    """Return the places in the spaced pinyin that the typed letters match: initials, or the beginning of all."""
    if not typed:
        return ()
    starts = [i for i, letter in enumerate(person.pinyin) if letter != " " and (i == 0 or person.pinyin[i - 1] == " ")]
    if person.initials.startswith(typed):
        return starts[: len(typed)]
    if person.pinyin_joined.startswith(typed):
        return [i for i, letter in enumerate(person.pinyin) if letter != " "][: len(typed)]
    return ()


def _underlined(text: str, places: Iterable[int]) -> SafeString:
    marks = set(places)
    letters = (format_html("<mark>{}</mark>", c) if i in marks else c for i, c in enumerate(text))
    return format_html_join("", "{}", ((letter,) for letter in letters))
