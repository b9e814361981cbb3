"""Pairings, contacts, pairs of organisations and volunteer actions, for the tests."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from hardship.cases.needs import owners_for
from hardship.models import Activity, Case, Contact, Exchange, Helper, Pairing, Volunteer, VolunteerAction
from members.models import Organization, Person
from tests.cast import School

ON = dt.date(2026, 11, 23)


def day(ago: int) -> dt.date:
    return ON - dt.timedelta(days=ago)


def paired(case: Case, helper: Person, by: Any, *, ago: int = 0, **fields: Any) -> Pairing:
    """Put a running pairing down as rows."""
    plain = {
        "need": "复查没有人陪", "measures": "每月陪同复查一次", "responsible": owners_for(case, ON)[0],
        "started_on": day(ago), "entered_by": by, "once_key": uuid.uuid4(),
    }  # fmt: skip
    one = Pairing.objects.create(case=case, **(plain | fields))
    helped_also(one, helper)
    return one


def helped_also(one: Pairing, helper: Person, *, task: str = "陪同复查", **fields: Any) -> Helper:
    plain = {"from_on": one.started_on, "once_key": uuid.uuid4()}
    return Helper.objects.create(
        pairing=one, case=one.case, helped=one.person, person=helper, task=task, **(plain | fields)
    )


def contacted(one: Pairing, by: Any, *, ago: int = 0, done: str = "陪同复查，药已取回", **fields: Any) -> Contact:
    """Put a contact of the first helper down as a row."""
    plain = {"how": "met", "on": day(ago), "entered_by": by, "once_key": uuid.uuid4()}
    return Contact.objects.create(pairing=one, helper=one.helpers.all()[0], done=done, **(plain | fields))


def joined(one: Organization, other: Organization | None, by: Any, **fields: Any) -> Exchange:
    """Put a pair of organisations down as a row."""
    plain = {
        "organization": one, "partner": other, "partner_name": "" if other else "城东社区党委", "agreed_on": day(90),
        "together": "走访老党员", "responsible": "双方书记", "entered_by": by, "once_key": uuid.uuid4(),
    }  # fmt: skip
    return Exchange.objects.create(**(plain | fields))


def active(one: Exchange, by: Any, **fields: Any) -> Activity:
    plain = {"on": day(10), "what": "一起走访", "people": 6, "entered_by": by, "once_key": uuid.uuid4()}
    return Activity.objects.create(exchange=one, **(plain | fields))


def volunteered(place: Organization, people: list[Person], by: Any, **fields: Any) -> VolunteerAction:
    plain = {
        "on": day(5), "what": "打扫社区活动室", "beneficiaries": "社区老人", "hours": Decimal("2.5"), "entered_by": by,
        "once_key": uuid.uuid4(),
    }  # fmt: skip
    made = VolunteerAction.objects.create(organization=place, **(plain | fields))
    Volunteer.objects.bulk_create(Volunteer(action=made, person=person) for person in people)
    return made


def typed_pairing(school: School, case: Case, **fields: Any) -> dict[str, Any]:
    """Return the form of a new pairing as it is sent."""
    return {
        "once_key": str(uuid.uuid4()), "task": "每月上门看望", "need": "买菜取药不便", "measures": "代买代取",
        "responsible": str(owners_for(case, ON)[0].pk), "started_on": "2026-11-23", "planned_end_on": "2027-11-22",
        "review_on": "2027-05-23",
    } | fields  # fmt: skip


def typed_contact(**fields: Any) -> dict[str, Any]:
    return {"once_key": str(uuid.uuid4()), "how": "called", "done": "电话问候，一切都好", "on": "2026-11-23"} | fields
