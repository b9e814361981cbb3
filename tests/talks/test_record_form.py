"""谈心谈话记录表: for whoever may open the talk; the words for their readers only; the trail before the bytes."""

import datetime as dt
from collections.abc import Callable
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carehub.audit.models import Action, AuditEvent
from carehub.auditlog.readings import readings_of
from carehub.calendar import DAY
from carehub.duties.models import RuleSetting
from carehub.duties.settings import TALK_TEXT
from talks.actions import share_text, withdraw_talk
from talks.models import Talk
from tests.cast import School, make_person
from tests.talks.helping import CANARY, matter_of
from tests.talks.writing import ON, talk_of

As = Callable[[str], Client]
WORDS = "金丝雀九九零二"


@pytest.fixture(autouse=True)
def keeps_text(school: School) -> None:
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2026, 1, 1))


@pytest.fixture
def talk(school: School) -> Talk:
    fields = {"place": "行政楼302", "reasons": ["annual"], "line": WORDS}
    return talk_of(school.owner, school.member, by=school.user("owner"), **fields)


def printed(browser: Client, talk: Talk) -> str:
    answer = browser.get(f"/talks/{talk.pk}/print/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_form_is_filled_in_from_the_record(school: School, as_: As, talk: Talk) -> None:
    text = printed(as_("owner"), talk)
    for words in (
        "外国语学院教工第一党支部", f"2026-{talk.pk}", "2026年11月23日", "行政楼302", "当面", "林晓岚", "支部书记",
        "黎小满", "正式党员", "个别", "年度谈话", "林晓岚：", "谈话人签字", "记录人签字", "（确认）", WORDS,
    ):  # fmt: skip
        assert words in text, words


def test_the_fields_stand_in_the_forms_own_order(school: School, as_: As, talk: Talk) -> None:
    text = printed(as_("owner"), talk).partition("<table")[2]
    order = (
        "谈话时间", "地点", "时长", "谈话人", "谈话人职务", "谈话对象", "职务/身份", "所在支部", "谈话形式", "谈话类型",
        "谈话内容", "意见建议", "后续行动", "办结时间", "谈话人签字", "记录人签字", "（确认）",
    )  # fmt: skip
    places = [text.index(f"{words}<") for words in order if f"{words}<" in text]
    assert len(places) > 12
    assert places == sorted(places)


@pytest.mark.parametrize("key", ["outsider", "outsider_member", "colleague", "maths_secretary", "group_leader"])
def test_a_stranger_gets_no_form(school: School, as_: As, talk: Talk, key: str) -> None:
    browser = as_(key)
    answer, nothing = browser.get(f"/talks/{talk.pk}/print/"), browser.get("/talks/999999/print/")
    assert answer.status_code == nothing.status_code == 404
    assert not AuditEvent.objects.filter(detail__what="talk-form").exists()


@pytest.mark.parametrize("key", ["officer", "general_secretary", "general_officer", "clerk", "head", "member"])
def test_who_sees_the_fact_prints_it_without_the_words(school: School, as_: As, talk: Talk, key: str) -> None:
    text = printed(as_(key), talk)
    assert "黎小满" in text
    assert WORDS not in text
    assert not AuditEvent.objects.filter(detail__what="talk-text").exists()


@pytest.mark.parametrize("key", ["auditor", "approver"])
def test_an_office_that_sees_numbers_only_prints_nothing(school: School, as_: As, talk: Talk, key: str) -> None:
    assert as_(key).get(f"/talks/{talk.pk}/print/").status_code in (403, 404)


def test_whom_the_words_were_shared_with_prints_them_until_they_are_taken_back(
    school: School, as_: As, talk: Talk
) -> None:
    share = {"talk": talk, "person": school.member, "by": school.user("owner"), "on": ON}
    share_text(shared=True, **share)
    assert WORDS in printed(as_("member"), talk)
    share_text(shared=False, **share)
    assert WORDS not in printed(as_("member"), talk)


def test_the_reason_of_a_must_talk_stays_with_its_own_office(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, reasons=["sanction"])
    assert "五必谈" in printed(as_("clerk"), talk)
    assert "五必谈" not in printed(as_("owner"), talk)


def test_the_trail_knows_before_the_form_leaves(school: School, as_: As, talk: Talk) -> None:
    browser = as_("owner")
    browser.raise_request_exception = False
    with mock.patch("talks.paper_views.record_first", side_effect=OSError("disk full")):
        answer = browser.get(f"/talks/{talk.pk}/print/")
    assert answer.status_code == 500
    assert WORDS not in answer.content.decode()
    printed(browser, talk)
    rows = AuditEvent.objects.filter(target=f"talks.Talk:{talk.pk}", detail__what__in=["talk-text", "talk-form"])
    assert list(rows.order_by("pk").values_list("action", flat=True)) == [Action.READ, Action.EXPORT]


def test_the_form_of_one_talk_is_no_reading_of_everybody_in_the_branch(school: School, as_: As, talk: Talk) -> None:
    printed(as_("clerk"), talk)
    assert not readings_of(school.group_leader).exists()


def test_only_what_the_person_was_told_of_stands_on_the_form(school: School, as_: As, talk: Talk) -> None:
    item = matter_of(school, talk=talk)
    assert CANARY not in printed(as_("owner"), talk)
    item.shared_at = timezone.now()
    item.save()
    assert CANARY in printed(as_("owner"), talk)
    assert CANARY not in printed(as_("clerk"), talk)


def test_a_matter_of_one_does_not_stand_on_a_form_that_others_sign(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, school.officer, form="collective", by=school.user("owner"))
    item = matter_of(school, talk=talk)
    item.shared_at = timezone.now()
    item.save()
    text = printed(as_("owner"), talk)
    assert CANARY not in text
    assert "共 2 人" in text
    assert "王志远：" in text


def test_a_withdrawn_talk_says_so_on_the_paper(school: School, as_: As, talk: Talk) -> None:
    withdraw_talk(talk=talk, by=school.user("owner"), version=talk.version, because="记错了")
    assert "这张表不作凭据" in printed(as_("owner"), talk)


def test_the_talk_leads_to_its_form(school: School, as_: As, talk: Talk) -> None:
    for key in ("owner", "clerk", "member"):
        assert f"/talks/{talk.pk}/print/" in as_(key).get(f"/talks/{talk.pk}/").content.decode()


def test_the_number_of_queries_does_not_follow_the_number_of_people(school: School, as_: As) -> None:
    browser, counted = as_("owner"), []
    people = [make_person(f"某{n}", school.first, pinyin=f"mou {n:02d}") for n in range(20)]
    for present in (people[:2], people):
        talk = talk_of(school.owner, *present, held_on=ON - len(present) * DAY, form="collective", line=WORDS)
        printed(browser, talk)
        with CaptureQueriesContext(connection) as captured:
            printed(browser, talk)
        counted.append(len(captured))
    assert counted[0] == counted[1] < 35
