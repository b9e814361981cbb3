"""Two at once: one closing stands, one of two opens it again. On PostgreSQL, each with its negative control."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from carehub.accounts.models import User
from carehub.calendar import year_window
from carehub.catalog import RULES
from carehub.duties.closing import NotOpened, close, reopen
from carehub.duties.models import ClosedPeriod, ClosedPeriodQuerySet
from tests.cast import School
from tests.figures import Figure

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
ROUNDS, ENDED = 20, dt.date(2027, 1, 8)
YEARLY = next(rule for rule in RULES if rule.code == "C-2.3")


def at_once(do: Callable[[Any], bool], hands: list[Any]) -> int:
    """Return how many of them did it."""

    def alone(hand: Any) -> bool:
        try:
            return do(hand)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(hands)) as pool:
        return sum(pool.map(alone, hands))


def closings(rounds: int = ROUNDS) -> list[int]:
    """Return how many of two sweeps closed each year when both did so at once."""
    years = [year_window(1990 + n) for n in range(rounds)]
    return [at_once(lambda window: close(YEARLY, window, on=ENDED) is not None, [year, year]) for year in years]


def openings(school: School) -> list[int]:
    """Return how many of the two of the department opened each period when both did so at once."""

    def open_again(hand: tuple[int, ClosedPeriod]) -> bool:
        by, period = User.objects.get(pk=hand[0]), hand[1]
        try:
            reopen(period=period, reason="补正", until_on=ENDED, by=by, on=ENDED)
        except NotOpened:
            return False
        return True

    both = [school.user(key).pk for key in ("clerk", "head")]
    periods = [close(YEARLY, year_window(1990 + n), on=ENDED) for n in range(ROUNDS)]
    return [at_once(open_again, [(by, period) for by in both]) for period in periods]


def test_of_two_sweeps_at_once_one_closes_a_period(school: School, figure: Figure):
    assert closings() == [1] * ROUNDS
    assert ClosedPeriod.objects.standing().count() == ROUNDS
    figure("periods closed by two sweeps at once, once each", ROUNDS)


def test_without_the_constraints_both_would_close_it(school: School):
    unique = [one for one in ClosedPeriod._meta.constraints if "fields" in one.deconstruct()[2]]
    with connection.schema_editor() as editor:
        for one in unique:
            editor.remove_constraint(ClosedPeriod, one)
    try:
        assert max(closings()) == 2
    finally:
        ClosedPeriod.objects.all().delete()
        with connection.schema_editor() as editor:
            for one in unique:
                editor.add_constraint(ClosedPeriod, one)


def test_of_two_who_open_a_period_at_once_one_does(school: School, figure: Figure):
    assert openings(school) == [1] * ROUNDS
    figure("periods opened by two at once, once each", ROUNDS)


def test_without_the_condition_both_would_open_it(school: School, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ClosedPeriodQuerySet, "standing", lambda rows: rows)
    assert max(openings(school)) == 2
