"""The number of queries of a page does not grow with the number of people, organisations, posts or talks."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carehub.calendar import today
from members.models import LifeEvent, Organization, Post
from tests.cast import make_person
from tests.members_pages.test_person_file import talk_with

MOST = 40


def fill(school, start, stop):
    since = dt.date(2022, 1, 1)
    for n in range(start, stop):
        person = make_person(f"同志{n}", school.first, phone="13800000000", id_number="990101196001010015")
        number = f"06000001{n + 50}"
        branch = Organization.objects.create(code=number, name=f"支部{n}", kind="branch", parent=school.languages)
        Post.objects.create(person=person, organization=branch, role="secretary", started_on=since)
        Post.objects.create(person=school.member, organization=branch, role="commissioner", started_on=since)
        talk_with(school.member, school.owner, held_on=dt.date(2025, 1, 1) + dt.timedelta(days=n))
        happened_on = today() - dt.timedelta(days=n)
        LifeEvent.objects.create(
            person=school.member, kind="honoured", happened_on=happened_on, organization=school.first,
            path=school.first.path, source="branch",
        )  # fmt: skip


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("owner", "/people/"),
        ("owner", "/people/search/?q=tong"),
        ("owner", "/people/export/"),
        ("general_secretary", "/organizations/"),
        ("clerk", "/organizations/{languages}/"),
        ("owner", "/organizations/{first}/"),
        ("owner", "/people/{member}/"),
        ("member", "/mine/"),
        ("owner", "/policy/"),
        ("owner", "/more/"),
    ],
)
def test_queries_are_the_same_for_2_and_20(school, as_, key, address):
    where = {"languages": school.languages.pk, "first": school.first.pk, "member": school.member.pk}
    client = as_(key)
    fill(school, 0, 2)
    client.get(address.format(**where))  # the session is written once
    few = queries(client, address.format(**where))
    fill(school, 2, 20)
    many = queries(client, address.format(**where))
    assert len(many) == len(few), many
    assert len(many) <= MOST
