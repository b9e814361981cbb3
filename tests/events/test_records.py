"""Events that our own records make, in the transaction of the change itself, and only since the portal is in use."""

import datetime as dt

import pytest

from members.actions import affiliate, leave
from members.events_records import note_post
from members.models import LifeEvent, Person, Post
from tests.cast import School
from tests.duties.asking import day, setting
from tests.imports.making import bring, id_of, person, roster

pytestmark = pytest.mark.django_db
SECOND = "外国语学院教工第二党支部"


@pytest.fixture
def in_use(school: School) -> School:
    setting("in-use-since", "2026-08-01")
    return school


def noted() -> list[tuple[str, str, str]]:
    rows = LifeEvent.objects.standing().order_by("happened_on", "pk").select_related("organization")
    return [(row.kind, f"{row.happened_on:%m-%d}", row.organization.code) for row in rows]


def test_a_move_between_branches_is_a_goodbye_and_a_welcome(in_use: School):
    affiliate(person=in_use.member, organization=in_use.second, on=day("09-10"))
    assert noted() == [("moved-out", "09-09", in_use.first.code), ("moved-in", "09-10", in_use.second.code)]


def test_a_move_into_a_group_of_the_same_branch_is_none(in_use: School):
    affiliate(person=in_use.member, organization=in_use.first_group, on=day("09-10"))
    assert noted() == []


def test_a_move_that_is_corrected_the_same_day_leaves_one_welcome(in_use: School):
    affiliate(person=in_use.member, organization=in_use.maths_branch, on=day("09-10"))
    affiliate(person=in_use.member, organization=in_use.second, on=day("09-10"))
    assert noted() == [("moved-out", "09-09", in_use.first.code), ("moved-in", "09-10", in_use.second.code)]


@pytest.mark.parametrize(
    ("ending", "kinds"), [("left", ["moved-out"]), ("died", ["died"]), ("left-party", []), ("suspended", [])]
)
def test_who_leaves_is_noted_with_the_day(in_use: School, ending: str, kinds: list[str]):
    leave(person=in_use.member, on=day("09-10"), ending=ending)
    assert [kind for kind, _on, _code in noted()] == kinds


def test_a_new_post_is_noted_and_the_end_of_one_is_not(in_use: School):
    Post.objects.filter(person=in_use.owner).update(ended_on=day("09-01"))
    new = {"person": in_use.officer, "organization": in_use.first, "started_on": day("09-02")}
    note_post([Post.objects.create(role="secretary", **new), Post(role="OD", **new)])
    assert noted() == [("post-changed", "09-02", in_use.languages.code)]


def test_nothing_is_noted_of_days_before_the_portal_was_in_use(in_use: School):
    affiliate(person=in_use.member, organization=in_use.second, on=day("08-01"))
    assert noted() == []


def test_nothing_is_noted_as_long_as_the_portal_is_not_in_use(school: School):
    affiliate(person=school.member, organization=school.second, on=day("09-10"))
    assert noted() == []


def test_the_first_roster_makes_no_events_and_the_next_one_tells_what_changed(school: School):
    LifeEvent.objects.all().delete()
    setting("in-use-since", "2026-10-01")
    bring(roster(*[person(n) for n in range(1, 6)]), on=dt.date(2026, 10, 1))
    bring(roster(person(6, 人员类别="入党积极分子", 入党日期=None, 转正日期=None)), on=dt.date(2026, 10, 1))
    assert noted() == []
    rows = [
        person(1, 所在党支部=SECOND),
        person(6, 人员类别="发展对象", 入党日期=None, 转正日期=None),
        person(7, 进入支部日期="2026-11-10"),
        person(8, 人员类别="预备党员", 入党日期="2026-11-05", 转正日期=None),
    ]
    data = roster(*rows, extra=["进入支部日期"])
    bring(data, on=dt.date(2026, 11, 23))
    first, second = school.first.code, school.second.code
    found = [
        ("probationary", "11-05", first), ("moved-in", "11-10", first), ("moved-out", "11-22", first),
        ("moved-in", "11-23", second), ("development", "11-23", first),
    ]  # fmt: skip
    assert sorted(noted()) == sorted(found)
    bring(data, on=dt.date(2026, 11, 23))
    assert len(noted()) == len(found)
    assert Person.objects.with_id_number(id_of(1)).get().life_events.count() == 2


def test_an_import_asks_as_many_questions_about_events_for_two_as_for_twenty(in_use: School, django_assert_num_queries):
    from members.events_records import Happening, note

    def happenings(n: int) -> list[Happening]:
        people = [Person.objects.create(name=f"新{n}{i}", category="full") for i in range(n)]
        return [Happening(one, "moved-in", day("09-10"), in_use.first) for one in people]

    for n in (2, 20):
        found = happenings(n)
        with django_assert_num_queries(5):
            assert note(found) == n
