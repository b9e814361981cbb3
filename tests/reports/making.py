"""Makes what these tests look at: talks, and workbooks that were asked for."""

import datetime as dt
import uuid
from typing import Any

from carehub.reports.actions import request_inspection
from carehub.reports.models import Inspection
from members.models import Organization, Person
from talks.models import Participation, Talk
from tests.cast import School

AT = dt.datetime(2026, 11, 23, 8, 42, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
MONTH = dt.date(2026, 10, 1)
DAY = dt.date(2026, 10, 12)


def talk(talker: Person, people: list[Person], *, on: dt.date = DAY, place: str = "", **fields: Any) -> Talk:
    """Put a talk down as it stands in the ledger of the talker's organisation."""
    home = fields.pop("organization", None) or talker.organization
    made = Talk.objects.create(
        talker=talker, held_on=on, entered_on=on, organization=home, path=home.path, place=place, **fields
    )
    Participation.objects.bulk_create([Participation(talk=made, person=person) for person in people])
    return made


def asked(school: School, organization: Organization, *, by: str | None = "clerk", **fields: Any) -> Inspection:
    """Ask for October's workbook."""
    values = {"month_on": MONTH, "on": TODAY, "once_key": uuid.uuid4(), "later": False, **fields}
    return request_inspection(organization=organization, by=school.user(by) if by else None, **values)
