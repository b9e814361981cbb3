"""The trail can be added to and nothing else, on both engines; a row says who, under which post, did what."""

import pytest
from django.db import connection

from carehub.audit.models import Action, AuditEvent
from carehub.audit.signing import content_of, is_signed
from carehub.audit.trail import record, record_first, record_many
from tests.cast import School


@pytest.fixture
def event(school: School) -> AuditEvent:
    return record(Action.EXPORT, by=school.user("owner"), target=school.first, rows=30)


def test_a_row_says_who_did_what_to_what(event, school):
    assert event.actor == school.user("owner")
    assert event.target == f"members.Organization:{school.first.pk}"
    assert event.detail == {"rows": 30}


def test_a_row_says_under_which_post(event, school):
    assert event.post == "外国语学院教工第一党支部，支部书记"
    assert record(Action.LOGIN, by=school.user("member")).post == ""


def test_a_closed_account_has_no_post(school):
    user = school.user("owner")
    user.is_active = False
    assert record(Action.LOGOUT, by=user).post == ""


def test_a_row_reads_back_as_it_was_signed(school):
    detail = {"rows": 3, "share": 0.1, "on": school.owner.joined_on, "names": ("甲", "乙"), "far": 1e300, "nul": "a\0b"}
    event = record(Action.CHANGE, by=school.user("owner"), target=school.first, path="/1/2/", **detail)
    kept = AuditEvent.objects.get(pk=event.pk)
    assert content_of(kept) == content_of(event)
    assert is_signed("event", content_of(kept), kept.signature)


def test_many_rows_are_one_statement_and_each_is_signed(school, django_assert_num_queries):
    user = school.user("owner")
    record(Action.LOGIN, by=user)  # the viewer is known from here on, as after a guard
    with django_assert_num_queries(1):
        record_many(Action.ERASURE, [school.member, school.owner, school.first], by=user, what="retention")
    rows = AuditEvent.objects.filter(action=Action.ERASURE)
    assert [is_signed("event", content_of(row), row.signature) for row in rows] == [True] * 3


@pytest.mark.django_db(transaction=True)
def test_what_must_stand_before_the_bytes_is_committed_at_once(school):
    record_first(Action.REVEAL, by=school.user("officer"), target=school.member, field="phone")
    other = connection.copy() if connection.vendor == "postgresql" else connection
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditevent WHERE action = 'reveal'")
        assert cursor.fetchone()[0] == 1
    if other is not connection:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_stand_inside_a_transaction_that_may_be_rolled_back(school):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        record_first(Action.REVEAL, by=school.user("officer"), target=school.member, field="phone")


def test_a_refusal_is_written_down_without_the_address(as_, school):
    as_("member").get(f"/people/{school.outsider_member.pk}/")
    denial = AuditEvent.objects.filter(action=Action.DENIAL).get()
    assert denial.actor == school.user("member")
    assert str(school.outsider_member.pk) not in str(denial.detail["route"])
