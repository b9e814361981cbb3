"""What the roster lacks: each kind counted and listed, for those who keep it."""

import datetime as dt
from collections.abc import Callable
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.access.viewer import viewer_of
from carehub.calendar import Precision
from members.gaps import conditions, counts_of
from members.models import Person
from members.rules import standing_of
from tests.cast import School, make_person

As = Callable[[str], Client]
ON = dt.date(2026, 11, 23)
pytestmark = pytest.mark.django_db


def page(client: Client, kind: str = "") -> str:
    answer = client.get("/people/gaps/", {"kind": kind} if kind else {})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("verify", {"verify_since_on": ON}),
        ("standing", {"confirmed_on": None, "joined_on": dt.date(1990, 7, 1)}),
        ("dates", {"joined_precision": Precision.MONTH}),
        ("phone", {"phone": ""}),
    ],
)
def test_who_lacks_something_stands_on_its_list_and_on_no_other(
    school: School, as_: As, kind: str, fields: dict[str, object]
):
    Person.objects.update(
        verify_since_on=None, joined_on=dt.date(1990, 7, 1), confirmed_on=dt.date(1991, 7, 1), phone="13800000002"
    )
    Person.objects.filter(pk=school.member.pk).update(**fields)
    assert "黎小满" in page(as_("officer"), kind)
    assert sum(counts_of(school.user("officer")).values()) == 1
    assert "黎小满" not in page(as_("colleague"), kind)


def test_the_list_of_unknown_standing_is_what_the_rule_cannot_tell(school: School):
    random, days = (
        Random(7),
        [None, dt.date(1969, 3, 31), dt.date(1969, 4, 1), dt.date(1977, 8, 11), dt.date(1990, 7, 1)],
    )
    for n in range(200):
        make_person(
            f"人{n}", school.first, category=random.choice(list(Person.Category)), joined_on=random.choice(days),
            confirmed_on=random.choice([None, dt.date(1991, 7, 1)]), joined_precision=random.choice(list(Precision)),
            confirmed_precision=random.choice(list(Precision)),
            left_party_on=random.choice([None, None, dt.date(2026, 1, 1)]),
        )  # fmt: skip
    everybody = Person.objects.in_school()
    listed = set(everybody.filter(conditions(viewer_of(school.user("clerk")))["standing"]))
    told = {one: standing_of(one, ON) for one in everybody}
    assert listed == {one for one, standing in told.items() if standing is not None and standing.months is None}


def test_a_missing_phone_is_told_only_to_who_sees_phones(school: School):
    Person.objects.update(phone="")
    assert counts_of(school.user("owner"))["phone"] > 0
    assert Person.objects.filter(conditions(viewer_of(school.user("auditor")))["phone"]).count() == 0


def test_who_keeps_no_roster_has_no_such_page(as_: As):
    for key in ("member", "leader", "auditor"):
        assert as_(key).get("/people/gaps/").status_code in (403, 404), key


def test_twenty_gaps_take_as_many_questions_as_two(school: School, as_: As):
    counts, client = [], as_("officer")
    page(client)
    for first, last in ((0, 2), (2, 20)):
        for n in range(first, last):
            make_person(f"缺{n}", school.first, phone="")
        with CaptureQueriesContext(connection) as asked:
            page(client, "phone")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 40
