"""Many at once: one form is one workbook, one workbook is built by one worker, and it is read from one moment."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from carehub.reports import building
from carehub.reports.facts import one_moment
from carehub.reports.models import Inspection
from tests.reports.making import asked, talk

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
AT_ONCE, ROUNDS = 5, 20


def at_once(work: Callable[[], Any]) -> list[Any]:
    """Return what the same work gave when five threads with connections of their own did it together."""

    def alone(_n: int) -> Any:
        try:
            return work()
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(alone, range(AT_ONCE)))


def test_five_posts_at_once_of_one_form_ask_for_one_workbook(school):
    for _round in range(ROUNDS):
        key = uuid.uuid4()
        found = at_once(lambda key=key: asked(school, school.languages, once_key=key).pk)
        assert len(set(found)) == 1
    assert Inspection.objects.count() == ROUNDS


def test_without_the_shared_key_they_would_be_a_hundred(school):
    """The negative control: the test above can see a hole."""
    for _round in range(ROUNDS):
        at_once(lambda: asked(school, school.languages).pk)
    assert Inspection.objects.count() == ROUNDS * AT_ONCE


def test_of_five_workers_at_once_one_builds(school):
    for _round in range(ROUNDS):
        number = asked(school, school.first).pk
        assert sorted(at_once(lambda number=number: building.build(number))) == [False] * 4 + [True]
    assert set(Inspection.objects.values_list("attempts", flat=True)) == {1}


def test_the_facts_are_read_from_one_moment(school):
    def write() -> int:
        return talk(school.owner, [school.member]).pk

    with one_moment():
        before = school.owner.talks_led.count()
        assert len(at_once(write)) == AT_ONCE
        assert school.owner.talks_led.count() == before
    assert school.owner.talks_led.count() == before + AT_ONCE


def test_an_ordinary_transaction_would_see_what_others_write_meanwhile(school):
    """The negative control: without one moment the sheets could contradict each other."""
    with transaction.atomic():
        assert school.owner.talks_led.count() == 0
        at_once(lambda: talk(school.owner, [school.member]).pk)
        assert school.owner.talks_led.count() == AT_ONCE


def test_while_facts_are_read_nothing_can_be_written(school):
    with pytest.raises(DatabaseError, match="read-only"), one_moment():
        talk(school.owner, [school.member])
    assert connection.vendor == "postgresql"
