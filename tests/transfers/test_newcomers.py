"""Somebody new is taken in by the department through the roster's own checks."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from carehub.reminders.models import InboxItem
from members.actions import leave
from members.models import LifeEvent, Person
from tests.cast import School
from tests.duties.asking import day, setting
from tests.imports.making import id_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def take_in(client: Client, school: School, **more: str):
    data = {
        "name": "欧阳 新来", "id_number": id_of(7), "number": "20267777", "organization": str(school.first.pk),
        "since_on": "2026-11-20", "category": "full", "joined_on": "2012-06-20", "confirmed_on": "2013年6月",
        "position": "", "phone": "13900007777", "once_key": str(uuid.uuid4()),
    }  # fmt: skip
    return client.post("/transfers/newcomer/", data | more)


def test_who_comes_from_elsewhere_has_a_record_an_account_and_a_talk_to_come(school: School, as_: As):
    setting("in-use-since", "2026-08-01")
    assert take_in(as_("clerk"), school).status_code == 302
    person = Person.objects.with_id_number(id_of(7)).get()
    assert (person.name, person.organization, person.user.number) == ("欧阳新来", school.first, "20267777")
    assert (person.confirmed_precision, person.affiliations.get().started_on) == ("month", day("11-20"))
    assert LifeEvent.objects.get().kind == "moved-in"
    assert InboxItem.objects.filter(recipient=school.user("officer"), title__contains="欧阳新来").exists()
    assert not Person.objects.exclude(verify_since_on=None).exists()


def test_who_was_here_before_comes_back_to_the_same_record(school: School, as_: As):
    take_in(as_("clerk"), school, since_on="2026-10-01")
    person = Person.objects.with_id_number(id_of(7)).get()
    leave(person=person, on=day("11-01"), ending="left")
    assert take_in(as_("clerk"), school, organization=str(school.second.pk)).status_code == 302
    again = Person.objects.with_id_number(id_of(7)).get()
    assert (again.pk, again.organization) == (person.pk, school.second)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"id_number": "990101199003070019"}, "身份证号"),
        ({"joined_on": "199513"}, "日期不存在或无法识别"),
        ({"confirmed_on": "2010-01-01"}, "转正日期早于入党日期"),
        ({"organization": ""}, "必填"),
        ({"since_on": "2026-12-01"}, "转入日期晚于"),
        ({"phone": "12"}, "不像电话号码"),
    ],
)
def test_what_an_import_would_reject_is_named_under_its_field(
    school: School, as_: As, more: dict[str, str], words: str
):
    answer = take_in(as_("clerk"), school, **more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "20267777" in answer.content.decode()
    assert not Person.objects.filter(name="欧阳新来").exists()


def test_who_is_in_the_roster_is_not_taken_in_twice(school: School, as_: As):
    take_in(as_("clerk"), school)
    answer = take_in(as_("clerk"), school)
    assert "名册里已经有这个人" in answer.content.decode()


def test_only_the_department_takes_somebody_in(school: School, as_: As):
    assert as_("officer").get("/transfers/newcomer/").status_code == 404
    assert as_("owner").get("/transfers/newcomer/").status_code == 403
