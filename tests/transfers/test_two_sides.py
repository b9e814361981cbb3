"""组织关系转接 has two sides: one sends, the other takes over or declines, and nobody is both."""

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.accounts.models import User
from carehub.reminders.models import InboxItem
from members.actions import affiliate
from members.models import Affiliation, LifeEvent, Person, Post, Transfer
from members.models.transfer import TransferQuerySet
from members.transfers_actions import AlreadyDone, accept_transfer, ask_transfer
from tests.cast import START, School, make_person
from tests.duties.asking import setting
from tests.figures import Figure

As = Callable[[str], Client]
ROUNDS = 20
NOV_20 = dt.date(2026, 11, 20)


usual = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
pytestmark = usual


@pytest.fixture
def receiver(school: School) -> str:
    """The second branch has an organising commissioner, who keeps its roster."""
    Post.objects.create(person=school.colleague_member, organization=school.second, role="organizer", started_on=START)
    return "colleague_member"


def send(client: Client, person: Person, to: Any, on: str = "2026-11-20", **more: str):
    data = {"target": str(to), "on": on, "outside": "", "note": "", "once_key": str(uuid.uuid4())} | more
    return client.post(f"/transfers/new/?person={person.pk}", data)


def press(client: Client, one: Transfer, decision: str, answer: str = ""):
    data = {"decision": decision, "answer": answer, "once_key": str(uuid.uuid4())}
    return client.post(f"/transfers/{one.pk}/", data)


def where(person: Person) -> Any:
    return Person.objects.get(pk=person.pk).organization


def test_the_other_branch_takes_over_and_the_duties_follow(school: School, as_: As, receiver: str):
    setting("in-use-since", "2026-08-01")
    assert send(as_("officer"), school.member, school.second.pk, note="调动").status_code == 302
    one = Transfer.objects.get()
    assert where(school.member) == school.first
    assert "黎小满转到外国语学院教工第二党支部" in InboxItem.objects.get(recipient=school.user(receiver)).title
    assert "等您办理" in as_(receiver).get("/transfers/").content.decode()
    assert "名册上等您办的" in as_(receiver).get("/").content.decode()
    assert "名册上等您办的" not in as_("officer").get("/").content.decode()
    assert press(as_(receiver), one, "accept").status_code == 302
    assert where(school.member) == school.second
    ended, begun = Affiliation.objects.filter(person=school.member).order_by("started_on")
    assert (ended.ended_on, begun.started_on) == (dt.date(2026, 11, 19), NOV_20)
    assert set(LifeEvent.objects.values_list("kind", flat=True)) == {"moved-out", "moved-in"}
    told = InboxItem.objects.filter(recipient__in=[school.user("officer"), school.user("member")])
    assert told.count() == 2


def test_who_asked_cannot_take_over_himself(school: School, as_: As):
    send(as_("general_officer"), school.member, school.second.pk)
    one = Transfer.objects.get()
    assert press(as_("general_officer"), one, "accept").status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.update(state="accepted", decided_by=school.user("general_officer"))
    assert press(as_("clerk"), one, "accept").status_code == 302
    assert where(school.member) == school.second


def test_who_declines_says_why_and_nobody_moves(school: School, as_: As, receiver: str):
    send(as_("officer"), school.member, school.second.pk)
    one = Transfer.objects.get()
    silent = press(as_(receiver), one, "decline")
    assert silent.status_code == 422
    press(as_(receiver), one, "decline", "没有这个人的调令")
    assert where(school.member) == school.first
    assert "没有这个人的调令" in as_("officer").get(f"/transfers/{one.pk}/").content.decode()


def test_out_of_the_school_goes_through_the_department(school: School, as_: As):
    send(as_("officer"), school.member, "outside", outside="中共达州市第一中学支部委员会")
    one = Transfer.objects.get()
    assert press(as_("general_officer"), one, "accept").status_code == 403
    assert press(as_("clerk"), one, "accept").status_code == 302
    member = Person.objects.get(pk=school.member.pk)
    assert (member.organization, member.user.is_active) == (None, False)
    assert Affiliation.objects.get(person=member).ending == "left"


def test_what_the_department_sends_out_the_branch_confirms(school: School, as_: As):
    send(as_("clerk"), school.member, "outside", outside="某校党委")
    assert press(as_("officer"), Transfer.objects.get(), "accept").status_code == 302
    assert where(school.member) is None


def test_it_can_be_taken_back_until_somebody_decides(school: School, as_: As, receiver: str):
    send(as_("officer"), school.member, school.second.pk)
    one = Transfer.objects.get()
    assert press(as_("officer"), one, "withdraw").status_code == 302
    client = as_(receiver)
    late = press(client, one, "accept")
    assert "您的操作没有生效" in client.get(late["Location"]).content.decode()
    assert where(school.member) == school.first


@pytest.mark.parametrize(
    ("to", "on", "more", "words"),
    [
        ("", "2026-11-20", {}, "还没有选转到哪里"),
        ("first", "2026-11-20", {}, "本来就在这个党组织"),
        ("second", "2026-11-24", {}, "这一天还没有到"),
        ("second", "2019-01-01", {}, "转接日期要晚于编入"),
        ("outside", "2026-11-20", {}, "还没有写校外党组织名称"),
        ("languages", "2026-11-20", {}, "选择"),
        ("999999", "2026-11-20", {}, "选择"),
        (str(2**63), "2026-11-20", {}, "选择"),
    ],
)
def test_bad_input_gets_a_sentence(school: School, as_: As, to: str, on: str, more: dict[str, str], words: str):
    place = school.organizations[to].pk if to in school.organizations else to
    answer = send(as_("officer"), school.member, place, on, note="写过的说明", **more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "写过的说明" in answer.content.decode()
    assert not Transfer.objects.exists()


def test_whoever_keeps_the_roster_takes_it_back_when_the_asker_is_gone(school: School, as_: As, receiver: str):
    send(as_("general_officer"), school.member, school.second.pk)
    one = Transfer.objects.get()
    assert press(as_("officer"), one, "withdraw").status_code == 302
    assert Transfer.objects.get().state == "withdrawn"
    send(as_("officer"), school.member, school.second.pk)
    again = Transfer.objects.latest("pk")
    press(as_(receiver), again, "withdraw")  # the other side declines, it does not take back
    assert Transfer.objects.get(pk=again.pk).state != "withdrawn"


def test_one_at_a_time_and_the_same_form_twice_is_one(school: School, as_: As):
    key = str(uuid.uuid4())
    for _n in range(2):
        assert send(as_("officer"), school.member, school.second.pk, once_key=key).status_code == 302
    second = send(as_("general_officer"), school.member, school.maths_branch.pk)
    assert "已有一次转接在办" in second.content.decode()
    assert Transfer.objects.count() == 1


def test_who_moved_meanwhile_is_not_moved_again(school: School, as_: As, receiver: str):
    send(as_("officer"), school.member, school.second.pk)
    affiliate(person=school.member, organization=school.maths_branch, on=dt.date(2026, 11, 21))
    answer = press(as_(receiver), Transfer.objects.get(), "accept")
    assert "这次转接作废" in answer.content.decode()
    assert where(school.member) == school.maths_branch
    assert Transfer.objects.get().state == "open"


def test_outsiders_do_not_see_it_and_nobody_sends_himself(school: School, as_: As, receiver: str):
    send(as_("officer"), school.member, school.second.pk)
    Post.objects.create(
        person=school.outsider_member, organization=school.maths_branch, role="organizer", started_on=START
    )
    pk = Transfer.objects.get().pk
    assert as_("outsider_member").get(f"/transfers/{pk}/").status_code == 404
    assert "黎小满" not in as_("outsider_member").get("/transfers/").content.decode()
    assert as_("owner").get(f"/transfers/{pk}/").status_code == 403
    assert as_("auditor").get(f"/transfers/{pk}/").status_code == 403
    for key in ("officer", "outsider_member"):
        answer = send(as_("officer"), school.people[key], school.second.pk)
        assert "转谁" in answer.content.decode()
    assert Transfer.objects.count() == 1


def test_the_list_takes_as_many_queries_for_twenty_as_for_two(school: School, as_: As):
    counts, client = [], as_("general_officer")
    client.get("/transfers/")
    for first, last in ((0, 2), (2, 20)):
        for n in range(first, last):
            ask_transfer(
                person=make_person(f"转{n}", school.first), target=school.second, outside="", on=NOV_20, note="",
                once_key=uuid.uuid4(), by=school.user("officer"),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            client.get("/transfers/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def taken_at_once(school: School) -> list[int]:
    """Return how many of two officers took each person over when both did so at once."""

    def take(pk: int, transfer: int) -> bool:
        try:
            accept_transfer(one=Transfer.objects.with_names().get(pk=transfer), by=User.objects.get(pk=pk))
        except AlreadyDone:
            return False
        finally:
            connections["default"].close()
        return True

    hands, taken = [school.user(key).pk for key in ("general_officer", "clerk")], []
    for n in range(ROUNDS):
        one = ask_transfer(
            person=make_person(f"转{n}", school.first), target=school.second, outside="", on=NOV_20, note="",
            once_key=uuid.uuid4(), by=school.user("officer"),
        )  # fmt: skip
        with ThreadPoolExecutor(2) as pool:
            taken.append(sum(pool.map(take, hands, [one.pk, one.pk])))
    return taken


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_over_at_once_one_does(school: School, figure: Figure):
    taken = taken_at_once(school)
    assert taken == [1] * ROUNDS
    figure("W1 transfers taken over by two at once, once each", sum(taken))


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_without_the_condition_the_second_runs_into_the_first(school: School, monkeypatch: pytest.MonkeyPatch):
    from members.grants_actions import Refused

    monkeypatch.setattr(TransferQuerySet, "open", lambda rows: rows)
    with pytest.raises(Refused):
        taken_at_once(school)
