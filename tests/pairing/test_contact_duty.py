"""C-3.3 as a duty: what the engine lists, who is told, and that nobody's name is said."""

import datetime as dt
import uuid
from collections.abc import Iterator
from random import Random

import pytest
from django.utils import timezone

from carehub.calendar import year_window
from carehub.duties.models import RuleSetting
from carehub.duties.rule import Ask
from hardship.duties.contacts import PairingContacts
from hardship.models import Case, Contact, Pairing
from members.actions import affiliate, leave
from members.models import Person, Post
from tests.hardship.making import recognised
from tests.hardship.recurring import (
    command,
    days_asked,
    dues_of,
    entered,
    name_free,
    needs_as_many_queries,
    settled,
    told,
)  # fmt: skip
from tests.pairing.making import ON, contacted, day, helped_also, paired
from tests.pairing.test_contact_rule import INVENTED, invented, oracle

pytestmark = pytest.mark.django_db
RULE = PairingContacts()
LOOKS = ((dt.date(2025, 12, 31), 60), (dt.date(2026, 3, 1), 14))


def ask(on: dt.date):
    return list(RULE.list(Ask(on=on), year_window(on.year)))


def post_of(person: Person) -> Post:
    return Post.objects.filter(person=person).earliest("pk")


@pytest.fixture
def case(school) -> Case:
    return recognised(school, "member", by="officer", on=day(400))


@pytest.fixture
def pairing(school, case) -> Pairing:
    """Paired 58 days ago, to be contacted in two days; the officer answers for it."""
    return paired(case, school.colleague, school.user("officer"), ago=58, responsible=post_of(school.officer))


class Invented:
    """Invented pairings as rows, and what the slow oracle says of them."""

    def __init__(self, school, case: Case, monkeypatch, number: int) -> None:
        chance, head, post = Random(33), school.user("head"), post_of(school.officer)
        self.lives = [invented(chance) for _ in range(number)]
        self.pairings = Pairing.objects.bulk_create(
            Pairing(
                case=case, need="x", measures="x", responsible=post, started_on=start, entered_by=head,
                once_key=uuid.uuid4(), **_ended(over, head),
            )
            for start, _contacts, over, *_rest in self.lives
        )  # fmt: skip
        helper = helped_also(self.pairings[0], school.colleague)
        self.entered = [{one: entered(chance, one) for one in set(life[1])} for life in self.lives]
        monkeypatch.setattr(Contact._meta.get_field("entered_at"), "auto_now_add", False)
        Contact.objects.bulk_create(
            Contact(pairing=one, helper=helper, on=on, how="met", done="x", entered_by=head, once_key=uuid.uuid4(),
                    entered_at=timezone.make_aware(dt.datetime.combine(when, dt.time(9))))
            for one, days in zip(self.pairings, self.entered, strict=True) for on, when in days.items()
        )  # fmt: skip

    def expected(self, on: dt.date, days: int) -> Iterator[tuple]:
        for one, (start, _contacts, over, *_rest), held in zip(self.pairings, self.lives, self.entered, strict=True):
            now = oracle(start, held, over, days, on)
            if now and days_asked(now[0], over, on):
                yield one.pk, *now
            for last in sorted(at for at in held if start < at <= on):
                before = [at for at in held if at < last]
                since, due, _state = oracle(start, before, None, days, last - dt.timedelta(1))
                if days_asked(since, last, on):
                    yield one.pk, since, due, settled(last, due, held[last])

    def found(self, on: dt.date, days: int) -> list[tuple]:
        RuleSetting.objects.all().delete()
        RuleSetting.objects.create(name="C-3.3-contact-days", value=str(days), from_on=dt.date(2020, 1, 1))
        return sorted((duty.subject_id, duty.opens_on, duty.due_on, str(duty.state)) for duty in ask(on))


def _ended(over: dt.date | None, head) -> dict:
    return {"ended_on": over, "ended_by": head, "outcome": "other"} if over else {}


def test_the_list_is_what_the_oracle_says_of_ten_thousand_pairings(school, case, figure, monkeypatch):
    many, (on, days) = Invented(school, case, monkeypatch, INVENTED), LOOKS[0]
    expected, found = set(many.expected(on, days)), many.found(on, days)
    compared, wrong = len(expected), len(expected ^ set(found)) + len(found) - len(set(found))
    figure("C-3.3 pairings in the engine", INVENTED)
    figure("C-3.3 duties compared", compared)
    figure("C-3.3 duties that differ", wrong)
    assert wrong == 0
    assert compared > INVENTED


def test_an_engine_with_another_number_of_days_would_be_seen(school, case, monkeypatch):
    """Negative control."""
    some = Invented(school, case, monkeypatch, 300)
    for on, days in LOOKS:
        assert set(some.expected(on, days)) == set(some.found(on, days))
        assert set(some.expected(on, days)) != set(some.found(on, days + 1))


def test_an_engine_that_counts_withdrawn_contacts_would_be_seen(school, pairing, monkeypatch):
    """Negative control."""
    contacted(pairing, school.user("officer"), ago=5, withdrawn_at=timezone.now(), withdrawn_by=school.user("officer"))
    assert [duty.due_on for duty in ask(ON)] == [day(-2)]
    monkeypatch.setattr("hardship.models.pairing.ContactQuerySet.standing", lambda rows: rows.all())
    assert [duty.due_on for duty in ask(ON)] != [day(-2)]


def test_who_is_responsible_owes_it_and_the_list_names_nobody(school, pairing):
    [duty] = ask(ON)
    assert (duty.subject_id, duty.organization, duty.obligor) == (pairing.pk, school.first.code, "王志远")
    assert (duty.opens_on, duty.due_on, duty.state) == (day(58), day(-2), "due_soon")
    assert (duty.subject, duty.person) == ("一份登记", "")
    assert [row.recipient for row in told(RULE, ON)] == [school.user("officer")]


def test_who_is_responsible_by_a_post_above_is_told_as_well(school, case):
    paired(case, school.colleague, school.user("officer"), ago=58, responsible=post_of(school.general_officer))
    [row] = told(RULE, ON)
    assert (row.recipient, row.organization) == (school.user("general_officer"), str(school.first))


def test_who_left_the_post_answers_no_more_then_the_secretary_then_the_level_above(school, pairing):
    Post.objects.filter(person=school.officer).update(ended_on=day(10))
    assert dues_of(RULE, ON) == [(school.first.code, "林晓岚", "due_soon")]
    Post.objects.filter(person=school.owner).update(ended_on=day(10))
    [row] = told(RULE, ON)
    assert (row.recipient, row.vacant) == (school.user("general_secretary"), True)


def test_who_moves_takes_the_pairing_along(school, pairing):
    affiliate(person=pairing.person, organization=school.second, on=day(3))
    assert dues_of(RULE, ON) == [(school.second.code, "王志远", "due_soon")]


@pytest.mark.parametrize("ending", ["died", "left-party", "left"])
def test_who_is_gone_asks_for_nothing_and_what_was_told_falls_silent(school, pairing, ending):
    assert len(told(RULE, ON)) == 1
    leave(person=school.member, on=ON, ending=ending)
    assert ask(day(-20)) == []
    assert told(RULE, day(-20)) == []


def test_an_ended_pairing_and_one_of_a_closed_case_ask_for_nothing(school, pairing, case):
    ended = {"ended_on": ON, "ended_by": school.user("officer"), "outcome": "reached"}
    Pairing.objects.filter(pk=pairing.pk).update(**ended)
    assert [(duty.state, duty.why) for duty in ask(day(-20))] == [("not_applicable", "已结束")]
    Pairing.objects.filter(pk=pairing.pk).update(ended_on=None, ended_by=None, outcome="")
    closed = {"is_open": False, "closed_on": ON, "closed_by": school.user("officer"), "outcome": "overcome"}
    Case.objects.filter(pk=case.pk).update(**closed)
    assert [duty.state for duty in ask(day(-20))] == ["not_applicable"]
    assert told(RULE, day(-20)) == []


def test_each_stage_of_each_turn_is_told_once_and_names_nobody(school, pairing, as_):
    for ago in (4, 3, 1, -2, -3, -4, -43):
        rows = told(RULE, day(ago))
    assert [(row.stage, row.day_on) for row in rows] == [("due_soon", day(1)), ("overdue", day(-3))]
    contacted(pairing, school.user("officer"), ago=-44)
    assert [row.stage for row in told(RULE, day(-103))] == ["due_soon", "overdue", "due_soon"]
    assert {row.link for row in rows} == {"/pairing/"}
    assert name_free(pairing.person, as_("officer"))


def test_twenty_pairings_ask_no_more_than_two(school):
    def more(person: Person) -> None:
        school.people[person.name] = person
        case = recognised(school, person.name, by="officer", on=day(300))
        contacted(paired(case, school.colleague, school.user("officer"), ago=200), school.user("officer"), ago=20)

    assert needs_as_many_queries(RULE, school, more) <= 10


def test_the_command_lists_it_without_a_name(school, pairing):
    text = command("C-3.3")
    assert "一份登记" in text
    assert pairing.person.name not in text
    assert pairing.person.name not in command("C-3.3", "--json")
