"""One full value for sixty seconds: by right, with a purpose, within the quota, and never without a trace."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import DatabaseError
from django.urls import reverse

from carehub.audit.models import Action, AuditEvent
from carehub.reveals import actions
from carehub.reveals.actions import forget_old_places
from carehub.reveals.models import Reveal
from members.models import Person

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def address(field: str, person: Person) -> str:
    return reverse(f"members:reveal-{field}", args=[person.pk])


def ask(client, field: str, person: Person, **more):
    sent = {"purpose": "call", "once_key": str(uuid.uuid4())} | more
    return client.post(address(field, person), sent, **HTMX)


def test_the_page_holds_no_full_value_before(as_, school):
    page = as_("officer").get(school.member.get_absolute_url()).content.decode()
    assert school.member.masked_phone in page
    assert school.member.phone not in page
    assert school.member.id_number not in page


def test_an_officer_sees_a_phone_and_an_id_number_with_a_purpose(as_, school):
    officer = as_("officer")
    assert school.member.phone in ask(officer, "phone", school.member).content.decode()
    assert school.member.id_number in ask(officer, "id-number", school.member).content.decode()


def test_the_trail_names_field_and_purpose_and_not_the_value(as_, school):
    ask(as_("officer"), "phone", school.member)
    event = AuditEvent.objects.filter(action=Action.REVEAL).get()
    assert (event.actor, event.target) == (school.user("officer"), f"members.Person:{school.member.pk}")
    assert (event.detail["field"], event.detail["purpose"]) == ("phone", "call")
    assert school.member.phone not in str(event.detail)


@pytest.mark.parametrize(
    ("key", "field", "status"),
    [
        ("owner", "phone", 200),
        ("owner", "id-number", 403),
        ("member", "phone", 200),
        ("colleague", "phone", 404),
        ("outsider", "phone", 404),
        ("approver", "phone", 404),
        ("auditor", "phone", 404),
        ("auditor", "id-number", 403),
        ("clerk", "id-number", 200),
    ],
)
def test_the_right_follows_the_matrix(as_, school, key, field, status):
    assert ask(as_(key), field, school.member).status_code == status


def test_a_leader_sees_the_mask_of_his_own_relations_and_no_more(as_, school):
    leader = as_("leader")
    assert (
        school.general_secretary.masked_phone
        in leader.get(school.general_secretary.get_absolute_url()).content.decode()
    )
    assert ask(leader, "phone", school.general_secretary).status_code == 403


def test_without_a_purpose_nothing_is_shown_and_the_form_says_so(as_, school):
    answer = ask(as_("officer"), "phone", school.member, purpose="")
    text = answer.content.decode()
    assert "还没有选用途" in text
    assert school.member.phone not in text
    assert not AuditEvent.objects.filter(action=Action.REVEAL).exists()


def test_the_same_form_within_a_minute_counts_once(as_, school):
    officer, key = as_("officer"), str(uuid.uuid4())
    for _again in range(3):
        assert school.member.phone in ask(officer, "phone", school.member, once_key=key).content.decode()
    assert Reveal.objects.count() == AuditEvent.objects.filter(action=Action.REVEAL).count() == 1


def test_after_a_minute_the_same_form_shows_nothing(as_, school):
    officer, key, now = as_("officer"), str(uuid.uuid4()), dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        ask(officer, "phone", school.member, once_key=key)
    with time_machine.travel(now + dt.timedelta(seconds=61), tick=False):
        answer = ask(officer, "phone", school.member, once_key=key)
    assert school.member.phone not in answer.content.decode()
    assert "60 秒已过" in answer.content.decode()
    assert key not in answer.content.decode()


def test_one_form_does_not_open_another_value(as_, school):
    officer, key = as_("officer"), str(uuid.uuid4())
    ask(officer, "phone", school.member, once_key=key)
    other = ask(officer, "id-number", school.member, once_key=key).content.decode()
    assert school.member.id_number not in other


def test_beyond_the_quota_of_the_hour_nothing_is_shown_and_it_is_written_down(as_, school, settings):
    settings.REVEALS_PER_HOUR = 3
    officer = as_("officer")
    shown = [school.member.phone in ask(officer, "phone", school.member).content.decode() for _ in range(5)]
    assert shown == [True, True, True, False, False]
    assert AuditEvent.objects.filter(action=Action.DENIAL, detail__what="reveal quota").count() == 2


def test_a_browser_without_scripts_gets_a_page_and_the_status(as_, school, settings):
    officer = as_("officer")
    assert "做什么用" in officer.get(address("phone", school.member)).content.decode()
    sent = {"purpose": "call", "once_key": str(uuid.uuid4())}
    page = officer.post(address("phone", school.member), sent).content.decode()
    assert school.member.phone in page
    assert f'content="60;url={school.member.get_absolute_url()}"' in page
    settings.REVEALS_PER_HOUR = 0
    assert officer.post(address("phone", school.member), sent | {"once_key": str(uuid.uuid4())}).status_code == 429


def test_the_mask_comes_back_without_the_value(as_, school):
    text = as_("officer").get(address("phone", school.member) + "?masked=1", **HTMX).content.decode()
    assert school.member.masked_phone in text
    assert school.member.phone not in text


def test_what_cannot_be_written_down_is_not_shown(as_, school, monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("full")

    monkeypatch.setattr(actions, "record", refuse)
    client = as_("officer")
    client.raise_request_exception = False
    answer = ask(client, "phone", school.member)
    assert answer.status_code == 500
    assert school.member.phone not in answer.content.decode()
    assert not Reveal.objects.exists()


def test_places_of_past_hours_are_forgotten(as_, school):
    ask(as_("officer"), "phone", school.member)
    made_at = Reveal.objects.get().made_at
    assert forget_old_places(before=made_at) == 0
    assert forget_old_places(before=made_at + dt.timedelta(seconds=1)) == 1
