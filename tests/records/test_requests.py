"""A member asks to have the own record changed; an officer accepts or declines; nobody decides on his own."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from carehub.accounts.models import User
from carehub.audit.models import AuditEvent
from carehub.reminders.models import InboxItem
from members.changes_actions import ask_for_change, decide_request
from members.models import ChangeRequest, Person, PersonChange
from members.models.change import ChangeRequestQuerySet
from tests.cast import School
from tests.figures import Figure

As = Callable[[str], Client]
ROUNDS = 20


def ask(client: Client, **more: str):
    return client.post("/mine/change/", {"once_key": str(uuid.uuid4())} | more)


def decide(client: Client, asked: ChangeRequest, decision: str, answer: str = ""):
    page = client.get(f"/people/requests/{asked.pk}/")
    data = {"decision": decision, "answer": answer, "revision": page.context["revision"], "once_key": uuid.uuid4()}
    return client.post(f"/people/requests/{asked.pk}/", data)


@pytest.mark.django_db
def test_what_a_member_asks_for_is_accepted_in_one_click(school: School, as_: As):
    assert ask(as_("member"), phone="13900002222", note="手机换了").status_code == 302
    told = InboxItem.objects.get(recipient=school.user("officer"))
    assert "黎小满申请更正自己的档案" in told.title
    page = as_("officer").get(told.path).content.decode()
    assert "13900002222" in page
    assert "手机换了" in page
    assert decide(as_("officer"), ChangeRequest.objects.get(), "accept").status_code == 302
    assert Person.objects.get(pk=school.member.pk).phone == "13900002222"
    assert PersonChange.objects.get().source == "request"
    assert InboxItem.objects.filter(recipient=school.user("member"), title__contains="已按申请更正").exists()
    assert "13900002222" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


@pytest.mark.django_db
def test_who_declines_says_why_and_the_member_reads_it(school: School, as_: As):
    ask(as_("member"), position="院长")
    asked = ChangeRequest.objects.get()
    silent = decide(as_("officer"), asked, "decline")
    assert silent.status_code == 422
    assert "请用一句话告诉本人为什么" in silent.content.decode()
    decide(as_("officer"), asked, "decline", "任职以文件为准")
    assert "任职以文件为准" in as_("member").get("/mine/change/").content.decode()
    assert not PersonChange.objects.exists()


@pytest.mark.django_db
def test_one_request_at_a_time_and_it_can_be_taken_back(school: School, as_: As):
    ask(as_("member"), position="讲师")
    second = ask(as_("member"), position="教授")
    assert "您有一份申请还在处理" in second.content.decode()
    asked = ChangeRequest.objects.get()
    assert as_("colleague_member").post(f"/mine/change/{asked.pk}/withdraw/").status_code == 404
    as_("member").post(f"/mine/change/{asked.pk}/withdraw/")
    assert ChangeRequest.objects.get().state == "withdrawn"
    late = decide(as_("officer"), asked, "accept")
    assert late.status_code == 302
    assert Person.objects.get(pk=school.member.pk).position == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("more", "words"), [({}, "还没有写要改什么"), ({"phone": "123"}, "不像电话号码")])
def test_an_empty_or_wrong_request_gets_a_sentence(school: School, as_: As, more: dict[str, str], words: str):
    answer = ask(as_("member"), **more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ChangeRequest.objects.exists()


@pytest.mark.django_db
def test_the_same_form_sent_twice_is_one_request(school: School, as_: As):
    key = str(uuid.uuid4())
    for _n in range(2):
        assert ask(as_("member"), position="讲师", once_key=key).status_code == 302
    assert ChangeRequest.objects.count() == 1


@pytest.mark.django_db
def test_an_officers_own_request_goes_to_somebody_else(school: School, as_: As):
    ask(as_("officer"), position="讲师")
    asked = ChangeRequest.objects.get()
    assert as_("officer").get(f"/people/requests/{asked.pk}/").status_code == 404
    assert set(InboxItem.objects.values_list("recipient__number", flat=True)) == {"general_officer"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.update(state="accepted", decided_by=school.user("officer"))


def decide_as(pk: int, asked: int, accept: bool) -> bool:
    try:
        one = ChangeRequest.objects.select_related("person").get(pk=asked)
        revision = PersonChange.objects.filter(person=one.person).count()
        return decide_request(asked=one, accept=accept, answer="好", revision=revision, by=User.objects.get(pk=pk))
    finally:
        connections["default"].close()


def decided_at_once(school: School) -> list[int]:
    """Return how many of two officers decided each request when both did so at once."""
    hands = [(school.user("officer").pk, True), (school.user("general_officer").pk, False)]
    decided = []
    for number in range(ROUNDS):
        asked = ask_for_change(
            person=school.member, wanted={"position": f"岗位{number}"}, note="", once_key=uuid.uuid4(),
            by=school.user("member"),
        )  # fmt: skip
        with ThreadPoolExecutor(2) as pool:
            works = [pool.submit(decide_as, pk, asked.pk, accept) for pk, accept in hands]
            decided.append(sum(work.result() for work in works))
    return decided


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_decides(school: School, figure: Figure):
    decided = decided_at_once(school)
    assert decided == [1] * ROUNDS
    figure("W1 requests decided by two at once, once each", sum(decided))


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_without_the_condition_both_decide(school: School, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ChangeRequestQuerySet, "open", lambda rows: rows)
    assert max(decided_at_once(school)) == 2
