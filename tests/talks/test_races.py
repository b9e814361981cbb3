"""W5 and W1: the same form many times at once is one talk; of two corrections at once one is told about the other."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from talks.actions import Overtaken, correct_talk, withdraw_talk
from talks.models import Correction, Participation, Talk
from tests.cast import School
from tests.talks.writing import ON, talk_of

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
AT_ONCE, ROUNDS = 5, 100


def at_once(work: Callable[[int], Any], times: int = AT_ONCE) -> list[Any]:
    """Return what the same work gave when threads with connections of their own did it together."""

    def alone(n: int) -> Any:
        try:
            return work(n)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


def send(school: School, key_of: Callable[[int], uuid.UUID]) -> None:
    for _round in range(ROUNDS):
        shared = uuid.uuid4()
        at_once(lambda n, shared=shared: talk_of(school.owner, school.member, once_key=key_of(n) or shared))


def test_five_posts_at_once_a_hundred_times_are_a_hundred_talks(school: School) -> None:
    send(school, lambda n: None)
    assert (Talk.objects.count(), Participation.objects.count()) == (ROUNDS, ROUNDS)


def test_without_the_shared_key_the_same_posts_would_be_five_hundred_talks(school: School) -> None:
    """The negative control: the test above can see a hole."""
    send(school, lambda n: uuid.uuid4())
    assert Talk.objects.count() == ROUNDS * AT_ONCE


def correct(school: School, talk: Talk, n: int) -> bool:
    same = {"people": [school.member], "held_on": ON, "form": "single", "reasons": [], "place": f"{n} 号"}
    try:
        correct_talk(talk=talk, version=1, because=f"第{n}次", channel="phone", by=None, on=ON, **same)
    except Overtaken:
        return False
    return True


def test_two_corrections_at_once_give_one_correction_and_one_conflict(school: School) -> None:
    talks = [talk_of(school.owner, school.member) for _ in range(50)]
    for talk in talks:
        won = at_once(lambda n, talk=talk: correct(school, talk, n), 2)
        assert sorted(won) == [False, True]
        talk.refresh_from_db()
        assert talk.place == f"{won.index(True)} 号"
    assert Correction.objects.count() == 50


def test_a_withdrawal_and_a_correction_at_once_do_not_both_happen(school: School) -> None:
    talks = [talk_of(school.owner, school.member) for _ in range(50)]

    def withdraw(talk: Talk) -> bool:
        try:
            withdraw_talk(talk=talk, version=1, because="记错了", by=None)
        except Overtaken:
            return False
        return True

    for talk in talks:
        won = at_once(lambda n, talk=talk: withdraw(talk) if n else correct(school, talk, 9), 2)
        assert sorted(won) == [False, True]
    assert Correction.objects.count() == 50
    assert connection.vendor == "postgresql"
