"""C-2.12: each step of a request for a waiver within ⟨15⟩ days, the committee within ⟨30⟩ (duties.md).

党支部讨论，所在党总支提出意见并报学校党委审批: the organisation that has the request owes the decision, from the day on
which it came. What was taken back, or is about somebody who died or left, asks for nothing more.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.approvals.hands import Holder
from carehub.approvals.machine import Verb
from carehub.approvals.models import Stay
from carehub.calendar import Window, year_of
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.models import Excuse
from carehub.duties.rule import Ask, Draft, Duties, Rule, Tallies
from carehub.duties.settings import DUE_SOON_EVENT, Settings
from carehub.duties.states import FINISHED, UNSETTLED
from hardship.waivers.chain import WAIVERS
from members.hands import holders_at
from members.models import Organization, Person

DECIDERS = {step.code: step.personas for step in WAIVERS.steps}
EXITS = {"died_on": gettext_lazy("已去世"), "left_party_on": gettext_lazy("已出党")}


@dataclass(frozen=True)
class Found:
    """One stay of a request at a step, as it stands on a day."""

    stay: Stay
    person: Person
    unit: Organization
    state: State
    why: str = ""


class WaiverSteps(Rule):
    """Owner: the organisation that has the request. Subject: the stay; the person is who applied."""

    code = "C-2.12"
    title = gettext_lazy("党费减免办理")
    explains = gettext_lazy("支部、总支、党委与每一份减免申请")
    cadence = "step"

    def windows(self, on: dt.date) -> Sequence[Window]:
        """Return the year: a step stands in the list of the year of looking until it is decided."""
        return [year_of(on)]

    def windows_before(self, on: dt.date) -> Sequence[Window]:
        """Return nothing: no window closes before the step is decided."""
        return []

    def list(self, ask: Ask, window: Window) -> Duties:
        end = None if ask.limit is None else ask.offset + ask.limit
        page = sorted(self._found(ask, window), key=_order)[ask.offset : end]
        holders = _holders({one.unit.path or "" for one in page}, ask.on)
        return [_duty(one, holders, window) for one in page]

    def tally(self, ask: Ask, window: Window) -> Tallies:
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        found = [one for one in self._found(ask, window) if one.state != State.NOT_APPLICABLE]
        for one in found:
            counts[one.unit.pk][str(one.state)] += 1
        units = sorted({one.unit.pk: one.unit for one in found}.values(), key=lambda unit: unit.code)
        holders = _holders({unit.path or "" for unit in units}, ask.on)
        return [_tally(unit, bool(holders.get(unit.path or "")), window, counts[unit.pk]) for unit in units]

    def settled_by(self, draft: Draft) -> Duties:
        """Return nothing: a talk decides no request."""
        return []

    def _found(self, ask: Ask, window: Window) -> Sequence[Found]:
        """Return what belongs to a window: what came in it, and in the running one also what is undecided."""
        stays = [one for one in _stays(ask) if one.came_on <= ask.on and _belongs(one, window, ask.on)]
        people = Person.objects.in_bulk({one.applicant_id for one in stays})
        units = Organization.objects.in_bulk({one.organization_id for one in stays})
        excuses = _excuses({one.pk for one in stays}, ask.on)
        soon = Settings(ask.on).days(DUE_SOON_EVENT)
        found = []
        for stay in stays:
            state, why = state_of(stay, people[stay.applicant_id], ask.on, soon)
            if state in UNSETTLED and (stay.organization_id, stay.pk) in excuses:
                state, why = State.EXCUSED, excuses[stay.organization_id, stay.pk]
            found.append(Found(stay, people[stay.applicant_id], units[stay.organization_id], state, why))
        return [one for one in found if ask.states is None or one.state in ask.states]


def state_of(stay: Stay, person: Person, on: dt.date, soon: dt.timedelta) -> tuple[State, str]:
    """Return the first state of duties.md that holds for a stay, and why where nothing is asked."""
    if stay.left_on is not None and stay.left_on <= on:
        if stay.ended_by == Verb.WITHDRAW:
            return State.NOT_APPLICABLE, _("已撤回")
        return (State.DONE if stay.left_on <= stay.due_on else State.DONE_LATE), ""
    for name, word in EXITS.items():
        if (day := getattr(person, name)) and day <= on:
            return State.NOT_APPLICABLE, str(word)
    if on > stay.due_on:
        return State.OVERDUE, ""
    return (State.DUE_SOON if stay.due_on - on <= soon else State.OPEN), ""


def _stays(ask: Ask) -> Iterable[Stay]:
    """Return the stays asked for, by the organisation's place; an office for a group of people sees none."""
    rows = Stay.objects.filter(ask.scope.over_organizations().q(person="", occupation=""), kind=WAIVERS.kind)
    if ask.people is not None:
        rows = rows.filter(applicant_id__in=ask.people)
    return rows.filter(organization_id__in=ask.owners) if ask.owners is not None else rows


def _belongs(stay: Stay, window: Window, on: dt.date) -> bool:
    if stay.came_on in window:
        return True
    left = stay.left_on if stay.left_on is not None and stay.left_on <= on else None
    return stay.came_on < window.starts_on and (left is None or left >= window.starts_on)


def _excuses(stays: set[int], on: dt.date) -> dict[tuple[int, int], str]:
    rows = Excuse.objects.in_force(on).filter(rule=WaiverSteps.code, subject_id__in=stays).order_by("made_on", "pk")
    return {(owner, subject): reason for owner, subject, reason in rows.values_list("owner_id", "subject_id", "reason")}


def _holders(paths: set[str], on: dt.date) -> dict[str, list[Holder]]:
    """Return who decides at each organisation, in one look at posts and grants."""
    asked = {persona for personas in DECIDERS.values() for persona in personas}
    found: dict[str, list[Holder]] = defaultdict(list)
    for holder in holders_at(paths, on) if paths else ():
        if holder.persona in asked:
            found[holder.path].append(holder)
    return found


def _order(one: Found) -> tuple[Any, ...]:
    return (one.unit.code, one.person.pinyin, one.person.pk, one.stay.came_on, one.stay.pk)


def _duty(one: Found, holders: Mapping[str, list[Holder]], window: Window) -> Duty:
    holder = next(iter(holders.get(one.unit.path or "", ())), None)
    is_done = one.state in FINISHED
    return Duty(
        rule=WaiverSteps.code, window=window.label, owner_id=one.unit.pk, subject_id=one.stay.pk,
        subject=one.person.name, person_id=one.person.pk, person=one.person.name, organization_id=one.unit.pk,
        organization=one.unit.code, organization_name=str(one.unit), obligor=holder.name if holder else "",
        obligor_id=holder.person_id if holder else None, vacant=holder is None, opens_on=one.stay.came_on,
        due_on=one.stay.due_on, done_on=one.stay.left_on if is_done else None,
        evidence_id=one.stay.application_id if is_done else None, state=one.state, why=one.why,
    )  # fmt: skip


def _tally(unit: Organization, is_held: bool, window: Window, counts: Counter[str]) -> Tally:
    return Tally(
        rule=WaiverSteps.code, organization_id=unit.pk, organization=unit.code, organization_name=str(unit),
        path=unit.path or "", window=window.label, vacant=not is_held, **counts,
    )  # fmt: skip


RULES: list[Rule] = [WaiverSteps()]
