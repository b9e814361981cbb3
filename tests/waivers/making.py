"""Requests for a waiver, brought as far as a test wants them."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from carehub.approvals.actions import Ground
from carehub.approvals.machine import Deed, State, Verb
from carehub.approvals.models import Meeting
from hardship.models import Waiver
from hardship.waivers import actions, meetings
from tests.cast import School

ON = dt.date(2026, 11, 23)
CANARY = "金丝雀七一二零"


def said(**fields: Any) -> dict[str, Any]:
    """Return what a valid form says."""
    return {
        "kind": "reduction", "dues": "staff", "income": Decimal("4600.00"), "standard": Decimal("46.00"),
        "new_amount": Decimal("10.00"), "first_month": dt.date(2027, 1, 1), "last_month": dt.date(2027, 12, 1),
        "cause": "illness", "reason": f"长期服药{CANARY}", **fields,
    }  # fmt: skip


def posted(**fields: Any) -> dict[str, Any]:
    """Return what a browser posts for the same."""
    plain = {
        "kind": "reduction", "dues": "staff", "income": "4600", "standard": "", "new_amount": "10", "consent": "on",
        "first_month": "2027-01", "last_month": "2027-12", "cause": "illness", "reason": f"长期服药{CANARY}",
    }  # fmt: skip
    return plain | {"once_key": str(uuid.uuid4())} | fields


def applied(school: School, who: str = "member", *, by: str = "", on: dt.date = ON, **fields: Any) -> Waiver:
    """Return a new request; put down by another, from a signed paper."""
    person = school.people[who]
    return actions.apply_for_waiver(
        person=person, said=said(**fields), once_key=uuid.uuid4(), by=school.user(by or who), on=on
    )


def step(school: School, waiver: Waiver, by: str, verb: str = Verb.PASS, *, on: dt.date = ON, **more: Any) -> Waiver:
    """Take one step as it stands now and return the request afresh."""
    one = again(waiver)
    ground = Ground(more.pop("opinion", "情况属实"), on, "支部委员会", "到会 3 人，同意 3 人")
    actions.take_step(
        waiver=one, seen=one.application.version, deed=Deed(verb, **more), ground=ground, by=school.user(by), on=on
    )
    return again(one)


def again(waiver: Waiver) -> Waiver:
    return Waiver.objects.select_related("application", "person", "organization").get(pk=waiver.pk)


def at_committee(school: School, who: str = "member", *, on: dt.date = ON, **fields: Any) -> Waiver:
    """Return a request that waits for the committee: of the first branch, or of the directly attached one."""
    waiver = applied(school, who, on=on, **fields)
    while waiver.application.state == State.RUNNING and waiver.application.stage < 2:
        waiver = step(school, waiver, decider_of(school, waiver), on=on)
    return waiver


def decider_of(school: School, waiver: Waiver) -> str:
    """Return the key of somebody of the cast who has the step."""
    from carehub.approvals.hands import hands_on
    from hardship.waivers.chain import WAIVERS

    able = hands_on(again(waiver).application, WAIVERS, ON).able
    numbers = {person.pk: key for key, person in school.people.items()}
    return numbers[able[0].person_id]


def meeting_with(school: School, *waivers: Waiver, by: str = "clerk", held_on: dt.date = ON) -> Meeting:
    return meetings.call_meeting(
        title="党委会第 21 次会议", held_on=held_on, present="到会 9 人", waivers=[again(one) for one in waivers],
        once_key=uuid.uuid4(), by=school.user(by),
    )  # fmt: skip


def approved(school: School, who: str = "member", *, on: dt.date = ON, number: int = 87, **fields: Any) -> Waiver:
    """Return a waiver that the committee agreed to."""
    waiver = at_committee(school, who, on=on, **fields)
    meeting = meeting_with(school, waiver, held_on=on)
    chosen = {waiver.application_id: waiver.application.version}
    meetings.resolve(meeting=meeting, chosen=chosen, number=number, by=school.user("approver"), on=on)
    return again(waiver)
