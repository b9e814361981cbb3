"""W1 for the layers: two approvers at once are one decision; of two deeds at once on a matter one is told."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from carehub.audit.models import AuditEvent
from members.models import Post
from talks.break_glass.actions import Decided, decide, read_text
from talks.follow_ups.actions import Overtaken, finish_follow_up, withdraw_follow_up
from talks.models import FollowUp, FollowUpStep, Talk, TextRequest
from talks.models.text_request import TextRequestQuerySet
from tests.cast import School
from tests.figures import Figure
from tests.talks.helping import matter_of
from tests.talks.test_races import at_once
from tests.talks.writing import ON, talk_of

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
ROUNDS = 100
APPROVERS = ("approver", "colleague")


def requests_of(school: School, rounds: int = ROUNDS) -> list[TextRequest]:
    """Return one undecided request for each of many talks, and a second head who may decide."""
    Post.objects.create(person=school.colleague, organization=school.committee, role="OH", started_on=ON)
    talks = [talk_of(school.owner, school.member) for _ in range(rounds)]
    Talk.objects.update(line="一句话")
    head, now = school.user("head"), timezone.now()
    rows = [TextRequest(talk=talk, requester=head, reason="紧急情况须立即判断", asked_at=now) for talk in talks]
    return TextRequest.objects.bulk_create(rows)


def decided(school: School, asked: TextRequest, n: int) -> bool:
    try:
        decide(asked=asked, approve=not n, answer="不必看", by=school.user(APPROVERS[n]))
    except (Decided, PermissionDenied):
        return False
    return True


def test_two_approvers_at_once_are_one_decision(school: School, figure: Figure) -> None:
    asked = requests_of(school)
    for one in asked:
        won = at_once(lambda n, one=one: decided(school, one, n), 2)
        assert sorted(won) == [False, True]
        one.refresh_from_db()
        assert one.state == ("approved" if won[0] else "declined")
    figure("break-glass decisions by two approvers at once", ROUNDS)
    whats = AuditEvent.objects.filter(detail__what__in=["text-approved", "text-declined"])
    assert whats.count() == ROUNDS


def test_without_the_condition_on_the_state_both_would_decide(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the test above can see a hole."""
    monkeypatch.setattr(TextRequestQuerySet, "undecided", lambda self, now: self)
    won = [at_once(lambda n, one=one: decided(school, one, n), 2) for one in requests_of(school, 20)]
    assert [True, True] in won


def test_each_of_many_reads_at_once_is_counted_and_audited(school: School) -> None:
    one = requests_of(school, 1)[0]
    decide(asked=one, approve=True, answer="", by=school.user("approver"))
    assert at_once(lambda n: read_text(asked=one, by=school.user("head")), 8) == ["一句话"] * 8
    one.refresh_from_db()
    assert one.reads == AuditEvent.objects.filter(detail__what="text-read").count() == 8
    assert one.first_read_at <= one.last_read_at + dt.timedelta(seconds=5)


def test_a_result_and_a_withdrawal_at_once_do_not_both_happen(school: School) -> None:
    talk = talk_of(school.owner, school.member, by=school.user("owner"))
    items = [matter_of(school, talk=talk) for _ in range(50)]

    def deed(n: int, item: FollowUp) -> bool:
        same: dict[str, Any] = {"item": item, "version": 1, "on": ON}
        try:
            if n:
                finish_follow_up(possible=True, result="已调课", by=school.user("officer"), **same)
            else:
                withdraw_follow_up(because="写错了人", by=school.user("owner"), **same)
        except (Overtaken, PermissionDenied):
            return False
        return True

    for item in items:
        assert sorted(at_once(lambda n, item=item: deed(n, item), 2)) == [False, True]
    assert FollowUpStep.objects.filter(kind__in=["done", "withdrawn"]).count() == 50
