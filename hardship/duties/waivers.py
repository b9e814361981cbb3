"""C-2.12: each step of a request for a waiver within ⟨15⟩ days, the committee within ⟨30⟩ (duties.md).

党支部讨论，所在党总支提出意见并报学校党委审批: the organisation that has the request owes the decision, from the day on
which it came. What was taken back, or is about somebody who died or left, asks for nothing more.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.approvals.machine import Verb
from carehub.approvals.models import Stay
from carehub.duties.duty import State
from carehub.duties.rule import Ask
from carehub.duties.settings import DUE_SOON_EVENT, Settings
from hardship.duties.matters import Matter, MatterRule, Obligor
from hardship.waivers.chain import WAIVERS
from members.hands import holders_at
from members.models import Organization, Person

DECIDERS = frozenset(persona for step in WAIVERS.steps for persona in step.personas)
EXITS = {"died_on": gettext_lazy("已去世"), "left_party_on": gettext_lazy("已出党")}


class WaiverSteps(MatterRule):
    """Owner: the organisation that has the request. Subject: the stay; the person is who applied."""

    code = "C-2.12"
    title = gettext_lazy("党费减免办理")
    explains = gettext_lazy("支部、总支、党委与每一份减免申请")

    def words_of(self, matter: Matter) -> str:
        return matter.person.name

    def found(self, ask: Ask) -> Iterable[Matter]:
        stays = list(_stays(ask))
        people = Person.objects.in_bulk({one.applicant_id for one in stays})
        units = Organization.objects.in_bulk({one.organization_id for one in stays})
        holders = _holders({unit.path or "" for unit in units.values()}, ask.on)
        soon = Settings(ask.on).days(DUE_SOON_EVENT)
        for stay in stays:
            unit, person = units[stay.organization_id], people[stay.applicant_id]
            state, why = state_of(stay, person, ask.on, soon)
            yield Matter(
                unit, person, holders.get(unit.path or ""), stay.pk, stay.came_on, stay.due_on, state, why,
                stay.left_on, stay.application_id,
            )  # fmt: skip


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
    where = ask.scope.over_organizations().q(person="", occupation="")
    rows = Stay.objects.filter(where, kind=WAIVERS.kind, came_on__lte=ask.on)
    if ask.people is not None:
        rows = rows.filter(applicant_id__in=ask.people)
    return rows if ask.owners is None else rows.filter(organization_id__in=ask.owners)


def _holders(paths: set[str], on: dt.date) -> Mapping[str, Obligor]:
    """Return who decides at each organisation, in one look at posts and grants: {path: the first in office}."""
    found: dict[str, Obligor] = {}
    for holder in holders_at(paths, on) if paths else ():
        if holder.persona in DECIDERS:
            found.setdefault(holder.path, Obligor(holder.person_id, holder.name))
    return found
