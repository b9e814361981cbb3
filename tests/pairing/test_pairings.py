"""A pairing from its beginning to its end: who helps, contacts, what ends it."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from carehub.audit.models import AuditEvent
from carehub.auditlog.words import DEEDS
from carehub.duties.models import RuleSetting
from carehub.reminders.models import InboxItem
from hardship.cases.actions import close
from hardship.models import Contact, Helper, Pairing
from hardship.pairing.pages import loads_of
from hardship.pairing.panels import contacts_due, helped_by_me
from members.actions import affiliate, leave
from members.models import Person
from tests.cast import School
from tests.hardship.making import closed, opened, recognised
from tests.house.sources import ROOT
from tests.pairing.making import ON, contacted, day, helped_also, paired, typed_contact, typed_pairing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


@pytest.fixture
def one(school: School) -> Pairing:
    """Return a pairing of the member with the colleague of the other branch, seventy days old."""
    case = recognised(school, "member", by="officer", on=day(80))
    return paired(case, school.colleague_member, school.user("officer"), ago=70)


def key() -> dict[str, str]:
    return {"once_key": str(uuid.uuid4())}


def now(one: Pairing) -> Pairing:
    return Pairing.objects.get(pk=one.pk)


def test_from_a_case_to_a_pairing_once_per_key(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    found = as_("owner").get(f"/pairing/new/{case.pk}/?q=wzy").content.decode()
    assert "王志远" in found
    assert "没有在帮扶" in found
    address, data = f"/pairing/new/{case.pk}/?person={school.officer.pk}", typed_pairing(school, case)
    answers = [as_("owner").post(address, data) for _click in range(5)]
    assert {answer.status_code for answer in answers} == {302}
    made = Pairing.objects.get()
    assert (made.need, made.started_on, made.helpers.get().person) == ("买菜取药不便", ON, school.officer)
    assert "买菜取药不便" in as_("officer").get(made.get_absolute_url()).content.decode()
    told = InboxItem.objects.filter(path=made.get_absolute_url()).values_list("recipient__number", flat=True)
    assert set(told) == {"officer", "member"}
    assert not InboxItem.objects.filter(title__contains="黎小满").exists()


def test_only_a_recognised_person_is_paired(school: School, as_: As):
    waiting, over = opened(school, "member", by="officer"), closed(school, "group_leader", by="officer")
    for case in (waiting, over):
        assert as_("owner").get(f"/pairing/new/{case.pk}/").status_code == 403


def test_nobody_helps_himself(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    address = f"/pairing/new/{case.pk}/?person={school.member.pk}"
    assert as_("owner").post(address, typed_pairing(school, case)).status_code == 422
    assert not Pairing.objects.exists()
    one = paired(case, school.officer, school.user("officer"))
    with pytest.raises(IntegrityError), transaction.atomic():
        helped_also(one, school.member)


def test_nobody_helps_the_same_person_twice_at_once(school: School, as_: As, one: Pairing):
    with pytest.raises(IntegrityError), transaction.atomic():
        paired(one.case, school.colleague_member, school.user("officer"))
    data = {"seen": "1", "task": "再帮一次", "from_on": "2026-11-23"} | key()
    answer = as_("clerk").post(f"/pairing/{one.pk}/helpers/new/?person={school.colleague_member.pk}", data)
    assert answer.status_code == 422
    assert "已经是帮扶人" in answer.content.decode()


def test_a_helper_of_another_branch_is_named_by_who_sees_him(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    far = f"/pairing/new/{case.pk}/?person={school.colleague_member.pk}"
    assert as_("owner").post(far, typed_pairing(school, case)).status_code == 422
    assert as_("general_officer").post(far, typed_pairing(school, case)).status_code == 302


def test_a_helper_is_replaced_and_sees_it_no_more(school: School, as_: As, one: Pairing):
    before = one.helpers.get()
    assert as_("colleague_member").get(one.get_absolute_url()).status_code == 200
    data = {"seen": "1", "task": "接着陪同复查", "from_on": "2026-11-23", "helper": str(before.pk)} | key()
    assert as_("owner").post(f"/pairing/{one.pk}/helpers/new/?person={school.officer.pk}", data).status_code == 302
    before.refresh_from_db()
    assert before.to_on == day(1)
    assert as_("colleague_member").get(one.get_absolute_url()).status_code == 404
    assert [row.names for row in helped_by_me(school.user("officer"), ON)] == ["王志远"]
    again = data | {"task": "又来一位"} | key()
    late = as_("owner").post(f"/pairing/{one.pk}/helpers/new/?person={school.group_leader.pk}", again)
    assert late.status_code == 422  # who was replaced cannot be replaced once more


def test_the_second_of_two_changes_meets_a_conflict(school: School, as_: As, one: Pairing):
    data = {"seen": "1", "task": "也来帮忙", "from_on": "2026-11-23"}
    address = f"/pairing/{one.pk}/helpers/new/?person="
    assert as_("owner").post(f"{address}{school.officer.pk}", data | key()).status_code == 302
    late = as_("owner").post(f"{address}{school.group_leader.pk}", data | key())
    assert late.status_code == 409
    assert one.helpers.count() == 2


def test_a_service_ends_and_the_pairing_asks_for_somebody(school: School, as_: As, one: Pairing):
    helper = one.helpers.get()
    data = {"seen": "1", "to_on": "2026-11-20"} | key()
    assert as_("owner").post(f"/pairing/helpers/{helper.pk}/end/", data).status_code == 302
    assert "请确定帮扶人" in as_("owner").get("/pairing/").content.decode()
    assert as_("colleague_member").post(f"/pairing/{one.pk}/contact/", typed_contact()).status_code == 404


def test_a_helper_writes_a_contact_in_three_taps_and_a_sentence(school: School, as_: As, one: Pairing):
    mine = as_("colleague_member").get("/mine/").content.decode()
    assert f"/pairing/{one.pk}/contact/" in mine  # tap one; the form has day and manner filled in: a sentence, tap two
    form = as_("colleague_member").get(f"/pairing/{one.pk}/contact/").content.decode()
    assert 'value="met" checked' in form
    assert 'value="2026-11-23"' in form
    data = typed_contact()
    for _click in range(5):
        assert as_("colleague_member").post(f"/pairing/{one.pk}/contact/", data).status_code == 302
    made = Contact.objects.get()
    assert (made.helper.person, made.how, made.on) == (school.colleague_member, "called", ON)
    assert "电话问候" in as_("member").get(one.get_absolute_url()).content.decode()


def test_an_officer_writes_for_a_helper(school: School, as_: As, one: Pairing):
    helper = one.helpers.get()
    said = {"given": "goods", "amount": "１２０.５", "helper": str(helper.pk)}
    assert as_("officer").post(f"/pairing/{one.pk}/contact/", typed_contact(**said)).status_code == 302
    made = Contact.objects.get()
    assert (made.amount, made.given, made.entered_by.number) == (Decimal("120.50"), "goods", "officer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": "2026-11-24"},
        {"on": "2026-09-13"},
        {"done": ""},
        {"how": "dreamt"},
        {"amount": "1e3", "given": "money"},
        {"amount": "0", "given": "money"},
        {"amount": "50"},
        {"given": "money"},
        {"done": "他的号码是 513001196012310027"},
    ],
)
def test_a_wrong_contact_is_said_and_not_kept(school: School, as_: As, one: Pairing, wrong: dict[str, str]):
    assert as_("colleague_member").post(f"/pairing/{one.pk}/contact/", typed_contact(**wrong)).status_code == 422
    assert not Contact.objects.exists()


def test_a_contact_is_put_right_with_its_reason(school: School, as_: As, one: Pairing):
    wrong = contacted(one, school.user("colleague_member"), ago=5)
    data = typed_contact(on="2026-11-10", why="日期记错了")
    address = f"/pairing/contacts/{wrong.pk}/correct/"
    for _click in range(2):
        answer = as_("colleague_member").post(address, data)
    right = Contact.objects.standing().get()
    assert (right.on, right.replaces) == (dt.date(2026, 11, 10), wrong)
    assert answer.status_code == 404  # the row that was put right has no page any more
    wrong.refresh_from_db()
    assert wrong.withdrawn_why == "日期记错了"
    assert as_("owner").get(f"/pairing/contacts/{right.pk}/correct/").status_code == 200
    assert as_("member").get(f"/pairing/contacts/{right.pk}/correct/").status_code == 403


def test_a_withdrawn_contact_never_counts(school: School, as_: As, one: Pairing):
    made = contacted(one, school.user("officer"), ago=5)
    assert contacts_due(school.user("owner"), ON) == []
    answer = as_("colleague_member").post(f"/pairing/contacts/{made.pk}/withdraw/", {"why": "记到别人身上了"} | key())
    assert answer.status_code == 302
    assert [row.pairing for row in contacts_due(school.user("owner"), ON)] == [one]
    assert "陪同复查，药已取回" not in as_("owner").get(one.get_absolute_url()).content.decode()


def test_due_contacts_stand_with_the_helper_and_the_keepers(school: School, one: Pairing):
    for who in ("colleague_member", "owner", "officer", "general_officer", "clerk"):
        assert [row.pairing for row in contacts_due(school.user(who), ON)] == [one], who
    for who in ("member", "outsider", "head", "general_secretary", "group_leader"):
        assert contacts_due(school.user(who), ON) == [], who
    RuleSetting.objects.create(name="C-3.3-contact-days", value="90", from_on=day(1))
    assert contacts_due(school.user("owner"), ON) == []
    assert len(contacts_due(school.user("owner"), day(2))) == 1  # looking back: by the rule of that day


def test_a_contact_of_a_later_day_is_not_known_yet(school: School, one: Pairing):
    contacted(one, school.user("officer"), ago=2)
    assert contacts_due(school.user("owner"), ON) == []
    assert len(contacts_due(school.user("owner"), day(3))) == 1


def test_an_end_has_an_outcome_and_closes_it_for_the_helper(school: School, as_: As, one: Pairing):
    address = f"/pairing/{one.pk}/end/"
    data = {"seen": "1", "ended_on": "2026-11-22", "why": "复查稳定，转为日常关心"} | key()
    assert as_("owner").post(address, data).status_code == 422
    assert as_("owner").post(address, data | {"outcome": "reached", "seen": "7"}).status_code == 409
    assert as_("owner").post(address, data | {"outcome": "reached"}).status_code == 302
    assert (now(one).outcome, one.helpers.get().to_on) == ("reached", day(1))
    assert as_("colleague_member").get(one.get_absolute_url()).status_code == 404
    assert "复查稳定" in as_("member").get(one.get_absolute_url()).content.decode()
    assert as_("owner").get(address).status_code == 403
    assert contacts_due(school.user("owner"), ON) == []


def test_a_closed_case_ends_its_pairings_and_leaves_the_fact(school: School, as_: As, one: Pairing):
    contacted(one, school.user("officer"), ago=5)
    close(case=one.case, seen=one.case.version, outcome="overcome", why="已找到工作", by=school.user("owner"), on=ON)
    assert (now(one).ended_on, now(one).outcome) == (ON, "overcome")
    assert not Helper.objects.serving().exists()
    read = {who: as_(who).get(one.get_absolute_url()) for who in ("owner", "member", "clerk", "colleague_member")}
    assert [who for who, page in read.items() if "没有人陪" in page.content.decode()] == ["member", "clerk"]
    headings = [word for word in ("联系记录", 'id="helpers"') if word in read["owner"].content.decode()]
    assert headings == []  # not even that there were none
    assert (read["owner"].status_code, read["colleague_member"].status_code) == (200, 404)
    assert as_("owner").get(f"/pairing/{one.pk}/paper/").status_code == 404


def test_a_close_that_fails_ends_no_pairing(school: School, one: Pairing, monkeypatch: pytest.MonkeyPatch):
    """One transaction: what follows the ending may still take it back."""

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("hardship.cases.actions.tell", fail)
    with pytest.raises(RuntimeError):
        close(case=one.case, seen=one.case.version, outcome="left", why="离校", by=school.user("owner"), on=ON)
    assert now(one).ended_on is None


@pytest.mark.parametrize("ending", ["died", "left"])
def test_the_pairing_of_who_is_gone_counts_as_ended(school: School, as_: As, one: Pairing, ending: str):
    leave(person=school.member, on=day(1), ending=ending)
    assert not Pairing.objects.running().exists()
    assert as_("colleague_member").get(one.get_absolute_url()).status_code == 404
    assert loads_of([school.colleague_member.pk]) == {}
    assert contacts_due(school.user("clerk"), ON) == []
    data = {"seen": "1", "ended_on": "2026-11-22", "outcome": "other", "why": "人已不在"} | key()
    assert as_("clerk").post(f"/pairing/{one.pk}/end/", data).status_code == 302


def test_a_pairing_moves_with_its_person(school: School, as_: As, one: Pairing):
    affiliate(person=school.member, organization=school.maths_branch, on=ON)
    assert as_("outsider").get(one.get_absolute_url()).status_code == 200
    assert as_("owner").get(one.get_absolute_url()).status_code == 404
    assert as_("colleague_member").get(one.get_absolute_url()).status_code == 200


def test_a_helper_who_left_helps_no_more(school: School, as_: As, one: Pairing):
    leave(person=school.colleague_member, on=day(1), ending="left")
    assert "请确定帮扶人" in as_("owner").get("/pairing/").content.decode()
    assert loads_of([school.colleague_member.pk]) == {}


def test_the_load_stands_beside_who_is_chosen(school: School, as_: As, one: Pairing):
    case = recognised(school, "group_leader", by="officer")
    found = as_("general_officer").get(f"/pairing/new/{case.pk}/?q=hjy").content.decode()
    assert "正在帮扶 1 人" in found
    assert loads_of(Person.objects.values_list("pk", flat=True)) == {school.colleague_member.pk: 1}


def test_need_and_measures_are_changed_by_who_keeps_them(school: School, as_: As, one: Pairing):
    form = {
        "seen": "1",
        "need": "改为陪同购药",
        "measures": "每两周一次",
        "responsible": str(one.responsible_id),
    } | key()
    assert as_("officer").post(f"/pairing/{one.pk}/edit/", form | {"review_on": "2020-01-01"}).status_code == 422
    assert as_("officer").post(f"/pairing/{one.pk}/edit/", form).status_code == 302
    assert as_("officer").post(f"/pairing/{one.pk}/edit/", form).status_code == 409
    assert now(one).need == "改为陪同购药"


def test_the_paper_is_in_the_trail_before_it_is_drawn(school: School, as_: As, one: Pairing):
    contacted(one, school.user("officer"), ago=5, given="money", amount=Decimal("300"))
    text = as_("owner").get(f"/pairing/{one.pk}/paper/").content.decode()
    assert "结对帮扶登记表" in text
    assert "300.00" in text
    assert AuditEvent.objects.filter(detail__what="pairing-form").count() == 1


def test_every_deed_has_its_word_in_the_trail():
    sources = [path.read_text() for path in (ROOT / "hardship" / "pairing").glob("*.py")]
    named = {word for text in sources for word in re.findall(r'what="([\w-]+)"|"(withdraw-\w+)"', text)}
    assert len(named) > 12
    assert {word for pair in named for word in pair if word} - set(DEEDS) == set()


def test_reading_stands_in_the_trail_without_a_word_of_it(school: School, as_: As, one: Pairing):
    as_("owner").get(one.get_absolute_url())
    as_("member").get(one.get_absolute_url())
    read = AuditEvent.objects.filter(detail__what="pairing")
    assert [event.actor for event in read] == [school.user("owner")]  # one's own is one's own
    assert "没有人陪" not in "".join(str(event.detail) for event in AuditEvent.objects.all())
