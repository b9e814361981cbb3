"""A rule as one queryset: a row is a duty, and list and tally are two ways to read the rows."""

import datetime as dt
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from carehub.calendar import Window
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.look import Look
from carehub.duties.models import Excuse
from carehub.duties.rule import Ask, Draft, Duties, Rule, Tallies
from carehub.duties.states import FINISHED, UNSETTLED, by_date
from carehub.questions import kept

Put = TypeVar("Put")
Row = dict[str, Any]
Page = list[Row]
Days = list[dt.date]
Detailed = tuple[QuerySet[Any], list[str]]


@dataclass(frozen=True)
class Unit:
    """The organisation to which duties belong, and who holds its post on the reference day."""

    id: int
    code: str
    name: str
    path: str
    holder_id: int | None = None
    holder: str = ""
    may_be_vacant: bool = True

    @property
    def vacant(self) -> bool:
        return self.may_be_vacant and self.holder_id is None


class RowRule(Rule):
    """A rule whose duties are rows annotated with owner_no, subject_no, person_no, unit_no and state."""

    order: tuple[str, ...]  # official order, then pinyin
    count: Count = Count("pk")
    distinct = False

    @abstractmethod
    def rows(self, look: Look) -> QuerySet[Any]:
        """Return the duties of everybody, one row each."""

    @abstractmethod
    def within(self, ask: Ask) -> Q:
        """Return the scope as a condition on the rows."""

    @abstractmethod
    def details(self, look: Look) -> Mapping[str, Combinable]:
        """Return what the list shows besides: subject_name, person_name, opens, evidence {talk, on}, excuse, …"""

    @abstractmethod
    def units(self, look: Look, ids: Collection[int]) -> dict[int, Unit]:
        """Return the organisations of the rows, in one query."""

    @abstractmethod
    def why(self, row: Row, look: Look) -> str:
        """Return what is to be said about the state, in the office's words."""

    def has_died(self, look: Look) -> Q:
        """Return the rows about somebody who is dead by the day of looking."""
        return Q(pk__in=[])

    def dress(self, page: Page, look: Look) -> None:
        """Add to the rows of the page what is not asked in SQL."""

    def obligor(self, row: Row, unit: Unit) -> tuple[int | None, str]:
        """Return number and name of who owes it: the holder of the unit's post, unless the rule says otherwise."""
        return unit.holder_id, unit.holder

    def list(self, ask: Ask, window: Window) -> Duties:
        look = Look.at(ask.on, window)
        return self.listed(ask, look)

    def listed(self, ask: Ask, look: Look, *conditions: Q) -> Duties:
        """Return the duties of one look, further limited by conditions on the rows."""
        named = {"owner_no", "subject_no", "person_no", "unit_no", "state"}
        detailed, details = self._detailed(look)
        rows = self._asked(ask, look, detailed).filter(*conditions).order_by(*self.order)
        rows = rows.values(*named, *details)
        page = list((rows.distinct() if self.distinct else rows)[ask.offset : _end(ask)])
        if page:
            self.dress(page, look)
        units = self.units(look, {row["unit_no"] for row in page})
        return [self._duty(row, look, units[row["unit_no"]]) for row in page]

    @abstractmethod
    def touched(self, draft: Draft, look: Look) -> Q:
        """Return the rows for which a talk of this talker with these people on that day counts."""

    def settled_by(self, draft: Draft) -> Duties:
        if draft.held_on > draft.entered_on:
            return []
        ask = Ask(on=draft.entered_on, states=UNSETTLED)
        looks = [Look.at(ask.on, window) for window in self.windows(draft.held_on)]
        return [duty for look in looks for duty in self.listed(ask, look, self.touched(draft, look))]

    def finished_days(self, ask: Ask, window: Window) -> Days:
        """Return the day of the evidence of every duty that is done, in one query."""
        look = Look.at(ask.on, window)
        asked = self._asked(replace(ask, states=FINISHED), look, self._rows_of(look))
        rows = asked.order_by().annotate(proof=self.details(look)["evidence"])
        found = rows.values_list("owner_no", "subject_no", "proof")
        return [dt.date.fromisoformat(proof["on"]) for _o, _s, proof in (found.distinct() if self.distinct else found)]

    def tally(self, ask: Ask, window: Window) -> Tallies:
        look = Look.at(ask.on, window)
        counts: dict[int, dict[str, int]] = defaultdict(dict)
        rows = self._asked(ask, look, self._rows_of(look)).order_by().values_list("unit_no", "state")
        rows = rows.annotate(n=self.count)
        for unit_no, state, n in rows:
            if state != State.NOT_APPLICABLE:
                counts[unit_no][state] = n
        units = sorted(self.units(look, counts.keys()).values(), key=lambda unit: unit.code)
        return [self._tally(unit, look, counts[unit.id]) for unit in units]

    def follows(self, look: Look) -> bool:
        """Return whether the question follows from the look alone, so that it need not be put together each time."""
        return True

    def _rows_of(self, look: Look) -> QuerySet[Any]:
        return self._kept("rows", look, lambda: self.rows(look))

    def _kept(self, name: str, look: Look, put_together: Callable[[], Put]) -> Put:
        if not self.follows(look):
            return put_together()
        return kept((type(self), name, look.on, look.window, look.settings.key), put_together)

    def _detailed(self, look: Look) -> Detailed:
        """Return the rows with what the list shows, and the names of that."""

        def put_together() -> Detailed:
            details = self.details(look)
            return self._rows_of(look).annotate(**details), [*details]

        return self._kept("detailed", look, put_together)

    def _asked(self, ask: Ask, look: Look, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.filter(self.within(ask))
        if ask.people is not None:
            rows = rows.filter(person_no__in=ask.people)
        if ask.owners is not None:
            rows = rows.filter(owner_no__in=ask.owners)
        if ask.states is not None:
            rows = rows.filter(state__in=ask.states)
        if ask.alive:
            rows = rows.exclude(self.has_died(look))
        if by_date(look) == State.UPCOMING and not look.shows_upcoming:
            rows = rows.exclude(state=State.UPCOMING)
        return rows

    def _duty(self, row: Row, look: Look, unit: Unit) -> Duty:
        evidence = (row["evidence"] or {}) if row["state"] in FINISHED else {}
        obligor_id, obligor = self.obligor(row, unit)
        return Duty(
            rule=self.code,
            window=look.window.label,
            owner_id=row["owner_no"],
            subject_id=row["subject_no"],
            subject=row["subject_name"],
            person_id=row["person_no"],
            person=row["person_name"],
            organization_id=unit.id,
            organization=unit.code,
            organization_name=unit.name,
            obligor=obligor,
            obligor_id=obligor_id,
            vacant=unit.vacant,
            opens_on=row["opens"],
            due_on=look.due_on,
            done_on=dt.date.fromisoformat(evidence["on"]) if evidence else None,
            evidence_id=evidence.get("talk"),
            state=row["state"],
            why=row["excuse"] if row["state"] == State.EXCUSED else self.why(row, look),
        )

    def _tally(self, unit: Unit, look: Look, counts: Mapping[str, int]) -> Tally:
        return Tally(
            rule=self.code,
            organization_id=unit.id,
            organization=unit.code,
            organization_name=unit.name,
            path=unit.path,
            window=look.window.label,
            vacant=unit.vacant,
            **counts,
        )

    def excuses(self, look: Look, owner: str, subject: str) -> QuerySet[Excuse]:
        """Return the excuses in force for the row whose owner and subject stand in these columns."""
        return Excuse.objects.in_force(look.on).filter(
            rule=self.code, window=look.window.label, owner_id=OuterRef(owner), subject_id=OuterRef(subject)
        )


def reason_of(excuses: QuerySet[Excuse]) -> Subquery:
    """Return the latest reason given."""
    return Subquery(excuses.order_by("-made_on", "-pk").values("reason")[:1])


def _end(ask: Ask) -> int | None:
    return None if ask.limit is None else ask.offset + ask.limit
