"""Offices of party organisations: given and ended by the department, one secretary at a time; what passes on."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.reminders.models import InboxItem
from members.models import LifeEvent, Oversight, Person, Post
from tests.cast import School, make_person
from tests.duties.asking import setting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def appoint(client: Client, school: School, person: Person, role: str = "secretary", **more: Any):
    data = {"role": role, "manner": "formal", "started_on": "2026-11-23", "once_key": str(uuid.uuid4())}
    return client.post(f"/organizations/{school.first.pk}/posts/new/?person={person.pk}", data | more)


def end(client: Client, address: str, day: str = "2026-11-22"):
    return client.post(address, {"ended_on": day, "once_key": str(uuid.uuid4())})


def secretary_of(school: School, on: str) -> str:
    posts = Post.objects.in_force(dt.date.fromisoformat(on)).secretaries().filter(organization=school.first)
    return posts.get().person.name


def test_a_successor_takes_over_on_the_day_after_the_last(school: School, as_: As):
    setting("in-use-since", "2026-08-01")
    refused = appoint(as_("clerk"), school, school.member)
    assert refused.status_code == 422
    assert "现任书记是林晓岚" in refused.content.decode()
    assert appoint(as_("clerk"), school, school.member, replace="on").status_code == 302
    assert (secretary_of(school, "2026-11-22"), secretary_of(school, "2026-11-23")) == ("林晓岚", "黎小满")
    told = InboxItem.objects.get(recipient=school.user("member"))
    page = as_("member").get(told.path).content.decode()
    assert "前任" in page
    assert "林晓岚" in page
    assert "年度谈话" in page
    assert LifeEvent.objects.get(person=school.member).kind == "post-changed"
    assert as_("owner").get(told.path).status_code in (403, 404)


def test_the_same_office_given_twice_is_one_and_says_so(school: School, as_: As):
    for _n in range(2):
        answer = appoint(as_("clerk"), school, school.member, "youth")
    assert "没有重复" in answer.content.decode()
    assert Post.objects.filter(person=school.member).count() == 1


@pytest.mark.parametrize(
    ("role", "more", "words"),
    [
        ("", {}, "还没有选职务"),
        ("OD", {}, "选择"),
        ("youth", {"started_on": "2024-01-01"}, "更早的请导入任职表"),
        ("youth", {"started_on": "2027-03-01"}, "最晚一个月以后"),
        ("secretary", {"started_on": "2025-12-01", "replace": "on"}, ""),
    ],
)
def test_bad_input_gets_a_sentence(school: School, as_: As, role: str, more: dict[str, str], words: str):
    answer = appoint(as_("clerk"), school, school.member, role, **more)
    assert answer.status_code == (422 if words else 302)
    assert words in answer.content.decode()


def test_nobody_gives_or_ends_the_own_office(school: School, as_: As):
    answer = appoint(as_("clerk"), school, school.clerk, "youth")
    assert "自己的任职请由另一位同志登记" in answer.content.decode()
    own = Post.objects.filter(person=school.clerk).first()
    assert as_("clerk").get(f"/posts/{own.pk}/end/").status_code == 403  # an office of three hands


def test_a_post_ends_and_the_page_loses_its_rights_the_day_after(school: School, as_: As):
    post = Post.objects.get(person=school.people["officer"])
    assert end(as_("clerk"), f"/posts/{post.pk}/end/").status_code == 302
    assert as_("officer").get(f"/people/{school.member.pk}/").status_code == 404
    early = Post.objects.get(person=school.owner)
    assert "早于任职起" in end(as_("clerk"), f"/posts/{early.pk}/end/", "2019-01-01").content.decode()


def test_who_oversees_is_said_and_ended(school: School, as_: As):
    Oversight.objects.all().delete()
    data = {"leader": str(school.leader.pk), "started_on": "2026-11-01", "once_key": str(uuid.uuid4())}
    client = as_("clerk")
    assert client.post(f"/organizations/{school.first.pk}/oversight/", data).status_code == 302
    assert "没有重复" in client.post(f"/organizations/{school.first.pk}/oversight/", data).content.decode()
    row = Oversight.objects.get()
    assert school.leader.name in client.get(f"/organizations/{school.first.pk}/").content.decode()
    assert end(client, f"/oversight/{row.pk}/end/").status_code == 302
    assert school.leader.name not in client.get(f"/organizations/{school.first.pk}/").content.decode()
    nobody = data | {"leader": str(school.member.pk)}
    assert client.post(f"/organizations/{school.first.pk}/oversight/", nobody).status_code == 422


@pytest.mark.parametrize("key", ["owner", "officer", "general_secretary", "outsider", "auditor", "member"])
def test_only_the_department_keeps_offices(school: School, as_: As, key: str):
    assert as_(key).get(f"/organizations/{school.first.pk}/posts/new/").status_code == 403
    assert "登记任职" not in as_(key).get(f"/organizations/{school.first.pk}/").content.decode()


def test_the_handover_is_for_those_who_answer_and_counts_without_queries_a_person(school: School, as_: As):
    address = f"/handover/{school.first.pk}/"
    assert as_("colleague").get(address).status_code == 404
    assert as_("general_secretary").get(address).status_code == 200
    counts, client = [], as_("owner")
    client.get(address)
    for n in (2, 18):
        for k in range(n):
            make_person(f"接{n}{k}", school.first)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert "接20" not in page
