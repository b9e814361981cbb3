"""准备谈话: one sheet, for whoever may record a talk with that person, with facts and no words."""

import datetime as dt
from collections.abc import Callable
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carehub.audit.models import Action, AuditEvent
from carehub.calendar import DAY
from carehub.duties.models import RuleSetting
from carehub.duties.settings import TALK_TEXT
from members.actions import affiliate
from members.models import Person
from talks.preparing import birthday_words, preparable
from tests.cast import School
from tests.talks.helping import CANARY, matter_of
from tests.talks.writing import ON, talk_of

As = Callable[[str], Client]
WORDS = "金丝雀九九零一"


def address(person: Person) -> str:
    return f"/talks/prepare/{person.pk}/"


def sheet(browser: Client, person: Person) -> str:
    answer = browser.get(address(person))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def keeps_text() -> None:
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2026, 1, 1))


@pytest.mark.parametrize("key", ["owner", "officer", "general_secretary", "general_officer"])
def test_whoever_may_record_the_talk_opens_the_sheet(school: School, as_: As, key: str) -> None:
    assert "谈话准备单" in sheet(as_(key), school.member)


@pytest.mark.parametrize("key", ["outsider", "colleague", "maths_secretary", "librarian", "leader"])
def test_for_everybody_else_it_looks_like_nobody(school: School, as_: As, key: str) -> None:
    answer, nobody = as_(key).get(address(school.member)), as_(key).get("/talks/prepare/999999/")
    assert answer.status_code == nobody.status_code == 404
    assert "黎小满" not in answer.content.decode()


@pytest.mark.parametrize("key", ["member", "clerk", "retirees", "auditor"])
def test_who_records_no_talks_prepares_none(school: School, as_: As, key: str) -> None:
    assert as_(key).get(address(school.member)).status_code in (403, 404)


def test_nobody_prepares_a_talk_with_himself(school: School, as_: As) -> None:
    assert as_("owner").get(address(school.owner)).status_code == 404
    assert as_("officer").get(address(school.officer)).status_code == 404  # whom his secretary talks with


def test_a_leader_prepares_for_those_under_his_oversight(school: School, as_: As) -> None:
    text = sheet(as_("leader"), school.general_secretary)
    assert "总支书记" in text
    assert as_("leader").get(address(school.owner)).status_code == 404


def test_the_sheet_says_what_is_known(school: School, as_: As) -> None:
    talk_of(school.owner, school.member, held_on=dt.date(2025, 3, 12))
    text = sheet(as_("owner"), school.member)
    for words in ("2025年3月12日", "林晓岚谈", "2010年7月1日入党", "2011年7月1日转正", "2026年度谈话"):
        assert words in text
    assert "政治生日" not in text


def test_a_talk_of_the_year_leaves_nothing_to_settle(school: School, as_: As) -> None:
    talk_of(school.owner, school.member)
    assert "不完成任务" in sheet(as_("owner"), school.member)


def test_no_words_of_any_talk_stand_on_it(school: School, as_: As, keeps_text: None) -> None:
    talk_of(school.owner, school.member, by=school.user("owner"), line=WORDS, reasons=["sanction"])
    for key in ("owner", "officer", "general_secretary"):
        text = sheet(as_(key), school.member)
        assert WORDS not in text
        assert "五必谈" in text
        assert "处分" not in text


def test_open_promises_stand_for_who_may_see_them(school: School, as_: As) -> None:
    matter_of(school)
    assert CANARY in sheet(as_("owner"), school.member)
    assert CANARY in sheet(as_("officer"), school.member)  # it was given to him
    assert CANARY not in sheet(as_("general_secretary"), school.member)


def test_what_is_done_is_no_open_promise(school: School, as_: As) -> None:
    item = matter_of(school)
    item.state, item.closed_at, item.result = "done", timezone.now(), "办了"
    item.save()
    assert CANARY not in sheet(as_("owner"), school.member)


def test_who_cannot_open_the_file_reads_no_party_dates(school: School, as_: As) -> None:
    """A branch secretary whose own branch lies elsewhere: the general branch talks with him and keeps no file."""
    affiliate(person=school.colleague, organization=school.direct, on=ON - DAY)
    text = sheet(as_("general_secretary"), Person.objects.get(pk=school.colleague.pk))
    assert "支部书记" in text
    assert "入党" not in text


def test_the_trail_knows_before_the_sheet_leaves(school: School, as_: As) -> None:
    browser = as_("owner")
    with mock.patch("talks.paper_views.record_first", side_effect=OSError("disk full")):
        browser.raise_request_exception = False
        answer = browser.get(address(school.member))
    assert answer.status_code == 500
    assert "黎小满" not in answer.content.decode()
    browser.get(address(school.member))
    row = AuditEvent.objects.filter(action=Action.READ, detail__what="prepare").get()
    assert (row.target, row.actor) == (f"members.Person:{school.member.pk}", school.user("owner"))


def test_a_refused_sheet_is_no_reading(school: School, as_: As) -> None:
    as_("outsider").get(address(school.member))
    assert not AuditEvent.objects.filter(detail__what="prepare").exists()


@pytest.mark.parametrize(
    ("joined", "precision", "on", "words"),
    [
        (dt.date(2010, 12, 1), "day", ON, "12月1日，入党 16 周年"),
        (dt.date(2010, 11, 23), "day", ON, "今天，入党 16 周年"),
        (dt.date(2010, 12, 24), "day", ON, ""),
        (dt.date(2010, 11, 22), "day", ON, ""),
        (dt.date(2010, 1, 5), "day", dt.date(2026, 12, 20), "2027年1月5日，入党 17 周年"),
        (dt.date(2012, 2, 29), "day", dt.date(2027, 2, 20), "2月28日，入党 15 周年"),
        (dt.date(2010, 12, 1), "month", ON, ""),
        (dt.date(2026, 11, 23), "day", ON, ""),
        (None, "day", ON, ""),
    ],
)
def test_the_political_birthday_of_the_next_thirty_days(
    school: School, joined: dt.date | None, precision: str, on: dt.date, words: str
) -> None:
    school.member.joined_on, school.member.joined_precision = joined, precision
    assert birthday_words(school.member, on) == words


def queries_of(browser: Client, person: Person) -> int:
    with CaptureQueriesContext(connection) as captured:
        sheet(browser, person)
    return len(captured)


def test_the_number_of_queries_does_not_follow_the_number_of_rows(school: School, as_: As) -> None:
    browser = as_("general_officer")
    for back in range(2):
        matter_of(school, talk=talk_of(school.owner, school.member, held_on=ON - back * DAY, by=school.user("owner")))
    sheet(browser, school.member)
    few = queries_of(browser, school.member)
    for back in range(2, 20):
        matter_of(school, talk=talk_of(school.owner, school.member, held_on=ON - back * DAY, by=school.user("owner")))
    assert queries_of(browser, school.member) == few < 45


def test_who_may_be_prepared_for_is_found_in_a_fixed_number_of_queries(school: School) -> None:
    user = school.user("general_officer")
    preparable(user, [school.member.pk], ON)
    with CaptureQueriesContext(connection) as few:
        assert set(preparable(user, [school.member.pk], ON)) == {school.member.pk}
    with CaptureQueriesContext(connection) as many:
        found = preparable(user, [person.pk for person in school.people.values()], ON)
    assert len(few) <= len(many) < 8  # a question is asked when it is needed, once for everybody
    languages = ("owner", "officer", "member", "group_leader", "colleague", "colleague_member", "general_secretary")
    assert set(found) == {school.people[key].pk for key in languages}
    assert found[school.owner.pk] != school.owner


def test_the_pages_lead_to_the_sheet_only_where_it_opens(school: School, as_: As) -> None:
    browser, wanted = as_("owner"), address(school.member)
    assert wanted in browser.get(f"/people/{school.member.pk}/").content.decode()
    assert wanted in browser.get(f"/talks/new/?person={school.member.pk}").content.decode()
    assert wanted in browser.get(f"/duties/C-2.3:2026:{school.first.pk}:{school.member.pk}/").content.decode()
    assert wanted not in as_("clerk").get(f"/people/{school.member.pk}/").content.decode()
    quarterly = as_("general_secretary").get("/").content.decode()
    assert address(school.colleague) in quarterly
    assert "/talks/prepare/" not in as_("head").get("/").content.decode()
