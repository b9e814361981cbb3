"""Offices, proposals and grants of every side for the probes; nobody who probes holds any of them."""

import datetime as dt
import uuid

from django.utils import timezone

from members.grants_actions import share_file
from members.models import OrganizationGrant, PersonGrant, Post, RoleProposal
from tests.cast import School

ON = dt.date(2026, 11, 23)
UNTIL = dt.date(2027, 2, 28)


def furnish_authority(school: School) -> None:
    """Put proposals in every open state, a shared file and an acting officer into the school."""
    now = timezone.now()
    approved = {"approved_by": school.user("outsider"), "approved_at": now}
    for role, state, more in (("CW", "proposed", {}), ("XC", "approved", approved), ("JW", "returned", {})):
        RoleProposal.objects.create(
            kind="appoint", state=state, person=school.librarian, account=school.librarian.user, role=role,
            organization=school.committee, started_on=ON, reason="工作需要", proposed_by=school.user("clerk"),
            proposed_at=now, once_key=uuid.uuid4(), **more,
        )  # fmt: skip
    terms = {"reason": "大病救助", "started_on": ON, "ended_on": UNTIL, "once_key": uuid.uuid4()}
    share_file(person=school.member, to=school.librarian.user, by=school.user("head"), on=ON, **terms)
    OrganizationGrant.objects.assign_dated(
        "act_as_organizer", school.user("direct_member"), school.maths_branch,
        **terms | {"once_key": uuid.uuid4(), "granted_by": school.user("head")},
    )  # fmt: skip


def offices(school: School) -> tuple[list[int], list[int]]:
    """Return posts that go through three hands, and posts that do not."""
    ours = Post.objects.filter(role__in=("CW", "PC")).order_by("pk")
    others = Post.objects.filter(role="secretary").order_by("pk")[:2]
    return [post.pk for post in ours], [post.pk for post in others]


def proposals() -> list[tuple[int, int]]:
    return list(RoleProposal.objects.order_by("pk").values_list("pk", "proposed_by"))


def grants(model: type[OrganizationGrant] | type[PersonGrant]) -> list[int]:
    return list(model.objects.order_by("pk").values_list("pk", flat=True))


def accounts(school: School) -> list[int]:
    """Return accounts that nobody who probes owns: an administrator may not touch the own one."""
    return [school.user(key).pk for key in ("librarian", "direct_member")]
