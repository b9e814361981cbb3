"""What the undo of a roster takes back besides the rows: events, accounts, stays, doubts, the first day of use."""

import datetime as dt

import pytest

from carehub.accounts.actions import close_account
from carehub.accounts.models import Closing, User
from carehub.duties.models import RuleSetting
from carehub.reminders.models import ReminderLog
from members.actions import affiliate, leave
from members.events_records import in_use_since
from members.importing.roster_writing import begin_use
from members.models import Affiliation, LifeEvent, Organization, Person, Post, RosterImport
from tests.duties.asking import setting
from tests.imports.making import ON, ROSTER, id_of, person, roster, workbook
from tests.imports.taking_back import SECOND, imported, picture, several, undone
from tests.imports.test_wizard import row_of

MATHS = "数学学院教工党支部"
DAY = dt.timedelta(days=1)


@pytest.fixture
def in_use(school):
    setting("in-use-since", "2026-08-01")
    return school


def numbered(row: dict, number: str) -> bytes:
    return workbook([row | {"工号或学号": number}], (*ROSTER, "工号或学号"))


def test_events_that_the_import_made_are_gone(in_use) -> None:
    before = picture()
    newcomer = person(2, 人员类别="预备党员", 入党日期="2026-11-12", 转正日期=None, 进入支部日期="2026-11-10")
    move = row_of(in_use, "owner", 所在党支部=SECOND)
    batch = imported(in_use, roster(newcomer, move, extra=["进入支部日期"]))
    assert LifeEvent.objects.count() == 4
    undone(in_use, batch)
    assert picture() == before


def test_an_event_that_the_import_corrected_names_its_unit_again(in_use) -> None:
    affiliate(person=in_use.member, organization=in_use.second, on=ON)
    before = picture()
    batch = imported(in_use, roster(row_of(in_use, "member", 所在党支部=MATHS)))
    assert LifeEvent.objects.filter(organization=in_use.maths_branch).count() == 1
    undone(in_use, batch)
    assert picture() == before


def test_a_stay_that_was_corrected_in_place_is_where_it_was(school) -> None:
    affiliate(person=school.member, organization=school.second, on=ON)
    before = picture()
    batch = imported(school, roster(row_of(school, "member", 所在党支部=MATHS)))
    assert Affiliation.objects.get(person=school.member, started_on=ON).branch == school.maths_branch
    undone(school, batch)
    assert picture() == before


def test_an_account_opened_for_somebody_known_is_gone(school) -> None:
    Person.objects.filter(pk=school.member.pk).update(user=None, number=None)
    User.objects.filter(number="member").delete()
    before = picture()
    batch = imported(school, numbered(row_of(school, "member"), "20261234"))
    assert User.objects.filter(number="20261234", person=school.member).exists()
    undone(school, batch)
    assert picture() == before


def test_an_account_that_was_there_stays_and_is_nobodys_again(school) -> None:
    User.objects.create_user("20261234", "Some-long-password-1")
    before = picture()
    batch = imported(school, numbered(person(1), "20261234"))
    assert User.objects.filter(number="20261234", person__id_hash__isnull=False).exists()
    undone(school, batch)
    assert picture() == before


def test_an_account_that_followed_a_new_number_has_its_old_one(school) -> None:
    before = picture()
    batch = imported(school, numbered(row_of(school, "member"), "20261234"))
    assert User.objects.get(person=school.member).number == "20261234"
    undone(school, batch)
    assert picture() == before


def test_an_account_opened_again_is_closed_as_it_was(school) -> None:
    leave(person=school.member, on=ON - 30 * DAY, ending=Affiliation.Ending.LEFT_SCHOOL)
    before = picture()
    batch = imported(school, roster(row_of(school, "member")))
    assert User.objects.get(person=school.member).is_active
    undone(school, batch)
    assert picture() == before
    assert User.objects.get(person=school.member).closed_because == Closing.LEFT


def test_an_account_opened_and_closed_for_somebody_who_died_is_gone(school) -> None:
    leave(person=school.member, on=ON - 30 * DAY, ending=Affiliation.Ending.DIED)
    Person.objects.filter(pk=school.member.pk).update(user=None, number=None)
    before = picture()
    batch = imported(school, numbered(row_of(school, "member"), "20261234"))
    assert not User.objects.get(number="20261234").is_active
    undone(school, batch)
    assert picture() == before


def test_an_account_that_the_security_office_closed_stays_closed(school) -> None:
    close_account(user=school.member.user, because=Closing.BY_HAND)
    before = picture()
    undone(school, imported(school, roster(row_of(school, "member", 手机号="13900001111"))))
    assert picture() == before


def test_whoever_was_missing_is_no_longer_in_doubt(school) -> None:
    long_ago = ON - 90 * DAY
    Person.objects.filter(pk=school.officer.pk).update(verify_since_on=long_ago)
    before = picture()
    batch = imported(school, roster(row_of(school, "member", 手机号="13900001111")))
    assert Person.objects.filter(verify_since_on=ON).exists()
    undone(school, batch)
    assert picture() == before
    assert Person.objects.get(pk=school.officer.pk).verify_since_on == long_ago


def test_whom_a_later_roster_misses_too_is_in_doubt_since_then(school) -> None:
    data = roster(row_of(school, "member", 手机号="13900001111"))
    first = imported(school, data)
    imported(school, data, on=ON + DAY)
    undone(school, first)
    assert Person.objects.get(pk=school.owner.pk).verify_since_on == ON + DAY


def test_the_first_roster_taken_back_leaves_the_portal_unused(school) -> None:
    batch = the_first_roster(school)
    assert in_use_since() == ON
    undone(school, batch)
    assert in_use_since() is None
    assert not Person.objects.with_id_number(id_of(1)).exists()


def the_first_roster(school) -> RosterImport:
    Affiliation.objects.all().delete()
    return imported(school, roster(person(1)))


def test_the_first_day_stays_as_long_as_another_roster_stands_on_it(school) -> None:
    batch = the_first_roster(school)
    imported(school, roster(person(2, 所在党支部=SECOND)))
    undone(school, batch)
    assert in_use_since() == ON


def test_a_first_day_that_was_set_by_hand_stays(school) -> None:
    setting("in-use-since", "2026-08-01")
    undone(school, the_first_roster(school))
    assert in_use_since() == dt.date(2026, 8, 1)
    begin_use(on=ON, by=None)
    assert RuleSetting.objects.filter(name="in-use-since").count() == 1


def test_somebody_put_back_follows_a_tree_that_was_put_in_order_meanwhile(school) -> None:
    batch = imported(school, roster(row_of(school, "member", 所在党支部=MATHS)))
    Organization.objects.filter(pk=school.first.pk).update(path="/99/")
    undone(school, batch)
    assert Person.objects.get(pk=school.member.pk).path == "/99/"


def test_a_reminder_names_nobody_who_is_gone(school) -> None:
    batch = imported(school, roster(person(1)))
    new = Person.objects.with_id_number(id_of(1)).get()
    log = ReminderLog.objects.create(
        recipient=school.user("owner"), duty_key="C-2.3:2026:1:1", stage="overdue", rule="C-2.3", window="2026",
        title="年度谈话", subject=new.name, person_id=new.pk, due_on=ON, day_on=ON, batch="0" * 32,
    )  # fmt: skip
    undone(school, batch)
    log.refresh_from_db()
    assert log.silenced_at


def test_posts_of_people_who_were_here_stay(school) -> None:
    posts = list(Post.objects.order_by("pk").values())
    undone(school, imported(school, several(school)))
    assert list(Post.objects.order_by("pk").values()) == posts
