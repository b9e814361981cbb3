"""The pages of closed periods: then and now, own part only, opened again by the department alone."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carehub.catalog import RULES
from carehub.duties.actions import set_rule
from carehub.duties.closing import close_ended
from carehub.duties.models import ClosedPeriod
from tests.dashboard.crowd import crowd
from tests.talks.writing import talk_of

CLOSED, LATER = dt.date(2027, 1, 8), dt.datetime(2027, 2, 1, 2, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel(LATER, tick=True):
        yield


@pytest.fixture
def closed(school):
    """Return the closed year of C-2.3, in which nothing was done."""
    set_rule("in-use-since", "2026-01-01", by=None, on=dt.date(2026, 1, 1))
    close_ended(on=CLOSED, rules=RULES)
    return ClosedPeriod.objects.get(rule="C-2.3", window="2026")


def page(client, period, part=""):
    return client.get(f"/overview/closed/{period.pk}/{part}")


def typed(**fields):
    return {"once_key": str(uuid.uuid4()), "reason": "审计要求补正", "until_on": "2027-02-20", **fields}


def test_the_overview_of_last_year_stays_as_it_was_closed(as_, school, closed):
    talk_of(school.owner, school.member, held_on=dt.date(2026, 12, 1), on=dt.date(2027, 1, 20))
    html = as_("clerk").get("/overview/", {"period": "2026"}).content.decode()
    assert "按定格时的数字" in html
    assert "0/6 <small>逾期 6</small>" in html


def test_a_late_entry_stands_apart(as_, school, closed):
    talk_of(school.owner, school.member, held_on=dt.date(2026, 12, 1), on=dt.date(2027, 1, 20))
    html = page(as_("owner"), closed).content.decode()
    assert "黎小满" in html[html.index("定格后补录") :]


def test_late_entries_of_others_are_not_named(as_, school, closed):
    talk_of(school.owner, school.member, held_on=dt.date(2026, 12, 1), on=dt.date(2027, 1, 20))
    html = page(as_("maths_secretary"), closed).content.decode()
    assert "黎小满" not in html
    assert "定格以后没有补录" in html


def test_each_sees_the_figures_of_the_own_part(as_, closed):
    html = as_("colleague").get("/overview/closed/").content.decode()
    assert 'data-label="应办">2<' in html


def test_a_member_has_no_such_page(as_, closed):
    assert as_("member").get("/overview/closed/").status_code == 404
    assert page(as_("member"), closed).status_code == 404


def test_the_department_opens_a_period_with_a_reason_that_all_concerned_read(as_, closed):
    answer = as_("clerk").post(f"/overview/closed/{closed.pk}/reopen/", typed())
    assert answer.status_code == 302
    html = page(as_("owner"), closed).content.decode()
    assert "审计要求补正" in html
    assert "已重新开放到2027年2月20日" in html


WRONG = [({"reason": ""}, "请写明为什么"), ({"until_on": "2027-12-01"}, "60 天以内")]


@pytest.mark.parametrize(("typed_in", "said"), WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_stays(as_, closed, typed_in, said):
    answer = as_("clerk").post(f"/overview/closed/{closed.pk}/reopen/", typed(**typed_in))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_nobody_else_opens_a_period(as_, closed):
    assert as_("general_secretary").post(f"/overview/closed/{closed.pk}/reopen/", typed()).status_code == 404
    assert ClosedPeriod.objects.standing().filter(pk=closed.pk).exists()


def test_only_the_department_is_offered_to_open_a_period(as_, closed):
    offered = {key: "重新开放" in page(as_(key), closed).content.decode() for key in ("clerk", "owner")}
    assert offered == {"clerk": True, "owner": False}


def test_the_pages_ask_as_much_for_two_as_for_twenty(as_, school, closed):
    client = as_("clerk")

    def asked(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = ["/overview/closed/", f"/overview/closed/{closed.pk}/", "/overview/?period=2026"]
    talk_of(school.owner, school.officer, held_on=dt.date(2026, 12, 1), on=dt.date(2027, 1, 20))
    asked(addresses[0])  # the session is new
    few = [asked(address) for address in addresses]
    crowd(school, 10)
    talk_of(school.owner, school.member, held_on=dt.date(2026, 12, 1), on=dt.date(2027, 1, 20))
    assert [asked(address) for address in addresses] == few


def test_a_period_of_a_rule_that_is_no_more_is_not_found(as_, school, closed):
    ClosedPeriod.objects.filter(pk=closed.pk).update(rule="C-9.9")
    assert page(as_("clerk"), closed).status_code == 404
    assert page(as_("clerk"), closed, "reopen/").status_code == 404
