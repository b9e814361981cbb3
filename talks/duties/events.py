"""C-2.4 and C-2.5a–e: the head of the unit talks with whom something happens to, within days of the event.

Pages name the five musts as one, 五必谈: a rule of its own for a sanction or a complaint would give it away. The five
clauses stand one by one on the command line, for who runs the machine.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from carehub.access.viewer import Facts as Where
from carehub.access.viewer import Reach
from carehub.calendar import Window, year_of
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.rule import Ask, Draft, Duties, Rule, Tallies
from carehub.duties.states import FINISHED, UNSETTLED
from members.models.life_event import KINDS_OF, SENSITIVE
from talks.duties.event_facts import Facts, Heard, Place, events_asked, excuses_of
from talks.duties.event_folding import Case, fold

WORK, MUSTS = "C-2.4", "C-2.5"  # the rules as pages and excuses name them


@dataclass(frozen=True)
class Found:
    """A duty that an event opened: the case, the state with excuses laid over it."""

    case: Case
    state: State
    excuse: str = ""

    @property
    def unit(self) -> Place:
        return self.case.unit

    @property
    def order(self) -> tuple[Any, ...]:
        event = self.case.event
        return (self.unit.code, event["person__pinyin"], event["person_id"], event["happened_on"], event["pk"])


class EventTalks(Rule):
    """Owner: the unit. Subject: the person; the duty is named by its event."""

    cadence = "event"

    def __init__(self, code: str, title: Any, explains: Any, *, clauses: Sequence[str]) -> None:
        self.code, self.title, self.explains = code, title, explains
        self.codes = {kind: code for clause in clauses for kind in KINDS_OF[clause]}

    def together(self, others: Sequence[Rule]) -> Rule:
        """Return one rule for all of them: each kind of event still names its own."""
        one = EventTalks(self.code, self.title, self.explains, clauses=())
        one.codes = {
            kind: code for rule in (self, *others) if isinstance(rule, EventTalks) for kind, code in rule.codes.items()
        }
        return one

    def windows(self, on: dt.date) -> Sequence[Window]:
        """Return the year: an event's duties stand in the list of the year of looking until they are finished."""
        return [year_of(on)]

    def windows_before(self, on: dt.date) -> Sequence[Window]:
        """Return nothing: no window closes before what was asked is done."""
        return []

    def fits(self, window: Window) -> bool:
        return "Q" not in window.label

    def list(self, ask: Ask, window: Window) -> Duties:
        return self._listed(self._asked(ask, window), ask)

    def tally(self, ask: Ask, window: Window) -> Tallies:
        counts: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
        found = [one for one in self._asked(ask, window) if one.state != State.NOT_APPLICABLE]
        for one in found:
            counts[self.codes[one.case.event["kind"]], one.unit.id][str(one.state)] += 1
        units = {one.unit.id: one for one in found}
        order = sorted(counts, key=lambda key: (key[0], units[key[1]].unit.code))
        return [_tally(code, units[unit], window, counts[code, unit]) for code, unit in order]

    def settled_by(self, draft: Draft) -> Duties:
        if draft.held_on > draft.entered_on:
            return []
        ask = Ask(on=draft.entered_on, people=draft.people - {draft.talker_id}, states=UNSETTLED)
        talk = Heard(0, draft.talker_id, draft.held_on, draft.entered_on)
        return self._listed([one for one in self._found(ask) if one.case.counts(talk)], ask)

    def proved_by(self, people: Collection[int], talk_id: int, on: dt.date) -> Duties:
        """Return the duties about these people, of whatever year, whose evidence is this talk."""
        ask = Ask(on=on, people=frozenset(people), states=FINISHED)
        return [duty for duty in self._listed(self._found(ask), ask) if duty.evidence_id == talk_id]

    def _asked(self, ask: Ask, window: Window) -> Sequence[Found]:
        """Return what belongs to a window: of a past year its events; of the running one also what is unfinished."""
        found = self._found(ask, window)
        return [one for one in found if one.case.opens_on in window or _is_running(one, window)]

    def _found(self, ask: Ask, window: Window | None = None) -> Sequence[Found]:
        facts = Facts.about(events_asked(ask, tuple(self.codes), window), ask.on)
        cases = [case for case in fold(facts, ask.on) if ask.owners is None or case.unit.id in ask.owners]
        inside = [case for case in cases if self._covers(ask.scope, case)]
        open_ones = {case.event["pk"] for case in inside if case.state in UNSETTLED}
        excuses = excuses_of((WORK, MUSTS), open_ones, ask.on)
        found = [_with_excuse(case, excuses) for case in inside]
        return [one for one in found if ask.states is None or one.state in ask.states]

    def _covers(self, scope: Reach, case: Case) -> bool:
        """Return whether it lies inside; nobody is shown what a complaint or a sanction of his own opened."""
        event = case.event
        here = Where(case.unit.path, frozenset({event["person_id"]}), event["person__occupation"])
        return scope.over_others().covers(here) or (event["kind"] not in SENSITIVE and scope.covers(here))

    def _listed(self, found: Iterable[Found], ask: Ask) -> Duties:
        end = None if ask.limit is None else ask.offset + ask.limit
        page = sorted(found, key=lambda one: one.order)[ask.offset : end]
        return [_duty(self.codes[one.case.event["kind"]], one) for one in page]


def _is_running(one: Found, window: Window) -> bool:
    """Return whether an event of before still stands in the list of the running window: unsettled, or settled in it."""
    if one.state in FINISHED:
        return one.case.deeds[0].held_on >= window.starts_on
    return one.state in UNSETTLED


def _with_excuse(case: Case, excuses: dict[tuple[int, int], str]) -> Found:
    reason = excuses.get((case.unit.id, case.event["pk"]))
    if reason is not None and case.state in UNSETTLED:
        return Found(case, State.EXCUSED, reason)
    return Found(case, case.state)


def _duty(code: str, one: Found) -> Duty:
    case, event, holder = one.case, one.case.event, one.case.holder
    evidence = case.deeds[0] if one.state in FINISHED else None
    return Duty(
        rule=code,
        window=str(case.opens_on.year),
        owner_id=one.unit.id,
        subject_id=event["person_id"],
        subject=event["person__name"],
        person_id=event["person_id"],
        person=event["person__name"],
        organization_id=one.unit.id,
        organization=one.unit.code,
        organization_name=one.unit.name,
        obligor=holder.name if holder else "",
        obligor_id=holder.person_id if holder else None,
        vacant=holder is None,
        opens_on=case.opens_on,
        due_on=case.due_on,
        done_on=evidence.held_on if evidence else None,
        evidence_id=evidence.talk_id if evidence else None,
        state=one.state,
        why=one.excuse or (case.why if one.state == State.NOT_APPLICABLE else ""),
        event_id=event["pk"],
    )


def _tally(code: str, one: Found, window: Window, counts: Counter[str]) -> Tally:
    return Tally(
        rule=code,
        organization_id=one.unit.id,
        organization=one.unit.code,
        organization_name=one.unit.name,
        path=one.unit.path,
        window=window.label,
        vacant=not one.case.facts.heads_on(one.unit.id, one.case.on),
        **counts,
    )
