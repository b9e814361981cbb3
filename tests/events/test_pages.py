"""Pages of events: entering, telling for a department, taking back; a death ends everything at once."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.accounts.models import User
from carehub.audit.models import AuditEvent
from carehub.reminders.models import InboxItem
from members.models import LifeEvent, Person, Post
from tests.cast import School, make_person
from tests.duties.asking import talk
from tests.events.test_rules_by_table import happens

As = Callable[[str], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]


def enter(client: Client, person: Person, kind: str, on: str = "2026-11-20", **more: str):
    data = {"kind": kind, "on": on, "note": "", "once_key": str(uuid.uuid4())} | more
    return client.post(f"/events/new/?person={person.pk}", data)


def tell(client: Client, person: Person, kind: str, **more: str):
    data = {"number": person.number, "name": person.name, "kind": kind, "on": "2026-11-20"}
    return client.post("/events/tell/", data | {"once_key": str(uuid.uuid4())} | more)


def test_what_the_branch_enters_stands_on_its_desk(school: School, as_: As):
    assert enter(as_("owner"), school.member, "honoured", note="校优秀党员").status_code == 302
    event = LifeEvent.objects.get()
    assert (event.organization, event.source, event.note) == (school.first, "branch", "校优秀党员")
    assert "五必谈（获得表彰）" in as_("owner").get("/").content.decode()
    assert "校优秀党员" in as_("owner").get(f"/people/{school.member.pk}/").content.decode()
    assert AuditEvent.objects.filter(detail__what="enter-event").count() == 1


def test_the_same_form_sent_twice_is_one_event(school: School, as_: As):
    key = str(uuid.uuid4())
    for _n in range(2):
        assert enter(as_("owner"), school.member, "honoured", once_key=key).status_code == 302
    assert LifeEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "on", "words"),
    [
        ("", "2026-11-20", "还没有选是什么事"),
        ("honoured", "2026-11-24", "这一天还没有到"),
        ("honoured", "2025-11-20", "一年以上"),
        ("honoured", "不知道", "日期无法识别"),
        ("moved-in", "2026-11-20", "请从列表里选"),
        ("died", "2026-11-20", "去世要先核实"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(school: School, as_: As, kind: str, on: str, words: str):
    answer = enter(as_("owner"), school.member, kind, on, note="记着这一句")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "记着这一句" in answer.content.decode()
    assert not LifeEvent.objects.exists()


def test_the_same_thing_on_the_same_day_is_not_written_twice(school: School, as_: As):
    enter(as_("owner"), school.member, "honoured")
    answer = enter(as_("officer"), school.member, "honoured")
    assert "已经登记过，没有重复" in answer.content.decode()
    assert LifeEvent.objects.count() == 1


def test_nobody_enters_what_happened_to_himself_or_out_of_reach(school: School, as_: As):
    for person in (school.owner, school.outsider_member):
        assert "谁的事" in enter(as_("owner"), person, "honoured").content.decode()
    assert not LifeEvent.objects.exists()


def test_a_death_ends_account_post_and_reminders_in_one_transaction(school: School, as_: As):
    happens(school.member, "honoured", "11-20")
    enter(as_("officer"), school.member, "died", verified="on", note="追悼会定于25日")
    person = Person.objects.get(pk=school.member.pk)
    assert (person.died_on, person.organization) == (dt.date(2026, 11, 20), None)
    assert not User.objects.get(pk=person.user_id).is_active
    assert LifeEvent.objects.get(kind="died").organization == school.first
    assert "黎小满" not in as_("owner").get("/").content.decode()


def test_a_death_is_taken_back_only_in_the_roster(school: School, as_: As):
    enter(as_("officer"), school.member, "died", verified="on")
    event = LifeEvent.objects.get()
    assert as_("officer").get(f"/events/{event.pk}/withdraw/").status_code == 403


def test_what_is_taken_back_opens_nothing_and_keeps_its_reason(school: School, as_: As):
    enter(as_("owner"), school.member, "honoured")
    event = LifeEvent.objects.get()
    for _n in range(2):
        as_("owner").post(f"/events/{event.pk}/withdraw/", {"because": "记错了人", "once_key": str(uuid.uuid4())})
    event.refresh_from_db()
    assert (event.withdrawn_because, event.withdrawn_by) == ("记错了人", school.user("owner"))
    assert "获得表彰" not in as_("owner").get("/").content.decode()
    assert AuditEvent.objects.filter(detail__what="withdraw-event").count() == 1


def test_what_our_records_made_is_not_taken_back_by_hand(school: School, as_: As):
    event = happens(school.member, "moved-in", "11-20")
    LifeEvent.objects.update(source="record")
    assert as_("owner").get(f"/events/{event.pk}/withdraw/").status_code == 403


def test_a_department_tells_the_branch_and_sees_no_file(school: School, as_: As):
    assert tell(as_("personnel"), school.member, "retired").status_code == 302
    event = LifeEvent.objects.get()
    assert (event.source, event.organization) == ("department", school.first)
    items = InboxItem.objects.filter(key=f"event:{event.pk}")
    assert {item.recipient for item in items} == {school.user("owner"), school.user("officer")}
    assert items[0].title == "黎小满：退休，2026年11月20日"
    assert "黎小满" in as_("personnel").get("/events/tell/").content.decode()
    assert as_("personnel").get(f"/people/{school.member.pk}/").status_code in (403, 404)


def test_a_message_says_nothing_of_illness(school: School, as_: As):
    tell(as_("union"), school.member, "hospitalised")
    assert InboxItem.objects.filter(key__startswith="event:")[0].title == "黎小满：一件要关心的事，2026年11月20日"


@pytest.mark.parametrize("wrong", [{"name": "黎大满"}, {"number": "没有"}])
def test_number_and_name_must_both_fit(school: School, as_: As, wrong: dict[str, str]):
    answer = tell(as_("personnel"), school.member, "retired", **wrong)
    assert (answer.status_code, "没有找到这位同志" in answer.content.decode()) == (422, True)


def test_a_department_tells_of_its_own_group_and_its_own_matters_only(school: School, as_: As):
    assert "没有找到这位同志" in tell(as_("students"), school.member, "honoured").content.decode()
    assert "请从列表里选" in tell(as_("personnel"), school.member, "complaint").content.decode()
    assert not LifeEvent.objects.exists()


def test_a_department_takes_back_its_own_only(school: School, as_: As):
    tell(as_("personnel"), school.member, "retired")
    pk = LifeEvent.objects.get().pk
    assert as_("union").get(f"/events/tell/{pk}/withdraw/").status_code == 404
    as_("personnel").post(f"/events/tell/{pk}/withdraw/", {"because": "记错了人", "once_key": str(uuid.uuid4())})
    assert not LifeEvent.objects.standing().exists()


def test_outsiders_and_auditors_have_no_such_page(school: School, as_: As):
    event = happens(school.member, "honoured", "11-20")
    for key in ("outsider", "auditor", "member"):
        assert as_(key).get(f"/events/{event.pk}/withdraw/").status_code in (403, 404), key
    assert "黎小满" not in as_("outsider").get("/events/").content.decode()


@pytest.mark.parametrize("address", ["/events/", "/events/tell/"])
def test_the_lists_take_as_many_queries_for_twenty_as_for_two(school: School, as_: As, address: str):
    counts, client = [], as_("owner" if address == "/events/" else "personnel")
    client.get(address)
    for first, last in ((0, 2), (2, 20)):
        for n in range(first, last):
            event = happens(make_person(f"众{n}", school.first), "honoured", "11-20")
            LifeEvent.objects.filter(pk=event.pk).update(source="department", entered_by=school.user("personnel"))
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 40


def test_what_an_event_asks_for_is_recorded_and_what_a_closed_window_asked_for_is_entered_late(school: School, as_: As):
    happens(school.member, "complaint", "10-20")
    html = as_("owner").get("/").content.decode()
    assert "五必谈（群众有不良反映）" in html
    assert "记录谈话：黎小满" in html
    assert "补录谈话：黎小满" in html  # the year before


def test_who_looks_after_the_branch_today_is_told_today(school: School, as_: As):
    Post.objects.filter(person=school.owner).update(ended_on=dt.date(2026, 11, 21))
    tell(as_("personnel"), school.member, "retired")
    items = InboxItem.objects.filter(key__startswith="event:")
    assert {(item.recipient, item.day_on) for item in items} == {(school.user("officer"), dt.date(2026, 11, 23))}


def test_the_sheet_to_take_along_is_offered_for_an_event_too(school: School, as_: As):
    happens(school.member, "honoured", "11-20")
    talk(school.owner, school.member, on="01-12")
    assert f"/talks/prepare/{school.member.pk}/" in as_("owner").get("/").content.decode()
