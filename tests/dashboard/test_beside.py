"""Beside the overview: years and months ahead, one message for each secretary, questions about quality."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carehub.audit.models import AuditEvent
from carehub.calendar import DAY, year_window
from carehub.catalog import RULES
from carehub.dashboard.chase import letters_for
from carehub.dashboard.forecast import spread, working_days
from carehub.dashboard.history import cumulated, share_of
from carehub.dashboard.sight import sight_of
from carehub.duties.models import RuleSetting
from carehub.reminders.models import InboxItem
from members.models import Post
from talks.quality import Fact, alike, bursts, crowded_ends
from tests.dashboard.crowd import crowd
from tests.talks.writing import talk_of

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))
NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def page(client, name, **query):
    answer = client.get(f"/overview/{name}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, 5000), DAYS, st.integers(0, 400))
def test_shares_of_the_months_add_up_and_no_month_is_far_from_its_part(left, on, days):
    shares = spread(left, on, on + days * DAY)
    weights = working_days(on, on + days * DAY)
    assert sum(shares.values()) == left
    if whole := sum(weights.values()):
        assert all(abs(shares[month] - left * weight / whole) < 1 for month, weight in weights.items())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), max_size=40))
def test_months_pile_up_to_everything_that_was_done(days):
    piled = cumulated(days, 12)
    assert piled == sorted(piled)
    assert piled == [sum(day.month <= month for day in days) for month in range(1, 13)]


def test_a_share_is_full_only_when_everything_is_done():
    assert share_of(1999, 2000) == 99.9
    assert share_of(2000, 2000) == 100.0
    assert share_of(0, 0) == 0.0


def test_the_year_is_told_month_by_month_beside_the_whole_school(as_, school):
    talk_of(school.owner, school.member)
    html = page(as_("owner"), "years")
    assert "和往年比" in html
    assert "全校今天" in html
    assert "全校今天" not in page(as_("clerk"), "years")


def test_what_is_left_is_shared_out_over_the_months_ahead(as_, school):
    html = page(as_("clerk"), "years")
    ahead = html[html.index("今后几个月") :]
    assert "年度谈话" in ahead
    assert "12月" in ahead


def test_years_ask_the_same_for_two_people_and_for_twenty(as_, school):
    client = as_("clerk")
    page(client, "years")
    with CaptureQueriesContext(
        connection,
    ) as two:
        page(client, "years")
    crowd(school, 20)
    with CaptureQueriesContext(connection) as twenty:
        page(client, "years")
    assert len(twenty) == len(two) <= 40


@pytest.fixture
def in_december():
    import time_machine

    with time_machine.travel(dt.datetime(2026, 12, 20, 2, tzinfo=dt.UTC), tick=False):
        yield


@pytest.mark.usefixtures("in_december")
class TestChasing:
    def test_each_secretary_is_told_once_a_day_how_much_and_no_name(self, as_, school):
        client, owner = as_("clerk"), school.user("owner").pk
        html = page(client, "chase")
        assert "林晓岚" in html
        assert "黎小满" not in html
        for _twice in range(2):
            assert client.post("/overview/chase/", {"to": [owner]}).status_code == 302
        item = InboxItem.objects.get(recipient=owner, key__startswith="chase:")
        assert "年度谈话" in item.text
        assert AuditEvent.objects.filter(detail__what="chase").count() == 1
        assert "今天已提醒" in page(client, "chase")

    def test_nobody_out_of_reach_is_written_to(self, as_, school):
        outsider = school.user("outsider").pk
        as_("general_secretary").post("/overview/chase/", {"to": [outsider]})
        assert not InboxItem.objects.filter(recipient=outsider, key__startswith="chase:").exists()
        assert "赵启文" not in page(as_("general_secretary"), "chase")

    def test_who_owes_himself_is_not_offered_to_himself(self, school):
        mine = letters_for(sight_of(school.user("general_secretary")), RULES)
        assert school.user("general_secretary").pk not in {letter.account_id for letter in mine}

    def test_a_secretary_chases_nobody(self, as_):
        assert as_("owner").get("/overview/chase/").status_code == 404
        assert as_("member").get("/overview/chase/").status_code == 404

    def test_an_office_for_a_group_chases_nobody_whatever_else_it_is(self, as_, school):
        """LT and GH in one hand: the group of people is no organisation that answers."""
        post = Post(person=school.retirees, organization=school.committee, role=Post.Role.UNION)
        post.started_on = dt.date(2026, 1, 1)
        post.save()
        assert as_("retirees").get("/overview/chase/").status_code == 404

    def test_nobody_chosen_is_said(self, as_):
        answer = as_("clerk").post("/overview/chase/", follow=True)
        assert "还没有选人" in answer.content.decode()

    def test_the_page_asks_the_same_for_two_and_for_twenty(self, as_, school):
        client = as_("clerk")
        page(client, "chase")
        with CaptureQueriesContext(connection) as two:
            page(client, "chase")
        crowd(school, 20)
        with CaptureQueriesContext(connection) as twenty:
            page(client, "chase")
        assert len(twenty) == len(two) <= 40


def fact(n: int, *, minute: int = 0, on: dt.date = dt.date(2026, 11, 20), single: bool = True, line: str = "") -> Fact:
    return Fact(n, 1, 1, on, NOON + dt.timedelta(minutes=minute), single, line)


class TestSigns:
    def test_six_single_talks_within_minutes_are_a_question_and_five_are_none(self):
        assert [len(run) for run in bursts(fact(n, minute=n) for n in range(6))] == [6]
        assert not list(bursts(fact(n, minute=n) for n in range(5)))
        assert not list(bursts(fact(n, minute=20 * n) for n in range(9)))
        assert not list(bursts(fact(n, minute=n, single=False) for n in range(9)))

    def test_a_window_that_fills_in_its_last_week_is_a_question(self):
        year = year_window(2026)
        late = [fact(n, on=dt.date(2026, 12, 28)) for n in range(6)]
        early = [fact(n, on=dt.date(2026, 3, 1)) for n in range(10, 14)]
        assert [len(group) for group in crowded_ends([*late, *early], year)] == [6]
        assert not list(crowded_ends([*late, *early, *early], year))

    def test_the_same_sentence_over_and_over_is_a_question_whatever_its_stops_and_figures(self):
        lines = [
            "思想稳定，工作积极主动1",
            "思想稳定。工作积极主动 2",
            "思想稳定，工作积极主动！",
            "思想稳定 工作积极主动",
        ]
        assert [len(group) for group in alike(fact(n, line=line) for n, line in enumerate(lines))] == [4]
        others = [*lines[:3], "孩子升学，晚上要接送"]
        assert not list(alike(fact(n, line=line) for n, line in enumerate(others)))

    def test_short_words_and_no_words_say_nothing(self):
        assert not list(alike(fact(n, line="一切都好") for n in range(9)))
        assert not list(alike(fact(n) for n in range(9)))

    def test_the_page_names_the_records_and_never_the_words(self, as_, school):
        RuleSetting.objects.create(name="talk-text", value="line", from_on=dt.date(2026, 1, 1))
        for _n in range(6):
            talk_of(school.owner, school.member, line="思想稳定，工作积极主动")
        html = page(as_("clerk"), "quality")
        assert "6 次个别谈话" in html
        assert "几乎相同" in html
        assert "思想稳定" not in html

    def test_only_the_department_has_the_page(self, as_):
        assert as_("owner").get("/overview/quality/").status_code == 404
        assert as_("general_secretary").get("/overview/quality/").status_code == 404
        assert as_("auditor").get("/overview/quality/").status_code == 404
