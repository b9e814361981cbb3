"""Requests for a waiver of every side: at the branch, at the general branch, with the committee, and one that holds."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from carehub.approvals.hands import hands_on
from carehub.approvals.machine import State
from carehub.approvals.models import Application, Meeting
from hardship.models import Waiver
from hardship.waivers import actions
from hardship.waivers import meetings as deciding
from hardship.waivers.chain import COMMITTEE, WAIVERS
from members.kinship import declare
from members.models import Kinship, Person
from tests.cast import School
from tests.waivers.making import ON, at_committee, meeting_with, said, step

ASKING = ("member", "colleague_member", "outsider_member", "direct_member", "group_leader")
HOLDING = ("colleague",)
PAST = (dt.date(2025, 1, 1), dt.date(2025, 12, 1))


def put_in(school: School) -> None:
    """Put the requests in and bring each as far as its place in the list says."""
    _first, second, _third, direct, _group = (applied(school, key) for key in ASKING)
    step(school, second, "colleague")
    step(school, direct, "librarian")
    on_agenda = [at_committee(school, key) for key in HOLDING]
    meeting = meeting_with(school, *on_agenda, by="clerk")
    chosen = {one.application_id: one.application.version for one in on_agenda}
    deciding.resolve(meeting=meeting, chosen=chosen, number=1, by=school.user("approver"), on=ON)
    meeting_with(school, at_committee(school, "general_officer"))
    declare_relatives(school)


def declare_relatives(school: School) -> None:
    """Let two who decide on nothing here be relatives, declared by each of two others."""
    for one, other in (("publicity", "finance"), ("union", "personnel")):
        declare(person_id=school.people[one].pk, other_id=school.people[other].pk, by=school.user(one))


def kinships() -> Iterator[tuple[int, int]]:
    yield from Kinship.objects.order_by("pk").values_list("pk", "declared_by")


def applied(school: School, who: str) -> Waiver:
    person = school.people[who]
    return actions.apply_for_waiver(person=person, said=said(), once_key=uuid.uuid4(), by=school.user(who), on=ON)


def ask_for_waiver(school: School, person: Person, *, reason: str, stage: int) -> Waiver:
    """Return a request put down by the clerk: with the branch, with the committee, or approved and over by now."""
    key, by = uuid.uuid4(), school.user("clerk")
    one = actions.apply_for_waiver(person=person, said=said(reason=reason), once_key=key, by=by, on=ON)
    if stage:
        closed = (
            {"state": State.APPROVED, "stage": COMMITTEE + 1, "closed_on": ON} if stage == 2 else {"stage": COMMITTEE}
        )
        Application.objects.filter(pk=one.application_id).update(stage_path=school.committee.path, **closed)
    if stage == 2:
        Waiver.objects.filter(pk=one.pk).update(first_month=PAST[0], last_month=PAST[1])
    return Waiver.objects.select_related("application", "organization").get(pk=one.pk)


def waivers(target: Callable[..., Any], state: str) -> Iterator[Any]:
    """Yield each request in a state as a target: whose, where, who has it, whether the committee has seen it."""
    rows = Waiver.objects.filter(application__state=state).select_related("application", "organization").order_by("pk")
    for one in rows:
        here = one.application.stage < COMMITTEE  # the committee decides on the page of its meeting
        able = frozenset(h.person_id for h in hands_on(one.application, WAIVERS, ON).able if here)
        yield target(
            one.pk, one.organization, frozenset({one.person_id}), leader=one.person_id, able=able,
            at_committee=one.application.stage >= COMMITTEE or state != State.RUNNING,
        )  # fmt: skip


def meetings() -> Iterator[int]:
    yield from Meeting.objects.order_by("pk").values_list("pk", flat=True)
