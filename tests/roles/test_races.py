"""W1 for offices: of two who act on one proposal at once, one succeeds and the other is told so."""

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from carehub.calendar import today
from members import roles_actions as actions
from members.models import Organization, Post, RoleProposal
from tests.cast import START, School
from tests.figures import Figure

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
ROUNDS = 50
Hand = Callable[[Any], None]


def at_once(*works: Callable[[], None]) -> list[str]:
    """Return how each ended when threads with connections of their own did them together."""

    def alone(work: Callable[[], None]) -> str:
        try:
            work()
        except (actions.Overtaken, actions.Refused, IntegrityError) as refused:
            return type(refused).__name__
        finally:
            connections["default"].close()
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(alone, works))


@pytest.fixture
def second_head(school: School) -> Any:
    Post.objects.create(person=school.librarian, organization=school.committee, role="OH", started_on=START)
    return school.user("librarian")


def proposals(school: School, n: int = ROUNDS) -> list[RoleProposal]:
    """Return proposals of one office for one person in n places; the place is never reached."""
    made = []
    for _round in range(n):
        actions_terms = {"reason": "工作需要", "once_key": uuid.uuid4(), "by": school.user("clerk"), "on": today()}
        one = actions.propose(
            person=school.direct_member, organization=school.committee, role="CW", started_on=today(), ended_on=None,
            **actions_terms,
        )  # fmt: skip
        made.append(one)
        RoleProposal.objects.filter(pk=one.pk).update(role=f"X{len(made)}")
    return made


def approve(proposal: RoleProposal, by: Any) -> None:
    actions.approve(proposal=RoleProposal.objects.get(pk=proposal.pk), revision=1, by=by)


def approve_unguarded(proposal: RoleProposal, by: Any) -> None:
    """The broken variant: it looks first and writes afterwards."""
    if RoleProposal.objects.get(pk=proposal.pk).state != "proposed":
        raise actions.Overtaken
    with transaction.atomic():
        RoleProposal.objects.filter(pk=proposal.pk).update(
            state="approved", approved_by=by, approved_at=dt.datetime.now(dt.UTC)
        )


def test_two_approvers_at_once_are_one_approval(school: School, second_head: Any, figure: Figure):
    for one in proposals(school):
        ends = at_once(lambda one=one: approve(one, school.user("head")), lambda one=one: approve(one, second_head))
        assert sorted(ends) == ["Overtaken", "done"]
        figure("W1 role proposals: approvals", ends.count("done"))
        figure("W1 role proposals: conflicts", ends.count("Overtaken"))
    assert RoleProposal.objects.filter(state="approved").count() == ROUNDS


def test_two_who_look_first_would_both_approve(school: School, second_head: Any):
    """The negative control: the test above can see a hole."""
    both = 0
    for one in proposals(school):
        head = school.user("head")
        ends = at_once(
            lambda one=one, head=head: approve_unguarded(one, head), lambda one=one: approve_unguarded(one, second_head)
        )
        both += ends.count("done") == 2
    assert both


def test_two_administrators_at_once_write_one_post(school: School, second_head: Any):
    Post.objects.create(person=school.outsider, organization=school.committee, role="SEC", started_on=START)
    for _round in range(20):
        one = proposals(school, 1)[0]
        RoleProposal.objects.filter(pk=one.pk).update(role="CW")
        approve(one, school.user("head"))
        hands = [school.user("security_admin"), school.user("outsider")]
        works = [
            lambda by=by, one=one: actions.carry_out(
                proposal=RoleProposal.objects.get(pk=one.pk), revision=1, by=by, on=today()
            )
            for by in hands
        ]
        assert at_once(*works).count("done") == 1
        assert Post.objects.in_force(today()).filter(person=school.direct_member, role="CW").count() == 1
        Post.objects.filter(person=school.direct_member, role="CW").update(ended_on=START, started_on=START)


def test_two_posts_that_are_held_apart_are_never_both_written(school: School):
    """Also with a last day, where no unique index helps: the trigger locks the person first."""
    root, last = Organization.objects.get(parent=None), today() + dt.timedelta(days=90)
    for _round in range(20):
        works = [
            lambda role=role: Post.objects.create(
                person=school.direct_member, organization=root, role=role, started_on=today(), ended_on=last
            )
            for role in ("SEC", "OH")
        ]
        assert sorted(at_once(*works)) == ["IntegrityError", "done"]
        Post.objects.filter(person=school.direct_member).delete()
