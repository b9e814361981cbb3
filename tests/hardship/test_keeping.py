"""Keeping the ledger: reviews, needs, the end, registering again, and what is left to be seen of it."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from carehub.audit.models import AuditEvent
from carehub.duties.actions import set_rule
from carehub.policy import CLAUSES
from carehub.reminders.models import InboxItem
from carehub.survival.erasure import erase_departed
from hardship.cases.panels import reviews_due
from hardship.models import Case, Need, Review
from members.actions import leave
from members.models import Person, Post
from tests.cast import School
from tests.hardship.making import ON, closed, need_of, opened, recognised, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]
WORDS = ("透析", "肾病", "退休金", "1200", "配偶", "比较困难", "独居", "因病", "已找到工作")

GONE = ["", "", [], None, None]


def key() -> str:
    return str(uuid.uuid4())


def look(client: Client, case: Case, **more: str):
    data = {
        "once_key": key(),
        "seen": "1",
        "on_day": "2026-11-20",
        "result": "still",
        "degree": "common",
        "note": "好些",
    }
    return client.post(f"/hardship/{case.pk}/review/", data | more)


def end(client: Client, case: Case, **more: str):
    data = {"once_key": key(), "seen": "1", "outcome": "overcome", "why": "家庭收入恢复"}
    return client.post(f"/hardship/{case.pk}/close/", data | more)


def page(client: Client, case: Case) -> str:
    return client.get(case.get_absolute_url()).content.decode()


def test_a_review_moves_the_next_one_and_keeps_the_figures_dated(school: School, as_: As):
    case = recognised(school, "member", by="officer", on=dt.date(2026, 3, 1))
    assert "该复核了，已过 83 天" in page(as_("owner"), case)
    assert look(as_("owner"), case, income="1,500").status_code == 302
    case.refresh_from_db()
    assert (case.degree, case.income, case.income_on) == ("common", "1500.00", dt.date(2026, 11, 20))
    assert "2027年5月20日前再复核" in page(as_("owner"), case)
    assert Review.objects.get().by_name == "外国语学院教工第一党支部，支部书记 林晓岚"
    assert AuditEvent.objects.filter(detail__what="review-case").count() == 1


def test_the_same_review_twice_is_one_and_an_old_page_is_told(school: School, as_: As):
    case, once = recognised(school, "member", by="officer"), key()
    day = {"on_day": "2026-11-23"}
    for _n in range(2):
        assert look(as_("owner"), case, once_key=once, **day).status_code == 302
    assert look(as_("officer"), case, **day).status_code == 409
    assert look(as_("officer"), case, seen="2", **day).status_code == 422
    assert Review.objects.count() == 1


def test_an_agreed_day_comes_before_the_months(school: School, as_: As):
    case = recognised(school, "member", by="officer", on=dt.date(2026, 9, 1))
    look(as_("owner"), case, next_review_on="2026-12-10")
    assert "还有 17 天" in page(as_("owner"), case)
    assert [row.case for row in reviews_due(school.user("owner"), ON)] == [case]
    assert reviews_due(school.user("outsider"), ON) == []


def test_who_got_over_it_is_led_to_the_end(school: School, as_: As):
    case = recognised(school, "member", by="officer", on=dt.date(2026, 9, 1))
    answer = look(as_("owner"), case, result="overcome")
    assert answer["Location"] == f"/hardship/{case.pk}/close/"
    assert end(as_("owner"), case, seen="2").status_code == 302
    case.refresh_from_db()
    assert (case.is_open, case.outcome, case.closed_on) == (False, "overcome", ON)
    assert InboxItem.objects.filter(recipient=school.user("member"), title="您的登记已结束，请看说明").exists()


def test_two_who_end_it_end_it_once(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    assert end(as_("owner"), case).status_code == 302
    assert end(as_("officer"), case, outcome="other").status_code in (403, 409)
    assert Case.objects.get().outcome == "overcome"
    assert AuditEvent.objects.filter(detail__what="close-case").count() == 1


def test_a_page_from_before_a_review_ends_nothing(school: School, as_: As):
    case = recognised(school, "member", by="officer", on=dt.date(2026, 9, 1))
    look(as_("officer"), case)
    assert end(as_("owner"), case).status_code == 409
    assert Case.objects.get().is_open


def test_of_a_closed_case_the_branch_sees_the_fact_alone(school: School, as_: As):
    case = closed(school, "member", by="officer")
    Review.objects.create(
        case=case, on=ON, by=school.user("owner"), by_name="x", result="still", note="透析", once_key=key()
    )
    need_of(case, school, owner="owner", by="officer", what="联系透析中心")
    for who in ("owner", "officer", "general_secretary", "general_officer"):
        seen = page(as_(who), case)
        assert "2026年11月23日至2026年11月23日" in seen
        assert "已脱困" in seen
        assert [word for word in WORDS if word in seen] == [], who
        assert [heading for heading in ("/paper/", "要办的事", "还没有复核过") if heading in seen] == []
        assert as_(who).get(f"/hardship/{case.pk}/paper/").status_code == 404
    assert "/paper/" in page(as_("clerk"), case)
    for who in ("member", "clerk", "head"):
        assert [word for word in WORDS if word not in page(as_(who), case)] == [], who


def test_a_filter_does_not_tell_what_a_closed_case_was(school: School, as_: As):
    closed(school, "member", by="officer")
    for query in ("degree=severe", "degree=hard", "category=living", "category=bereft"):
        assert "黎小满" in as_("owner").get(f"/hardship/?show=closed&{query}").content.decode()
    assert "黎小满" not in as_("clerk").get("/hardship/?show=closed&degree=severe").content.decode()


def test_registering_again_is_a_new_case_and_tells_nothing_of_the_old_one(school: School, as_: As):
    case = closed(school, "member", by="officer")
    address = f"/hardship/{case.pk}/reopen/"
    form = as_("officer").get(address).content.decode()
    assert "透析" not in form
    assert "透析" in as_("clerk").get(address).content.decode()
    assert as_("officer").post(address, typed()).status_code == 302
    again = Case.objects.latest("pk")
    assert (again.reopens, again.is_open, again.recognised_on) == (case, True, None)
    assert as_("officer").get(address).status_code == 403


def test_the_own_application_brings_back_the_own_words(school: School, as_: As):
    closed(school, "member", by="officer")
    assert "透析" in as_("member").get("/hardship/apply/").content.decode()


def test_nobody_keeps_the_own_case(school: School, as_: As):
    case = recognised(school, "owner", by="officer")
    for what in ("review", "close", "needs/new"):
        assert as_("owner").get(f"/hardship/{case.pk}/{what}/").status_code == 404
    assert "记一次复核" not in page(as_("owner"), case)
    assert reviews_due(school.user("owner"), dt.date(2027, 12, 1)) == []


def test_a_need_is_given_done_and_told_without_a_word_of_it(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    post = Post.objects.get(person=school.owner)
    data = {"once_key": key(), "what": "联系轮椅", "owner": post.pk, "due_on": "2026-12-10"}
    assert as_("officer").post(f"/hardship/{case.pk}/needs/new/", data).status_code == 302
    need = Need.objects.get()
    assert "林晓岚（支部书记）" in page(as_("officer"), case)
    other = {"once_key": key(), "seen": "1", "owner": Post.objects.get(person=school.clerk).pk, "due_on": "2026-12-20"}
    assert as_("owner").post(f"/hardship/needs/{need.pk}/give/", other).status_code == 302
    result = {"once_key": key(), "seen": "1", "state": "done", "result": "已送到家"}
    assert as_("clerk").post(f"/hardship/needs/{need.pk}/", result).status_code == 409
    assert as_("clerk").post(f"/hardship/needs/{need.pk}/", result | {"seen": "2"}).status_code == 302
    told = {(one.recipient.number, one.title) for one in InboxItem.objects.all()}
    assert ("clerk", "台账里有一件事请您办") in told
    assert ("officer", "您请办的一件事有了结果") in told
    assert not InboxItem.objects.filter(title__contains="轮椅").exists()
    assert "已送到家" in page(as_("member"), case)


def test_a_need_is_given_to_nobody_who_does_not_read_the_case(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    for stranger in ("outsider", "leader", "union", "colleague"):
        post = Post.objects.get(person=school.people[stranger])
        data = {"once_key": key(), "what": "联系轮椅", "owner": post.pk, "due_on": "2026-12-10"}
        assert as_("officer").post(f"/hardship/{case.pk}/needs/new/", data).status_code == 422
    assert not Need.objects.exists()


def test_who_left_the_post_has_nothing_more_to_do(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    need_of(case, school, owner="owner", by="officer")
    Post.objects.filter(person=school.owner).update(ended_on=ON - dt.timedelta(1))
    assert "林晓岚已不在任，请转请别人" in page(as_("officer"), case)


def test_the_file_shows_the_case_and_the_list_of_the_dead_asks_for_an_end(school: School, as_: As):
    case = recognised(school, "member", by="officer", on=dt.date(2026, 1, 1))
    assert "困难帮扶" in as_("owner").get(f"/people/{school.member.pk}/").content.decode()
    assert "申请帮扶" in as_("member").get("/mine/").content.decode()
    shown = as_("member").get("/mine/").content.decode()
    assert "比较困难" in shown
    assert "2026年1月1日起" in shown
    Person.objects.filter(pk=school.member.pk).update(died_on=ON, organization=None, path="")
    assert "去世，请结束登记" in page(as_("clerk"), case)
    assert as_("owner").get(case.get_absolute_url()).status_code == 404
    assert reviews_due(school.user("clerk"), ON) == []


def test_the_file_of_whose_case_is_over_says_that_alone(school: School, as_: As):
    case = closed(school, "member", by="officer")
    for who, there in (("owner", False), ("clerk", True), ("general_officer", False)):
        text = as_(who).get(f"/people/{school.member.pk}/").content.decode()
        assert "登记过困难" in text
        assert case.get_absolute_url() in text
        assert ("比较困难" in text) is there, who
    recognised(school, "general_secretary", by="officer")
    assert "困难帮扶" not in as_("leader").get(f"/people/{school.general_secretary.pk}/").content.decode()
    opened(school, "colleague_member", by="colleague")
    assert "办理中" in as_("colleague").get(f"/people/{school.colleague_member.pk}/").content.decode()


def test_the_database_holds_what_the_pages_promise(school: School):
    case = recognised(school, "member", by="officer")
    wrong = (
        {"is_open": False}, {"closed_on": ON}, {"outcome": "overcome"}, {"recognised_by": None}, {"household": 0},
        {"help_from_on": ON, "help_to_on": ON - dt.timedelta(1)},
    )  # fmt: skip
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**values)
    closed(school, "colleague_member", by="colleague")
    recognised(school, "colleague_member", by="colleague")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(person=school.colleague_member).update(is_open=True, closed_on=None, outcome="")


def test_reading_a_case_is_written_down_first(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    for client in (as_("owner"), as_("member")):
        page(client, case)
    rows = AuditEvent.objects.filter(action="read", detail__what="case")
    assert [(row.actor, row.target) for row in rows] == [(school.user("owner"), f"members.Person:{school.member.pk}")]


def test_what_is_erased_leaves_the_fact(school: School, as_: As):
    """Who left long ago: every word and figure goes, that there was a case, from when to when, stays."""
    set_rule("erase-after-months", "12", by=None, on=dt.date(2020, 1, 1))
    case = closed(school, "member", by="officer", on=dt.date(2024, 5, 6))
    need_of(case, school, owner="owner", by="officer")
    Review.objects.create(
        case=case, on=ON, by=school.user("owner"), by_name="x", result="still", note="透析", once_key=key()
    )
    leave(person=school.member, on=dt.date(2024, 6, 30), ending="left")
    counts = erase_departed(on=ON)
    assert [counts[f"hardship{what}"] for what in ("", " reviews", " needs")] == [1, 1, 1]
    case.refresh_from_db()
    assert [case.cause_words, case.family, case.categories, case.household, case.has_allowance] == GONE
    assert (case.outcome, case.recognised_on, case.erased_on) == ("overcome", dt.date(2024, 5, 6), ON)
    assert Review.objects.get().note == Need.objects.get().what == ""
    shown = page(as_("clerk"), case)
    assert [word for word in WORDS if word in shown and word not in CLAUSES["C-3.1"].text] == []
    assert "hardship" not in erase_departed(on=ON)
