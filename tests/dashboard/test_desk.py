"""The desk: whom do I owe."""

import datetime as dt
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carehub.desk.greeting import time_of_day
from carehub.desk.owing import weekly
from members.models import Post
from tests.cast import make_person
from tests.dashboard.crowd import crowd
from tests.talks.writing import talk_of


def page(client, url="/"):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def on_day(day):
    return mock.patch.object(timezone, "localdate", return_value=day)


def test_a_branch_secretary_sees_the_names_of_those_still_to_be_talked_to(as_, school):
    talk_of(school.owner, school.member, held_on=dt.date(2025, 10, 9))
    html = page(as_("owner"))
    assert "今年要谈，还剩 4 人" in html
    assert "4 人中已谈 0 人" in html
    assert "黎小满" in html
    assert "去年10月谈过" in html
    assert "谭明" not in html


def test_a_logged_talk_moves_the_person_from_owed_to_done_on_desk_branch_and_overview_at_once(as_, school):
    desk, branch, overview = as_("owner"), f"/branch/{school.first.pk}/", "/overview/"
    before = page(desk)
    assert "还剩 4 人" in before
    assert "已谈 <span" in page(desk, branch) or "已谈" in page(desk, branch)
    talk_of(school.owner, school.member)
    assert "还剩 3 人" in page(desk)
    assert "4 人中已谈 1 人" in page(desk)
    after = page(desk, branch)
    assert '已谈 <span class="ch-nowrap">1 人</span>，未谈 <span class="ch-nowrap">3 人</span>' in after
    assert "1/4" in page(desk, overview)


def test_what_stayed_undone_last_year_is_overdue_and_comes_first(as_, school):
    with on_day(dt.date(2026, 2, 1)):
        html = page(as_("owner"))
    assert "逾期 4 项" in html
    assert "逾期 32 天" in html
    assert html.index("逾期 4 项") < html.index("今年要谈")


def test_what_is_overdue_is_recorded_as_a_late_entry_from_its_row(as_, yearly):
    with on_day(dt.date(2026, 2, 1)):
        html = page(as_("owner"))
    assert f"/talks/new/?duty={yearly('member', window='2025')}&amp;next=/" in html
    assert "补录谈话" in html


def test_yearly_talks_stay_names_when_they_are_due_soon_and_quarterly_ones_become_rows(as_):
    with on_day(dt.date(2026, 12, 20)):
        branch, general = page(as_("owner")), page(as_("general_secretary"))
    assert "ch-duties-head is-soon" in branch
    assert "今年要谈，还剩 4 人" in branch
    assert "还有 11 天" in branch
    assert "快到期 2 项" in general


def test_a_general_branch_secretary_owes_the_branch_secretaries_apart(as_):
    html = page(as_("general_secretary"))
    assert "本季度要谈，还剩 2 人" in html
    assert "林晓岚" in html
    assert "今年要谈" not in html


def test_a_leader_owes_those_under_his_oversight(as_):
    html = page(as_("leader"))
    assert "今年要谈，还剩 1 人" in html
    assert "程立新" in html


def test_the_duties_of_a_branch_without_secretary_stand_apart_above_it(as_, school):
    Post.objects.filter(organization=school.second, role=Post.Role.SECRETARY).update(ended_on=dt.date(2026, 11, 1))
    html = page(as_("general_secretary"))
    assert "书记空缺，责任上移" in html
    assert "外国语学院教工第二党支部" in html
    assert "何静怡" in html
    assert "今年要谈" not in html


def test_the_department_sees_vacancies_and_whose_they_are(as_, school):
    assert "每个党总支、党支部都有书记" in page(as_("clerk"))
    Post.objects.filter(organization=school.second, role=Post.Role.SECRETARY).delete()
    html = page(as_("head"))
    assert "书记空缺 1 个" in html
    assert "责任上移外国语学院党总支书记 程立新" in html


def test_the_department_sees_what_the_window_before_left_undone_by_organisation(as_, school):
    html = page(as_("clerk"))
    assert "2025年度谈话" in html
    assert "外国语学院党总支" in html


def test_what_the_approver_himself_is_still_owed_is_no_figure_of_the_school(as_, school):
    assert "上个时段没有办完的" in page(as_("clerk"))
    assert "上个时段没有办完的" not in page(as_("approver"))


def test_the_approver_sees_numbers_and_no_names(as_, school):
    html = page(as_("approver"))
    assert "年度谈话应谈" in html
    for name in ("黎小满", "林晓岚", "何静怡", "/overview/names/"):
        assert name not in html


@pytest.mark.parametrize("key", ["retirees", "students"])
def test_an_office_with_a_group_of_its_own_has_a_desk(as_, school, key):
    make_person("退休党员", school.first, occupation="retired")
    make_person("学生党员", school.first, occupation="student")
    html = page(as_(key))
    assert "年度谈话应谈 1" in html


@pytest.mark.parametrize("key", ["member", "group_leader", "personnel"])
def test_who_has_no_duties_goes_to_the_own_file(as_, key):
    answer = as_(key).get("/")
    assert answer.status_code == 302
    assert answer.url == "/mine/"


def test_an_officer_of_the_branch_sees_what_it_owes(as_):
    html = page(as_("officer"))
    assert "本组织今天欠谁" in html
    assert "黎小满" in html


def test_the_empty_desk_says_so_and_names_the_next_date(as_, school):
    talk_of(school.owner, school.member, school.officer, school.group_leader, school.general_secretary)
    talk_of(
        school.owner, school.member, school.officer, school.group_leader, school.general_secretary,
        held_on=dt.date(2025, 5, 1), on=dt.date(2025, 5, 1),
    )  # fmt: skip
    html = page(as_("owner"))
    assert "眼下谁也不欠" in html
    assert "下一个时段从2027年1月1日开始" in html


def test_the_coming_year_is_announced_thirty_days_ahead(as_):
    with on_day(dt.date(2026, 12, 3)):
        html = page(as_("owner"))
    assert "2027年度谈话开始，4 人" in html
    assert "以后 1 项" in html
    assert "以后" not in page(as_("owner"))


def test_the_pace_is_said_in_people_per_week():
    assert weekly(12, 38) == "每周谈 2–3 人"
    assert weekly(14, 49) == "每周谈 2 人"
    assert weekly(1, 38) == "每周谈 1 人"
    assert weekly(5, 10) == "还有 10 天"
    assert weekly(5, 0) == "今天到期"


@pytest.mark.parametrize(("hour", "word"), [(8, "上午"), (12, "中午"), (17, "下午"), (21, "晚上"), (3, "晚上")])
def test_the_greeting_knows_the_time_of_day(hour, word):
    assert time_of_day(hour) == word


@pytest.mark.parametrize("key", ["owner", "general_secretary", "leader", "head", "approver", "retirees"])
def test_the_desk_asks_the_same_number_of_queries_for_2_and_20(as_, school, key):
    client = as_(key)
    client.get("/")
    counts = []
    for n in (2, 20):
        crowd(school, n)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 40


def test_a_general_branch_is_told_of_its_own_vacancies_only(as_, school):
    Post.objects.filter(role=Post.Role.SECRETARY, organization__in=[school.maths_branch, school.second]).delete()
    html = page(as_("general_secretary"))
    assert "外国语学院教工第二党支部" in html
    assert "数学学院教工党支部" not in html


@pytest.mark.parametrize("key", ["general_secretary", "general_officer", "approver", "leader", "retirees"])
def test_only_the_department_is_shown_what_runs_the_school(as_, school, key):
    Post.objects.filter(role=Post.Role.SECRETARY, organization=school.maths_branch).delete()
    html = page(as_(key))
    assert "书记空缺 1 个" not in html
    assert "数学学院教工党支部" not in html
