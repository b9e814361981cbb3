"""What the rules on cases share: each owes a matter once, from a day until it is done, however many years that takes.

A matter stands in the list of the year of looking until it is done, and under the year in which it came: so it keeps
its name over the turn of the year, and nobody is told of it twice.
"""

import datetime as dt
from abc import abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from carehub.calendar import Window, year_of
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.models import Excuse
from carehub.duties.rule import Ask, Draft, Duties, Rule, Tallies
from carehub.duties.states import FINISHED, UNSETTLED
from members.models import Organization, Person


@dataclass(frozen=True)
class Obligor:
    """Who owes it today: the holder of a post."""

    person_id: int
    name: str


@dataclass(frozen=True)
class Matter:
    """Something that is owed once, as it stands on a day."""

    unit: Organization
    person: Person  # whom it is about
    obligor: Obligor | None
    subject_id: int
    opens_on: dt.date
    due_on: dt.date
    state: State
    why: str = ""
    left_on: dt.date | None = None  # from which day on it is not owed any more: done, or over
    evidence_id: int | None = None
    turn: int | None = None  # tells it from the other turns of the same subject

    @property
    def number(self) -> int:
        """Return the last number of its key."""
        return self.turn or self.subject_id


class MatterRule(Rule):
    """A rule on cases. Owner: the organisation that has the case."""

    cadence = "step"

    @abstractmethod
    def found(self, ask: Ask) -> Iterable[Matter]:
        """Return the matters of a scope that had come by the day of looking, in a fixed number of queries."""

    @abstractmethod
    def words_of(self, matter: Matter) -> str:
        """Return how a list names the matter."""

    def windows(self, on: dt.date) -> Sequence[Window]:
        """Return the year of looking."""
        return [year_of(on)]

    def windows_before(self, on: dt.date) -> Sequence[Window]:
        """Return nothing: no window closes before the matter is done."""
        return []

    def list(self, ask: Ask, window: Window) -> Duties:
        end = None if ask.limit is None else ask.offset + ask.limit
        return [self._duty(one) for one in sorted(self._asked(ask, window), key=_order)[ask.offset : end]]

    def tally(self, ask: Ask, window: Window) -> Tallies:
        counted = defaultdict(list)
        for one in self._asked(ask, window):
            if one.state != State.NOT_APPLICABLE:
                counted[one.unit.pk].append(one)
        groups = sorted(counted.values(), key=lambda group: group[0].unit.code)
        return [self._tally(group, window) for group in groups]

    def settled_by(self, draft: Draft) -> Duties:
        """Return nothing: a talk settles no matter of a case."""
        return []

    def _asked(self, ask: Ask, window: Window) -> Iterable[Matter]:
        found = [one for one in self.found(ask) if _belongs(one, window, ask.on) and _lies_in(one, ask)]
        return [one for one in self._excused(found, ask.on) if ask.states is None or one.state in ask.states]

    def _excused(self, found: Iterable[Matter], on: dt.date) -> Iterable[Matter]:
        """Lay the excuses in force over what is not settled."""
        rows = Excuse.objects.in_force(on).filter(rule=self.code).order_by("made_on", "pk")
        excuses = {(row.owner_id, row.subject_id): row.reason for row in rows}
        for one in found:
            why = excuses.get((one.unit.pk, one.number)) if one.state in UNSETTLED else None
            yield one if why is None else replace(one, state=State.EXCUSED, why=why)

    def _duty(self, one: Matter) -> Duty:
        is_done = one.state in FINISHED
        return Duty(
            rule=self.code, window=year_of(one.opens_on).label, owner_id=one.unit.pk, subject_id=one.subject_id,
            subject=self.words_of(one), person_id=one.person.pk, person="" if self.names_nobody else one.person.name,
            organization_id=one.unit.pk, organization=one.unit.code, organization_name=str(one.unit),
            obligor=one.obligor.name if one.obligor else "", obligor_id=one.obligor.person_id if one.obligor else None,
            vacant=one.obligor is None, opens_on=one.opens_on, due_on=one.due_on,
            done_on=one.left_on if is_done else None, evidence_id=one.evidence_id if is_done else None,
            state=one.state, why=one.why, event_id=one.turn,
        )  # fmt: skip

    def _tally(self, group: Sequence[Matter], window: Window) -> Tally:
        unit, counts = group[0].unit, Counter(str(one.state) for one in group)
        return Tally(
            rule=self.code, organization_id=unit.pk, organization=unit.code, organization_name=str(unit),
            path=unit.path or "", window=window.label, vacant=any(one.obligor is None for one in group), **counts,
        )  # fmt: skip


def _belongs(one: Matter, window: Window, on: dt.date) -> bool:
    """Return whether a matter stands in a window: it came in it, or before and was not over yet."""
    if one.opens_on > on:
        return False
    if one.opens_on in window:
        return True
    left = one.left_on if one.left_on is not None and one.left_on <= on else None
    return one.opens_on < window.starts_on and (left is None or left >= window.starts_on)


def _lies_in(one: Matter, ask: Ask) -> bool:
    """Return whether a matter is owed where it is asked for; an office for a group of people sees none."""
    scope, path = ask.scope, one.unit.path or ""
    is_inside = scope.everything or any(path.startswith(part) for part in scope.paths)
    return is_inside and (ask.owners is None or one.unit.pk in ask.owners)


def _order(one: Matter) -> tuple[Any, ...]:
    return (one.unit.code, one.person.pinyin, one.person.pk, one.opens_on, one.subject_id)
