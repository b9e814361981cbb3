"""The trail can be added to and nothing else, on both engines."""

import pytest
from django.db import DatabaseError, connection, transaction

from carehub.audit.models import Action, AuditEvent
from carehub.audit.trail import record
from tests.cast import School


@pytest.fixture
def event(school: School) -> AuditEvent:
    return record(Action.EXPORT, by=school.user("owner"), target=school.first, rows=30)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET action = 'login'",
        "DELETE FROM audit_auditevent",
        "UPDATE audit_auditevent SET actor_id = NULL",
    ],
)
def test_a_row_cannot_be_changed_or_removed(event, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get(pk=event.pk).action == Action.EXPORT


def test_a_row_cannot_be_replaced(event):
    if connection.vendor == "sqlite":
        statement = "REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent"
    else:
        statement = "TRUNCATE audit_auditevent CASCADE"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.filter(pk=event.pk).exists()


def test_a_row_says_who_did_what_to_what(event, school):
    assert event.actor == school.user("owner")
    assert event.target == f"members.Organization:{school.first.pk}"
    assert event.detail == {"rows": 30}


def test_a_refusal_is_written_down_without_the_address(as_, school):
    as_("member").get(f"/people/{school.outsider_member.pk}/")
    denial = AuditEvent.objects.filter(action=Action.DENIAL).get()
    assert denial.actor == school.user("member")
    assert str(school.outsider_member.pk) not in str(denial.detail["route"])
