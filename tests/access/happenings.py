"""Events of life of every side: entered by a branch, told by a department."""

import datetime as dt

from members.models import LifeEvent
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


def events_of(source: str) -> list[LifeEvent]:
    return list(LifeEvent.objects.filter(source=source).select_related("organization").order_by("pk"))
