"""Who is reminded of what, and when: stages, vacancy, the dead and the moved, once and no more."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carehub.accounts.models import User
from carehub.catalog import RULES
from carehub.reminders.actions import write_reminders
from carehub.reminders.models import Digest, InboxItem, OutboxMessage, ReminderLog
from carehub.sweep import reminders_of
from members.actions import affiliate, leave
from members.models import Affiliation, Post
from talks.models import Participation, Talk
from tests.cast import make_person
from tests.reminders.conftest import DECEMBER, NEW_YEAR, NOVEMBER, YEARLY

pytestmark = pytest.mark.django_db


def told(school, key):
    """Return the names of which somebody of the cast was reminded."""
    return set(ReminderLog.objects.filter(recipient=school.user(key)).values_list("subject", flat=True))


def vacate(organization, on=dt.date(2026, 6, 30)):
    Post.objects.filter(organization=organization, role=Post.Role.SECRETARY).update(ended_on=on)


def test_nobody_is_reminded_before_it_is_due_soon(school, tell):
    tell(NOVEMBER)
    assert not ReminderLog.objects.exists()


def test_a_secretary_is_reminded_of_everybody_due_soon(school, tell):
    tell(DECEMBER)
    assert told(school, "owner") == {"王志远", "黎小满", "陈立群", "程立新"}
    assert told(school, "colleague") == {"何静怡", "罗秀芝"}
    assert told(school, "member") == set()


def test_a_second_sweep_adds_nothing(school, tell):
    first = tell(DECEMBER)
    counts = [model.objects.count() for model in (ReminderLog, Digest, InboxItem, OutboxMessage)]
    assert first["reminders"] == counts[0] > 0
    assert not any(tell(DECEMBER).values())
    assert [model.objects.count() for model in (ReminderLog, Digest, InboxItem, OutboxMessage)] == counts


def test_the_next_day_adds_nothing_at_the_same_stage(school, tell):
    tell(DECEMBER)
    assert not any(tell(DECEMBER + dt.timedelta(days=1)).values())


def test_the_next_stage_adds_one(school, tell):
    tell(DECEMBER)
    tell(NEW_YEAR)
    rows = ReminderLog.objects.filter(recipient=school.user("owner"), subject="黎小满").order_by("pk")
    assert [row.stage for row in rows] == ["due_soon", "overdue"]
    assert [row.day_on for row in rows] == [DECEMBER, NEW_YEAR]


def test_a_vacant_post_is_made_known_to_the_level_above(school, tell):
    vacate(school.second)
    tell(DECEMBER)
    rows = ReminderLog.objects.filter(recipient=school.user("general_secretary"))
    assert {row.subject for row in rows} == {"谭明", "何静怡", "罗秀芝"}
    assert all(row.vacant and row.organization == "外国语学院教工第二党支部" for row in rows)
    assert told(school, "colleague") == set()


def test_two_vacant_levels_are_climbed(school, tell):
    Post.objects.create(
        person=school.approver, organization=school.committee, role=Post.Role.SECRETARY, started_on=dt.date(2020, 1, 1)
    )
    vacate(school.second)
    vacate(school.languages)
    tell(DECEMBER)
    assert "何静怡" in told(school, "approver")


def test_above_a_committee_without_a_secretary_stands_the_department(school, tell):
    vacate(school.direct)
    tell(DECEMBER)
    assert "袁梦" in told(school, "head")
    assert "唐婉清" not in told(school, "head")


def test_nobody_is_reminded_of_a_duty_about_himself(school, tell):
    vacate(school.first)
    tell(DECEMBER)
    assert "黎小满" in told(school, "general_secretary")
    assert "程立新" not in told(school, "general_secretary")
    assert "程立新" in told(school, "head")


def test_nobody_is_reminded_of_the_dead(school, tell):
    leave(person=school.member, on=dt.date(2026, 12, 1), ending=Affiliation.Ending.DIED)
    tell(DECEMBER)
    assert "黎小满" not in told(school, "owner")


def test_nobody_is_reminded_in_the_new_year_of_who_died_in_it(school, tell):
    leave(person=school.member, on=dt.date(2027, 1, 2), ending=Affiliation.Ending.DIED)
    tell(NEW_YEAR)
    assert "黎小满" not in told(school, "owner")
    assert "王志远" in told(school, "owner")


def test_nobody_is_reminded_of_who_moved_or_left_since(school, tell):
    affiliate(person=school.member, organization=school.maths_branch, on=dt.date(2027, 1, 3))
    leave(person=school.officer, on=dt.date(2027, 1, 2), ending=Affiliation.Ending.LEFT_SCHOOL)
    tell(NEW_YEAR)
    assert told(school, "owner") == {"陈立群", "程立新"}


def test_a_dead_secretary_is_a_vacant_post(school, tell):
    leave(person=school.colleague, on=dt.date(2026, 11, 1), ending=Affiliation.Ending.DIED)
    tell(DECEMBER)
    assert told(school, "colleague") == set()
    assert told(school, "general_secretary") == {"何静怡", "罗秀芝"}


def test_the_successor_is_reminded_of_what_the_predecessor_left(school, tell):
    tell(DECEMBER)
    vacate(school.second, on=dt.date(2026, 12, 15))
    Post.objects.create(
        person=school.general_officer,
        organization=school.second,
        role=Post.Role.SECRETARY,
        started_on=dt.date(2027, 1, 1),
    )
    tell(NEW_YEAR)
    assert "何静怡" in told(school, "general_officer")
    assert not ReminderLog.objects.filter(subject="罗秀芝", stage="overdue").exists()
    assert ReminderLog.objects.filter(recipient=school.user("colleague"), stage="overdue").count() == 0


def test_a_leader_is_reminded_of_the_own_talks_only(school, tell):
    tell(DECEMBER, RULES)
    rows = ReminderLog.objects.filter(recipient=school.user("leader"))
    assert [(row.rule, row.subject) for row in rows] == [("C-2.1", "程立新")]


def test_a_leader_who_left_office_is_told_nothing_more(school, tell):
    Post.objects.filter(person=school.leader).update(ended_on=dt.date(2026, 12, 31))
    tell(NEW_YEAR, RULES)
    assert told(school, "leader") == set()


def test_a_general_branch_secretary_is_reminded_of_the_quarter(school, tell):
    tell(dt.date(2026, 12, 12), RULES)
    rows = ReminderLog.objects.filter(recipient=school.user("general_secretary"), rule="C-2.2")
    assert {row.subject for row in rows} == {"外国语学院教工第一党支部", "外国语学院教工第二党支部"}


def test_a_closed_account_is_told_nothing(school, tell):
    user = school.user("owner")
    user.is_active = False
    user.save()
    tell(DECEMBER)
    assert not ReminderLog.objects.filter(recipient=user).exists()


def test_an_account_opened_later_is_told_then(school, tell):
    person = make_person("新来者", school.maths_branch, since=dt.date(2026, 3, 1))
    Post.objects.filter(organization=school.maths_branch).update(person=person)
    tell(DECEMBER)
    assert not ReminderLog.objects.filter(subject="孙秉钧").exists()
    person.user = User.objects.create_user("newcomer")
    person.save()
    tell(DECEMBER)
    assert "孙秉钧" in told(school, "newcomer")


def test_what_was_talked_about_is_not_reminded(school, tell):
    day = dt.date(2026, 5, 6)
    talk = Talk.objects.create(
        talker=school.owner, organization=school.first, path=school.first.path, held_on=day, entered_on=day
    )
    Participation.objects.create(talk=talk, person=school.member)
    tell(DECEMBER)
    assert "黎小满" not in told(school, "owner")


def test_the_command_prints_its_counts_and_then_zeros(school, capsys):
    call_command("run_due", on=DECEMBER)
    call_command("run_due", on=DECEMBER)
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["on"] == "2026-12-10"
    assert first["reminders"] == ReminderLog.objects.count() > 0
    assert first["digests"] == Digest.objects.count()
    assert first["mails_sent"] == first["mails"] == OutboxMessage.objects.count()
    assert not any(value for name, value in second.items() if name != "on")


def test_the_number_of_queries_does_not_grow_with_people(school):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert list(reminders_of(on=DECEMBER, rules=RULES))
        return len(captured)

    make_people(2, school.first)
    few = queries()
    make_people(20, school.first)
    assert queries() == few <= 40


def test_fifty_people_are_written_in_one_transaction(school, django_assert_max_num_queries):
    reminders = list(reminders_of(on=DECEMBER, rules=YEARLY))
    with django_assert_max_num_queries(14):
        write_reminders(reminders, on=DECEMBER, path="/")


def make_people(n, organization):
    for k in range(n):
        make_person(f"党员{k}", organization)
