"""A talk logged, back-dated, corrected or withdrawn, or a person who moves, changes every place at once."""

import datetime as dt
import json
import uuid
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from members.actions import affiliate
from talks.actions import correct_talk, log_talk, withdraw_talk
from talks.models import Talk
from tests.cast import School

ON = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def a_november_morning():
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=True):
        yield


def talk_with(school: School, held_on: dt.date, key: str = "member") -> Talk:
    return log_talk(
        talker=school.owner,
        people=[school.people[key]],
        held_on=held_on,
        once_key=uuid.uuid4(),
        by=school.user("owner"),
        on=ON,
    )


def state_in_command(name: str, window: str = "2026") -> list[tuple[str, str]]:
    out = StringIO()
    call_command("duties", on=str(ON), rule="C-2.3", window=window, list=True, json=True, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return [(duty["organization"], duty["state"]) for duty in answer["duties"] if duty["subject"] == name]


def seen(school: School, name: str) -> dict[str, bool]:
    """Return whether each place still asks for the person's talk of this year."""
    client = Client()
    client.force_login(school.user("owner"))
    desk = client.get("/").content.decode()
    branch = client.get(f"/branch/{school.first.pk}/?show=left").content.decode()
    client.force_login(school.user("clerk"))
    query = f"?rule=C-2.3&period=2026&organization={school.first.pk}"
    overview = client.get(f"/overview/names/{query}").content.decode()
    tile = f"记录和{name}的谈话"
    return {"desk": tile in desk, "branch": name in branch, "overview": name in overview}


def everywhere(asked: bool) -> dict[str, bool]:
    return {"desk": asked, "branch": asked, "overview": asked}


def test_a_logged_talk_is_done_everywhere(school):
    assert seen(school, "黎小满") == everywhere(True)
    assert state_in_command("黎小满") == [("0600000101", "open")]
    talk_with(school, ON)
    assert seen(school, "黎小满") == everywhere(False)
    assert state_in_command("黎小满") == [("0600000101", "done")]


def test_a_talk_dated_back_into_last_year_settles_last_year_as_a_late_entry(school):
    assert state_in_command("黎小满", "2025") == [("0600000101", "overdue")]
    talk_with(school, dt.date(2025, 12, 30))
    assert state_in_command("黎小满", "2025") == [("0600000101", "late_entry")]
    assert seen(school, "黎小满") == everywhere(True)


def test_a_talk_corrected_to_another_person_is_owed_again(school):
    talk = talk_with(school, ON)
    correct_talk(
        talk=talk, version=talk.version, because="谈的是另一位同志", people=[school.group_leader], held_on=ON,
        form="single", channel="in-person", reasons=[], place="", by=school.user("owner"), on=ON,
    )  # fmt: skip
    assert seen(school, "黎小满") == everywhere(True)
    assert seen(school, "陈立群") == everywhere(False)


def test_a_withdrawn_talk_is_owed_again(school):
    talk = talk_with(school, ON)
    withdraw_talk(talk=talk, version=talk.version, because="记错了人", by=school.user("owner"))
    assert seen(school, "黎小满") == everywhere(True)
    assert state_in_command("黎小满") == [("0600000101", "open")]


def test_who_moves_is_owed_by_the_new_branch_at_once(school):
    affiliate(person=school.member, organization=school.second, on=ON)
    assert seen(school, "黎小满") == everywhere(False)
    assert state_in_command("黎小满") == [("0600000102", "open")]


def test_a_talk_in_the_old_branch_counts_after_the_move(school):
    talk_with(school, dt.date(2026, 3, 5))
    affiliate(person=school.member, organization=school.second, on=ON)
    assert state_in_command("黎小满") == [("0600000102", "done")]
