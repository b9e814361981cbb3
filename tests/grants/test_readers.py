"""谁能看这份记录: names and posts of today, exactly those who can."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carehub.access.viewer import can
from carehub.calendar import today
from carehub.personfile.readers import readers_of_file
from members.models import OrganizationGrant, Person, Post
from tests.cast import START, School, make_person
from tests.grants.test_scope import share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_november_morning():
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=False):
        yield


def told(person: Person, n: int = 0) -> str:
    return readers_of_file(person, today())[n].words


def names_that_can(school: School, person: Person) -> set[str]:
    """Ask every account of the cast the slow way."""
    return {one.name for one in school.people.values() if one != person and can(one.user, "v", person)}


@pytest.mark.parametrize(
    "whose", ["member", "colleague_member", "outsider_member", "direct_member", "general_secretary"]
)
def test_those_who_are_named_are_those_who_can(school: School, whose: str):
    Person.objects.filter(pk=school.member.pk).update(occupation="retired")
    Person.objects.filter(pk=school.colleague_member.pk).update(occupation="student")
    person = Person.objects.get(pk=school.people[whose].pk)
    named = {name for name in (one.name for one in school.people.values()) if f"{name}（" in told(person)}
    assert named - {person.name} == names_that_can(school, person)


def test_a_successor_is_named_the_next_day(school: School):
    assert "林晓岚（支部书记）" in told(school.member)
    Post.objects.filter(person=school.owner).update(ended_on="2026-11-22")
    Post.objects.create(
        person=school.officer, organization=school.first, role="secretary", manner="acting", started_on="2026-11-23"
    )
    assert "林晓岚" not in told(school.member)
    assert "王志远（支部书记）" in told(school.member)


def test_grants_are_told_with_their_day_and_to_the_person_with_the_reason(school: School, as_):
    share(school)
    assert "谢雨薇（临时授权，到2027年2月28日）" in told(school.member)
    assert "谢雨薇" not in told(school.member, 1)
    own = as_("member").get("/mine/").content.decode()
    assert "事由：大病救助" in own
    other = as_("owner").get(school.member.get_absolute_url()).content.decode()
    assert "谢雨薇（临时授权" in other
    assert "大病救助" not in other


def test_who_acts_for_an_officer_is_told(school: School):
    OrganizationGrant.objects.assign_dated(
        "act_as_organizer", school.user("colleague_member"), school.first, started_on=START, ended_on="2027-01-01",
        reason="产假", granted_by=school.user("head"), once_key=uuid.uuid4(),
    )  # fmt: skip
    assert "何静怡（代理组织委员）" in told(school.member)


def test_the_number_of_questions_does_not_grow(school: School):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            readers_of_file(school.member, today())
        return len(queries)

    few = asked()
    for n in range(20):
        person = make_person(f"委员{n}", school.first)
        Post.objects.create(person=person, organization=school.first, role="commissioner", started_on=START)
    share(school)
    assert asked() == few == 4
