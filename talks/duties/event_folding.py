"""What becomes of one event of life: whose unit, by when, in which state (duties.md, Event rules).

- The days, and the days before, are those set on the day of the event; the other settings those of the reference day.
- Who moves takes the duty along until its deadline; a talk by the head of the unit of the time goes on counting.
- A goodbye is the old branch's alone, up to the last day there.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import gettext as _

from carehub.calendar import FAR_FUTURE
from carehub.duties.duty import State
from carehub.duties.settings import (
    DIRECT_EVENT,
    DUE_SOON_EVENT,
    ENTRY_GRACE,
    EVENT_DAYS,
    EVENT_LEAD,
    Setting,
    changes_of,
    read_once,
)
from members.models import EventKind
from members.models.life_event import KINDS_OF
from talks.duties.event_facts import Facts, Head, Heard, Place, Row, Stay
from talks.duties.stays import EXITS

DAYS_OF_KIND = {kind: EVENT_DAYS[clause] for clause in EVENT_DAYS for kind in KINDS_OF[clause]}


class Said:
    """What the event settings said on any day, read once."""

    def __init__(self) -> None:
        asked = (*EVENT_DAYS.values(), EVENT_LEAD, DUE_SOON_EVENT, ENTRY_GRACE, DIRECT_EVENT)
        with read_once():
            self._changes = {setting.name: changes_of(setting) for setting in asked}

    def on(self, setting: Setting, day: dt.date) -> str:
        found = (value for from_on, value in self._changes[setting.name] if from_on <= day)
        return next(found, setting.default)

    def days(self, setting: Setting, day: dt.date) -> dt.timedelta:
        return dt.timedelta(days=int(self.on(setting, day)))


@dataclass(frozen=True)
class Case:
    """One event seen on one day. Pure: everything it asks stands in `facts` and `said`."""

    event: Row
    stay: Stay
    facts: Facts
    said: Said
    on: dt.date

    @property
    def opens_on(self) -> dt.date:
        day: dt.date = self.event["happened_on"]
        return day

    @property
    def is_goodbye(self) -> bool:
        return bool(self.event["kind"] == EventKind.MOVED_OUT)

    @cached_property
    def due_on(self) -> dt.date:
        return self.opens_on + self.said.days(DAYS_OF_KIND[self.event["kind"]], self.opens_on)

    @property
    def reference_on(self) -> dt.date:
        return min(self.on, self.due_on)

    @property
    def unit_on(self) -> dt.date:
        """Return the day that decides who owes it: the reference day, or the last day in the branch."""
        return min(self.reference_on, self.stay.ended_on)

    @cached_property
    def leads(self) -> bool:
        """Return whether the person leads the branch: then the organisation above it answers."""
        return self.facts.led(self.event["person_id"], self.stay.branch.id, self.unit_on)

    @property
    def unit(self) -> Place:
        return self.stay.parent if self.leads else self.stay.branch

    @property
    def holder(self) -> Head | None:
        return next(iter(self.facts.heads_on(self.unit.id, self.unit_on)), None)

    @property
    def is_unserved(self) -> bool:
        """Return whether nobody is asked: a directly attached branch's secretary, if the setting says so."""
        direct = self.leads and self.stay.parent.is_committee
        return direct and self.said.on(DIRECT_EVENT, self.reference_on) == "none"

    @property
    def is_himself(self) -> bool:
        return self.facts.led(self.event["person_id"], self.unit.id, self.unit_on)

    @property
    def last_on(self) -> dt.date:
        return self.stay.ended_on if self.is_goodbye else FAR_FUTURE

    def counts(self, talk: Heard) -> bool:
        """Return whether a talk settles it: inside its days, by the head of the duty's unit or of the unit that day."""
        first = self.opens_on - self.said.days(EVENT_LEAD, self.opens_on)
        if not first <= talk.held_on <= self.last_on:
            return False
        return self.facts.led(talk.talker_id, self.unit.id, talk.held_on) or self._led_there(talk)

    def _led_there(self, talk: Heard) -> bool:
        """Return whether the talker led the unit where the person was; before the event, where he was on its day."""
        person, then = self.event["person_id"], max(talk.held_on, self.opens_on)
        stay = self.facts.stay_on(person, then)
        if stay is None or self.is_goodbye:
            return False
        above = self.facts.led(person, stay.branch.id, then)
        return self.facts.led(talk.talker_id, (stay.parent if above else stay.branch).id, talk.held_on)

    @cached_property
    def deeds(self) -> list[Heard]:
        """Return the talks that count, the earliest first."""
        return [talk for talk in self.facts.heard.get(self.event["person_id"], ()) if self.counts(talk)]

    @cached_property
    def state(self) -> State:
        """Return the first state of duties.md that holds; excuses are laid over it by who asked for them."""
        if self.is_unserved or self.is_himself:
            return State.NOT_APPLICABLE
        if self.deeds:
            return self._made_of_it()
        if self.left:
            return State.NOT_APPLICABLE
        if self.due_on < self.on:
            return State.OVERDUE
        soon = self.due_on - self.on <= self.said.days(DUE_SOON_EVENT, self.reference_on)
        return State.DUE_SOON if soon else State.OPEN

    def _made_of_it(self) -> State:
        early = [talk for talk in self.deeds if talk.held_on <= self.due_on]
        in_time_on = self.due_on + self.said.days(ENTRY_GRACE, self.reference_on)
        if any(talk.entered_on <= in_time_on for talk in early):
            return State.DONE
        return State.LATE_ENTRY if early else State.DONE_LATE

    @property
    def left(self) -> str:
        """Return why the person is out of reach by the day of looking, in the office's words; empty if he is not."""
        words = dict(zip(EXITS, (_("已去世"), _("已出党"), _("停止党籍")), strict=True))
        for name, word in words.items():
            if self.event[f"person__{name}"] and self.event[f"person__{name}"] <= self.on:
                return word
        here = self.last_on >= self.on and self.facts.stay_on(self.event["person_id"], self.on)
        return "" if here else _("已转出")

    @property
    def why(self) -> str:
        """Return why nothing is asked."""
        if self.left:
            return self.left
        return _("直属党支部") if self.is_unserved else _("兼任")


def fold(facts: Facts, on: dt.date) -> Iterator[Case]:
    """Return each event that some branch answers for, as it stands on a day."""
    said = Said()
    for event in facts.events:
        case = Case(event, NOWHERE, facts, said, on)
        upto = case.opens_on if case.is_goodbye else case.reference_on
        stay = facts.stay_by(event["person_id"], upto)
        if stay is not None:
            yield replace(case, stay=stay)


NO_PLACE = Place("", 0, "", "")
NOWHERE = Stay(NO_PLACE, NO_PLACE, dt.date.max, dt.date.max)
