"""Of every side: events of life, entered by a branch or told by a department, and requests to correct a record."""

import datetime as dt
import uuid
from collections.abc import Iterator
from functools import partial

from carehub.catalog import RULES
from carehub.duties.closing import close
from carehub.duties.models import ClosedPeriod
from members.models import ChangeRequest, LifeEvent, Organization, Oversight, Post, Transfer
from members.roles import RESTRICTED
from talks.models import TalkRequest
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


# who asks for a talk, whose secretary answers
ASKING = (
    ("member", "first"),
    ("colleague_member", "second"),
    ("outsider_member", "maths_branch"),
    ("direct_member", "direct"),
    ("owner", "languages"),
)
# who, from where, to where (nowhere: out of the school)
TRANSFERS = (
    ("member", "first", "second"),
    ("colleague_member", "second", "maths_branch"),
    ("outsider_member", "maths_branch", "direct"),
    ("direct_member", "direct", ""),
    ("officer", "first", "direct"),
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

    for key, origin, target in TRANSFERS:
        places = {"origin": school.organizations[origin], "target": school.organizations.get(target)}
        Transfer.objects.create(
            person=school.people[key], outside="" if target else "某校党委", on=ON, asked_by=school.user("clerk"),
            once_key=uuid.uuid4(), **places,
        )  # fmt: skip

    for key, place in ASKING:
        organization = school.organizations[place]
        TalkRequest.objects.create(
            person=school.people[key], account=school.user(key), organization=organization, path=organization.path,
            asked_on=ON, answer_by_on=ON, once_key=uuid.uuid4(),
        )  # fmt: skip

    for rule in RULES[:3]:
        window = rule.windows_before(ON)[0]
        close(rule, window, on=ON)


Row = tuple[int, Organization, frozenset[int], int | None]
Grouped = tuple[int, Organization, frozenset[int], int | None, str]  # what a group of people is shown: of which one


def events_of(source: str) -> Iterator[Row]:
    """Yield (number, where it lies, whom it concerns, whose account made it)."""
    for event in LifeEvent.objects.filter(source=source).select_related("organization").order_by("pk"):
        yield event.pk, event.organization, frozenset({event.person_id}), event.entered_by_id


def transfers() -> Iterator[tuple[Row, Organization | None]]:
    """Yield each transfer as it lies on the side that sends, and the side that takes over."""
    for one in Transfer.objects.select_related("origin", "target").order_by("pk"):
        yield (one.pk, one.origin, frozenset({one.person_id}), one.asked_by_id), one.target


def posts() -> Iterator[Row]:
    """Yield the posts that do not go through three hands."""
    for post in Post.objects.exclude(role__in=RESTRICTED).select_related("organization").order_by("pk")[:6]:
        yield post.pk, post.organization, frozenset({post.person_id}), None


def oversights() -> Iterator[Row]:
    for row in Oversight.objects.exclude(organization=None).select_related("organization").order_by("pk"):
        yield row.pk, row.organization, frozenset({row.leader_id}), None


def talk_requests() -> Iterator[Row]:
    for one in TalkRequest.objects.select_related("organization").order_by("pk"):
        yield one.pk, one.organization, frozenset({one.person_id}), one.account_id


def closed_periods() -> Iterator[int]:
    """Yield the numbers of the closed periods."""
    yield from ClosedPeriod.objects.order_by("pk").values_list("pk", flat=True)


def change_requests() -> Iterator[Row]:
    for one in ChangeRequest.objects.select_related("person__organization").order_by("pk"):
        yield one.pk, one.person.organization, frozenset({one.person_id}), one.account_id


MADE = {
    "post": posts,
    "oversight": oversights,
    "change-request": change_requests,
    "talk-request": talk_requests,
    "event": partial(events_of, "branch"),
    "told-event": partial(events_of, "department"),
}
