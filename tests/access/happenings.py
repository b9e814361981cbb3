"""Of every side: events of life, entered by a branch or told by a department, and requests to correct a record."""

import datetime as dt
import uuid
from collections.abc import Iterator

from members.models import ChangeRequest, LifeEvent, Organization
from tests.cast import School

ON = dt.date(2026, 11, 10)
# to whom, where, entered by: the branch's own, and the departments'
ENTERED = (
    ("member", "first", "officer"),
    ("colleague_member", "second", "general_officer"),
    ("outsider_member", "maths_branch", "outsider"),
    ("direct_member", "direct", "clerk"),
    ("owner", "languages", "general_officer"),
)
TOLD = (
    ("member", "first", "personnel"),
    ("colleague_member", "second", "union"),
    ("direct_member", "direct", "students"),
)


def let_happen(school: School) -> None:
    """Write down one event of each kind of source."""
    for source, rows, kind in (("branch", ENTERED, "retired"), ("department", TOLD, "honoured")):
        for whose, place, by in rows:
            organization = school.organizations[place]
            LifeEvent.objects.create(
                person=school.people[whose], kind=kind, happened_on=ON, organization=organization,
                path=organization.path, source=source, entered_by=school.user(by),
            )  # fmt: skip

    for key in ("member", "officer", "colleague_member", "outsider_member", "direct_member"):
        person = school.people[key]
        ChangeRequest.objects.create(person=person, account=school.user(key), note="改", once_key=uuid.uuid4())


Row = tuple[int, Organization, frozenset[int], int | None]


def events_of(source: str) -> Iterator[Row]:
    """Yield (number, where it lies, whom it concerns, whose account made it)."""
    for event in LifeEvent.objects.filter(source=source).select_related("organization").order_by("pk"):
        yield event.pk, event.organization, frozenset({event.person_id}), event.entered_by_id


def change_requests() -> Iterator[Row]:
    for one in ChangeRequest.objects.select_related("person__organization").order_by("pk"):
        yield one.pk, one.person.organization, frozenset({one.person_id}), one.account_id
