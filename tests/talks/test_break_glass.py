"""应急查阅: one asks, another approves, one reader, one talk, 24 hours; the talker is told; each read is audited."""

import datetime as dt
import uuid
from collections.abc import Callable
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from carehub.audit.models import AuditEvent
from carehub.calendar import DAY
from carehub.reminders.models import InboxItem
from members.models import Post
from talks.break_glass import actions
from talks.break_glass.actions import Decided, ask_for_text, decide, deciders_of, read_text, withdraw_request
from talks.models import Talk, TextRequest
from tests.cast import PEOPLE, School
from tests.talks.writing import ON, talk_of

As = Callable[[str], Client]
CANARY, REASON = "金丝雀九三零三", "有人反映处境危险，须尽快判断"


@pytest.fixture
def talk(school: School) -> Talk:
    """A talk of which words were kept, recorded by the branch's officer."""
    talk = talk_of(school.owner, school.member, by=school.user("officer"))
    Talk.objects.filter(pk=talk.pk).update(line=CANARY)
    return Talk.objects.get(pk=talk.pk)


@pytest.fixture
def asked(school: School, talk: Talk) -> TextRequest:
    return ask_for_text(talk=talk, reason=REASON, once_key=uuid.uuid4(), by=school.user("head"))


@pytest.fixture
def approved(school: School, asked: TextRequest) -> TextRequest:
    return decide(asked=asked, approve=True, answer="", by=school.user("approver"))


def told(school: School, key: str) -> list[str]:
    return list(InboxItem.objects.filter(recipient=school.user(key)).order_by("pk").values_list("title", flat=True))


def opened() -> list[str]:
    """Return what the trail says about break-glass."""
    return list(AuditEvent.objects.filter(action="break-glass").order_by("pk").values_list("detail__what", flat=True))


def test_nobody_but_the_head_asks_whatever_the_page_lets_through(school: School, talk: Talk) -> None:
    for key in ("clerk", "approver", "owner", "auditor"):
        with pytest.raises(PermissionDenied):
            ask_for_text(talk=talk, reason=REASON, once_key=uuid.uuid4(), by=school.user(key))
    assert not TextRequest.objects.exists()


def test_the_whole_way(school: School, as_: As, talk: Talk) -> None:
    head, approver = as_("head"), as_("approver")
    assert "申请应急查阅" in head.get(talk.get_absolute_url()).content.decode()
    form = f"/text-requests/new/{talk.pk}/"
    assert "林晓岚会被告知" in head.get(form).content.decode()
    head.post(form, {"reason": REASON, "once_key": str(uuid.uuid4())})
    one = TextRequest.objects.get()
    page = approver.get(one.get_absolute_url()).content.decode()
    assert REASON in page
    assert "林晓岚与黎小满" in page
    assert CANARY not in page
    approver.post(f"/text-requests/{one.pk}/decide/", {"decision": "approve", "answer": ""})
    assert told(school, "owner") == ["您的一次谈话要点被批准应急查阅"]
    read = head.post(f"/text-requests/{one.pk}/read/")
    assert CANARY in read.content.decode()
    assert "no-store" in read["Cache-Control"]
    assert told(school, "owner") == ["您的一次谈话要点被批准应急查阅", "您的一次谈话要点已被查阅"]
    page = as_("owner").get(one.get_absolute_url()).content.decode()
    assert REASON in page
    assert "唐婉清" in page
    assert opened() == ["text-asked", "text-approved", "text-read"]


def test_who_may_decide_sees_no_request_that_another_decided(school: School, as_: As, approved: TextRequest) -> None:
    Post.objects.create(person=school.librarian, organization=school.committee, role="PC", started_on=ON)
    assert approved.get_absolute_url() in as_("approver").get("/text-requests/").content.decode()
    assert approved.get_absolute_url() not in as_("librarian").get("/text-requests/").content.decode()


def test_what_one_asked_for_does_not_wait_for_oneself(school: School, as_: As, asked: TextRequest) -> None:
    assert list(as_("head").get("/text-requests/").context["waiting"]) == []
    assert list(as_("approver").get("/text-requests/").context["waiting"]) == [asked]


def test_each_read_is_counted_and_audited_and_the_talker_told_once(school: School, approved: TextRequest) -> None:
    for _time in range(3):
        assert read_text(asked=approved, by=school.user("head")) == CANARY
    approved.refresh_from_db()
    assert approved.reads == opened().count("text-read") == 3
    assert told(school, "owner").count("您的一次谈话要点已被查阅") == 1


def test_no_byte_leaves_if_the_trail_can_not_be_written(school: School, as_: As, approved: TextRequest) -> None:
    browser = as_("head")
    browser.raise_request_exception = False
    with mock.patch.object(actions, "record", side_effect=OSError):
        answer = browser.post(f"/text-requests/{approved.pk}/read/")
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    approved.refresh_from_db()
    assert approved.reads == 0


def test_nobody_but_the_requester_reads(school: School, as_: As, approved: TextRequest) -> None:
    for key in (row[0] for row in PEOPLE):
        if key == "head":
            continue
        for answer in (
            as_(key).post(f"/text-requests/{approved.pk}/read/"),
            as_(key).get(approved.get_absolute_url()),
            as_(key).get("/text-requests/"),
        ):
            assert CANARY not in answer.content.decode(), key
    Post.objects.create(person=school.colleague, organization=school.committee, role="OH", started_on=ON)
    assert read_text(asked=approved, by=school.user("colleague")) is None  # another head, not the one who asked


def test_after_24_hours_there_is_nothing(school: School, as_: As, approved: TextRequest) -> None:
    browser = as_("head")
    assert approved.until_at == approved.decided_at + dt.timedelta(hours=24)
    assert browser.post(f"/text-requests/{approved.pk}/read/").status_code == 200
    TextRequest.objects.update(until_at=timezone.now() - dt.timedelta(seconds=1))
    assert browser.post(f"/text-requests/{approved.pk}/read/").status_code == 404
    page = browser.get(approved.get_absolute_url()).content.decode()
    assert "已到期" in page
    assert CANARY not in page


def test_who_left_the_department_yesterday_reads_no_more(school: School, as_: As, approved: TextRequest) -> None:
    browser = as_("head")
    Post.objects.filter(person=school.head).update(ended_on=ON - DAY)
    assert browser.post(f"/text-requests/{approved.pk}/read/").status_code in (403, 404)
    assert read_text(asked=approved, by=school.user("head")) is None


def test_a_talker_who_left_office_is_told_all_the_same(school: School, as_: As, asked: TextRequest) -> None:
    Post.objects.filter(person=school.owner).update(ended_on=ON - DAY)
    decide(asked=asked, approve=True, answer="", by=school.user("approver"))
    item = InboxItem.objects.get(recipient=school.user("owner"))
    assert "唐婉清（组织部负责人）" in item.text
    assert REASON in as_("owner").get(item.path).content.decode()


def test_a_second_head_or_the_committees_approver_decides_nobody_who_was_there(school: School, talk: Talk) -> None:
    for key in ("member", "officer", "colleague"):
        Post.objects.create(person=school.people[key], organization=school.committee, role="OH", started_on=ON)
    one = ask_for_text(talk=talk, reason=REASON, once_key=uuid.uuid4(), by=school.user("head"))
    allowed = {school.user("approver").pk, school.user("colleague").pk}
    assert set(deciders_of(one)) == allowed  # not the member present, not the recorder, not the requester
    for key in ("head", "member", "officer", "owner", "clerk"):
        with pytest.raises(PermissionDenied):
            decide(asked=one, approve=True, answer="", by=school.user(key))
    assert decide(asked=one, approve=True, answer="", by=school.user("colleague")).until_at


def test_the_requester_can_not_approve_even_in_the_database(school: School, asked: TextRequest) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        TextRequest.objects.update(state="approved", decided_by=school.user("head"), decided_at=now, until_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        TextRequest.objects.update(state="approved", until_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        TextRequest.objects.update(reads=1)


def test_of_two_decisions_the_second_is_told(school: School, as_: As, approved: TextRequest) -> None:
    Post.objects.create(person=school.colleague, organization=school.committee, role="OH", started_on=ON)
    with pytest.raises(Decided):
        decide(asked=approved, approve=False, answer="不必看", by=school.user("colleague"))
    again = as_("approver").post(f"/text-requests/{approved.pk}/decide/", {"decision": "approve"})
    assert again.status_code == 302  # a double click is no conflict
    with pytest.raises(Decided):
        withdraw_request(asked=approved, by=school.user("head"))
    assert opened().count("text-approved") == 1


def test_not_agreeing_wants_a_reason_and_opens_nothing(school: School, as_: As, asked: TextRequest) -> None:
    page = as_("approver").post(f"/text-requests/{asked.pk}/decide/", {"decision": "decline"}).content.decode()
    assert "请用一句话写明原因" in page
    as_("approver").post(f"/text-requests/{asked.pk}/decide/", {"decision": "decline", "answer": "看事实就够了"})
    assert read_text(asked=asked, by=school.user("head")) is None
    assert told(school, "head")[-1] == "应急查阅没有批准"
    assert told(school, "owner") == []


def test_what_nobody_decides_in_three_days_lapses(school: School, as_: As, asked: TextRequest) -> None:
    TextRequest.objects.update(asked_at=timezone.now() - dt.timedelta(days=3, minutes=1))
    with pytest.raises(Decided):
        decide(asked=asked, approve=True, answer="", by=school.user("approver"))
    assert ask_for_text(talk=asked.talk, reason=REASON, once_key=uuid.uuid4(), by=school.user("head")).pk != asked.pk
    asked.refresh_from_db()
    assert asked.state == "lapsed"


def test_a_short_reason_and_a_second_request_are_refused(school: School, as_: As, asked: TextRequest) -> None:
    form = f"/text-requests/new/{asked.talk_id}/"
    key = str(uuid.uuid4())
    assert "至少 10 个字" in as_("head").post(form, {"reason": "想看", "once_key": key}).content.decode()
    assert "已有一份申请" in as_("head").post(form, {"reason": REASON, "once_key": key}).content.decode()
    assert TextRequest.objects.count() == 1


def test_without_words_there_is_nothing_to_ask_for(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member)
    assert f"/text-requests/new/{talk.pk}/" not in as_("head").get(talk.get_absolute_url()).content.decode()
    assert as_("head").get(f"/text-requests/new/{talk.pk}/").status_code == 404


def test_who_was_there_can_not_ask(school: School, as_: As, talk: Talk) -> None:
    Post.objects.create(person=school.member, organization=school.committee, role="OH", started_on=ON)
    assert as_("member").get(f"/text-requests/new/{talk.pk}/").status_code == 403


def test_reason_and_answer_stand_sealed_and_outside_trail_and_inbox(school: School, asked: TextRequest) -> None:
    decide(asked=asked, approve=True, answer=REASON, by=school.user("approver"))
    read_text(asked=asked, by=school.user("head"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason, answer FROM talks_textrequest")
        stored = str(cursor.fetchall())
    outside = stored + str(list(AuditEvent.objects.values_list("detail"))) + str(list(InboxItem.objects.values()))
    assert REASON not in outside
    assert CANARY not in outside


def test_a_request_stands_on_the_list_of_those_whom_it_concerns(school: School, as_: As, approved: TextRequest) -> None:
    address = approved.get_absolute_url()
    for key in ("head", "approver"):
        assert address in as_(key).get("/text-requests/").content.decode(), key
    Post.objects.create(person=school.colleague, organization=school.committee, role="OH", started_on=ON)
    assert address not in as_("colleague").get("/text-requests/").content.decode()


def test_a_request_goes_with_the_office_that_asked(school: School, approved: TextRequest) -> None:
    assert TextRequest.objects.visible_to(school.user("head")).exists()
    Post.objects.filter(person=school.head).update(ended_on=ON - DAY)
    assert not TextRequest.objects.visible_to(school.user("head")).exists()


def test_the_empty_page_says_how_to_ask_to_who_may_ask_only(school: School, as_: As) -> None:
    assert "从那次谈话的页面申请" in as_("head").get("/text-requests/").content.decode()
    assert "从那次谈话的页面申请" not in as_("approver").get("/text-requests/").content.decode()
