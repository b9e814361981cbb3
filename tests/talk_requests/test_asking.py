"""请求约谈: quietly asked, answered by the unit's secretary within some days, settled by the talk itself."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.audit.models import AuditEvent
from carehub.reminders.models import InboxItem
from members.actions import affiliate, leave
from members.models import Post
from talks.models import TalkRequest
from talks.requests.actions import ask_for_talk, follow_moves
from tests.cast import School, make_person
from tests.duties.asking import setting, talk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]
ON = dt.date(2026, 11, 23)
WORDS = "想谈谈家里的打算"


def ask(client: Client, words: str = WORDS, **more: str):
    return client.post("/talk-requests/ask/", {"words": words, "once_key": str(uuid.uuid4())} | more)


def answer(client: Client, pk: int, words: str = "周三下午三点，来我办公室"):
    return client.post(f"/talk-requests/{pk}/", {"answer": words, "once_key": str(uuid.uuid4())})


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_member_asks_the_secretary_answers_and_the_talk_settles_it(school: School, as_: As):
    assert ask(as_("member")).status_code == 302
    one = TalkRequest.objects.get()
    assert (one.organization, one.answer_by_on) == (school.first, dt.date(2026, 11, 28))
    told = InboxItem.objects.get()
    assert (told.recipient, told.title) == (school.user("owner"), "有一位同志请求约谈")
    assert "还有 5 天答复" in page(as_("owner"), "/")
    assert WORDS in page(as_("owner"), one.get_absolute_url())
    assert answer(as_("owner"), one.pk).status_code == 302
    assert "周三下午三点" in page(as_("member"), "/talk-requests/ask/")
    talk(school.owner, school.member, on="11-23")
    assert "黎小满" not in page(as_("owner"), "/talk-requests/")
    assert "谈过了" in page(as_("member"), "/talk-requests/ask/")
    assert ask(as_("member"), "再谈一次").status_code == 302
    assert set(TalkRequest.objects.values_list("state", flat=True)) == {"held", "open"}


def test_nobody_but_the_secretary_learns_of_it(school: School, as_: As):
    ask(as_("member"))
    one = TalkRequest.objects.get()
    for key, status in (("officer", 404), ("clerk", 404), ("colleague", 404), ("outsider", 404), ("auditor", 403)):
        assert as_(key).get(one.get_absolute_url()).status_code in (status, 403), key
    for key in ("officer", "group_leader", "clerk"):
        assert "请求约谈" not in page(as_(key), f"/people/{school.member.pk}/"), key
    assert WORDS not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert AuditEvent.objects.filter(detail__what="ask-talk").count() == 1


def test_those_above_see_the_clock_and_not_the_words(school: School, as_: As):
    ask(as_("member"))
    one = TalkRequest.objects.get()
    assert WORDS not in page(as_("general_secretary"), one.get_absolute_url())
    assert "黎小满" not in page(as_("general_secretary"), "/")
    with time_machine.travel("2026-11-30T02:00:00Z", tick=False):
        assert "等答复已逾期 2 天" in page(as_("general_secretary"), "/")
        assert "等答复已逾期 2 天" in page(as_("owner"), "/")
        for address in ("/", "/talk-requests/"):
            assert "黎小满" not in page(as_("colleague"), address)


def test_while_the_post_is_vacant_the_next_secretary_answers(school: School, as_: As):
    Post.objects.filter(person=school.owner).update(ended_on=dt.date(2026, 11, 1))
    ask(as_("member"))
    one = TalkRequest.objects.get()
    assert InboxItem.objects.get().recipient == school.user("general_secretary")
    assert WORDS in page(as_("general_secretary"), one.get_absolute_url())
    assert WORDS not in page(as_("head"), one.get_absolute_url())


def test_a_secretary_asks_the_one_above_and_not_himself(school: School, as_: As):
    ask(as_("owner"))
    one = TalkRequest.objects.get()
    assert one.organization == school.languages
    assert as_("owner").get(one.get_absolute_url()).status_code == 404
    assert WORDS in page(as_("general_secretary"), one.get_absolute_url())


def test_one_at_a_time_taken_back_at_any_time(school: School, as_: As):
    key = str(uuid.uuid4())
    for _n in range(2):
        assert ask(as_("member"), once_key=key).status_code == 302
    second = ask(as_("member"), "别的事情")
    assert second.status_code == 422
    assert "还没有谈" in second.content.decode()
    assert "别的事情" in second.content.decode()
    one = TalkRequest.objects.get()
    assert as_("officer").post(f"/talk-requests/{one.pk}/withdraw/").status_code == 404
    as_("member").post(f"/talk-requests/{one.pk}/withdraw/")
    assert "黎小满" not in page(as_("owner"), "/talk-requests/")
    client = as_("owner")
    late = answer(client, one.pk)
    assert "没有重复" in client.get(late["Location"]).content.decode()


def test_who_left_waits_no_more(school: School, as_: As):
    ask(as_("member"))
    leave(person=school.member, on=dt.date(2026, 11, 22), ending="left")
    assert "黎小满" not in page(as_("owner"), "/talk-requests/")
    assert "请求约谈" not in page(as_("owner"), "/")


def test_the_days_to_answer_are_a_setting(school: School, as_: As):
    setting("talk-request-days", "2")
    ask(as_("member"))
    assert TalkRequest.objects.get().answer_by_on == dt.date(2026, 11, 25)


def test_an_empty_answer_and_too_many_words_get_a_sentence(school: School, as_: As):
    long = ask(as_("member"), "长" * 201)
    assert (long.status_code, "200 字以内" in long.content.decode()) == (422, True)
    ask(as_("member"))
    empty = answer(as_("owner"), TalkRequest.objects.get().pk, "")
    assert (empty.status_code, "还没有写" in empty.content.decode()) == (422, True)


def test_lists_take_as_many_queries_for_twenty_as_for_two(school: School, as_: As):
    counts, client = [], as_("owner")
    client.get("/talk-requests/")
    for first, last in ((0, 2), (2, 20)):
        for n in range(first, last):
            person = make_person(f"约{n}", school.first)
            ask_for_talk(person=person, words="", once_key=uuid.uuid4(), by=school.user("member"))
        with CaptureQueriesContext(connection) as queries:
            client.get("/talk-requests/")
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_request_follows_who_moves_and_both_are_told(school: School, as_: As):
    ask(as_("member"))
    affiliate(person=school.member, organization=school.second, on=ON)
    assert [follow_moves(on=ON), follow_moves(on=ON)] == [1, 0]
    one = TalkRequest.objects.get()
    assert (one.organization, one.answer_by_on) == (school.second, dt.date(2026, 11, 28))
    assert WORDS in page(as_("colleague"), one.get_absolute_url())
    assert as_("owner").get(one.get_absolute_url()).status_code == 404
    told = {
        item.recipient.number: item.title for item in InboxItem.objects.filter(key__endswith=f":{school.second.pk}")
    }
    assert told == {"colleague": "有一位同志请求约谈", "member": "您请求的约谈已转给外国语学院教工第二党支部书记"}


def test_what_was_answered_stays_with_who_answered(school: School, as_: As):
    ask(as_("member"))
    answer(as_("owner"), TalkRequest.objects.get().pk)
    affiliate(person=school.member, organization=school.second, on=ON)
    assert follow_moves(on=ON) == 0


def test_a_secretary_who_asked_the_one_above_moves_nothing(school: School, as_: As):
    ask(as_("owner"))
    assert TalkRequest.objects.get().organization == school.languages
    assert follow_moves(on=ON) == 0
