"""When a hardship is to be looked at again, against a slow oracle that counts day by day."""

import datetime as dt
from calendar import monthrange
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carehub.duties.duty import State
from hardship.cases.rules import NextReview, next_review

INVENTED = 10_000
DAYS = st.dates(dt.date(2019, 12, 1), dt.date(2028, 3, 31))
MAYBE = st.none() | DAYS


def oracle(recognised_on, reviews, agreed_on, over_on, months, soon, on) -> tuple | None:
    """Walk from the recognition to the day of looking, then ahead, one day and one month at a time."""
    if recognised_on is None or on < recognised_on:
        return None
    since, day = recognised_on, recognised_on
    while day <= on:
        since = day if day in reviews else since
        day += dt.timedelta(1)
    due = walked(since, months) if months else None
    if agreed_on and agreed_on > since and (due is None or agreed_on < due):
        due = agreed_on
    return since, due, "not_applicable" if over_on and over_on <= on else looked(due, soon, on)


def walked(since: dt.date, months: int) -> dt.date:
    """Go month by month to the first of the month in which it falls due, then to the day or the last one."""
    due = since.replace(day=1)
    for _month in range(months):
        due = (due.replace(day=28) + dt.timedelta(4)).replace(day=1)
    return due.replace(day=min(since.day, monthrange(due.year, due.month)[1]))


def looked(due: dt.date | None, soon: int, on: dt.date) -> str:
    if due is None:
        return "open"
    ahead, n = on, 0
    while ahead < due:
        ahead, n = ahead + dt.timedelta(1), n + 1
    return "overdue" if due < on else "due_soon" if n <= soon else "open"


def engine(recognised_on, reviews, agreed_on, over_on, months, soon, on) -> tuple | None:
    found = next_review(
        recognised_on=recognised_on, reviews=reviews, agreed_on=agreed_on, over_on=over_on, months=months,
        soon=dt.timedelta(soon), on=on,
    )  # fmt: skip
    return found and (found.since_on, found.due_on, str(found.state))


@settings(deadline=None, max_examples=500)
@given(
    MAYBE, st.lists(DAYS, max_size=5), MAYBE, MAYBE, st.sampled_from([None, 1, 3, 6, 12]), st.integers(0, 40), DAYS
)  # fmt: skip
def test_rule_and_oracle_agree(recognised_on, reviews, agreed_on, over_on, months, soon, on):
    asked = (recognised_on, reviews, agreed_on, over_on, months, soon, on)
    assert engine(*asked) == oracle(*asked)


def invented(chance: Random) -> tuple:
    """Return a likely case: ends of months, leap days, reviews near the day on which they are due."""
    start = dt.date(2024, 1, 1) + dt.timedelta(chance.randrange(900))
    if chance.random() < 0.3:
        start = start.replace(day=monthrange(start.year, start.month)[1])
    reviews = [start + dt.timedelta(chance.randrange(-20, 700)) for _ in range(chance.randrange(4))]
    agreed = start + dt.timedelta(chance.randrange(400)) if chance.random() < 0.3 else None
    over = start + dt.timedelta(chance.randrange(700)) if chance.random() < 0.2 else None
    recognised = None if chance.random() < 0.05 else start
    months = chance.choice((None, 3, 6, 6, 6, 12))
    return recognised, reviews, agreed, over, months, 30, start + dt.timedelta(chance.randrange(-10, 800))


def differences(rule) -> int:
    chance = Random(31)
    cases = [invented(chance) for _ in range(INVENTED)]
    return sum(rule(*case) != oracle(*case) for case in cases)


def test_ten_thousand_invented_cases(figure):
    wrong = differences(engine)
    figure("C-3.1 invented cases", INVENTED)
    figure("C-3.1 differences", wrong)
    assert wrong == 0


def test_a_slip_of_one_day_would_be_seen():
    """Negative control."""

    def late(recognised_on, reviews, agreed_on, over_on, months, soon, on):
        return engine(recognised_on, reviews, agreed_on, over_on, months, soon - 1, on)

    assert differences(late) > 10


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-07-30", State.OPEN),
        ("2026-08-01", State.DUE_SOON),
        ("2026-08-31", State.DUE_SOON),
        ("2026-09-01", State.OVERDUE),
    ],
)
def test_the_last_day_of_a_short_month(on: str, state: str):
    found = next_review(
        recognised_on=dt.date(2026, 2, 28), reviews=[dt.date(2026, 2, 28)], agreed_on=dt.date(2026, 8, 31),
        over_on=None, months=None, soon=dt.timedelta(30), on=dt.date.fromisoformat(on),
    )  # fmt: skip
    assert found == NextReview(dt.date(2026, 2, 28), dt.date(2026, 8, 31), state)
