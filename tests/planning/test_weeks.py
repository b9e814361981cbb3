"""Working weeks: holidays, swapped weekends and breaks; people spread over them evenly, birthdays in their week."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.dashboard.planning import birthday_ahead, spread
from carehub.duties.kinds import Spans, spans_of
from carehub.workdays import is_working_day, working_weeks

ON, END = dt.date(2026, 9, 1), dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-10-01", False),  # 国庆
        ("2026-10-07", False),  # a day off by a swap
        ("2026-10-10", True),  # the Saturday worked for it
        ("2026-10-11", False),
        ("2026-11-23", True),
        ("2027-02-05", False),  # 除夕
    ],
)
def test_holidays_and_swapped_days(day: str, works: bool):
    assert is_working_day(dt.date.fromisoformat(day)) is works


def test_a_break_over_the_end_of_the_year_is_left_out():
    spans = spans_of("12-25~02-20 07-12~08-31")
    assert not is_working_day(dt.date(2026, 12, 28), spans)
    assert not is_working_day(dt.date(2027, 1, 4), spans)
    assert not is_working_day(dt.date(2026, 7, 13), spans)
    assert is_working_day(dt.date(2026, 12, 24), spans)


def test_the_week_of_a_long_holiday_is_no_week():
    mondays = [week.monday for week in working_weeks(dt.date(2026, 9, 28), dt.date(2026, 10, 18))]
    assert mondays == [dt.date(2026, 9, 28), dt.date(2026, 10, 5), dt.date(2026, 10, 12)]
    spans = spans_of("10-05~10-11")
    assert dt.date(2026, 10, 5) not in [week.monday for week in working_weeks(ON, END, spans)]


@pytest.mark.parametrize("value", ["01-18", "01-18~02-30", "1-18~2-25", "01-18~02-25,07-12~08-31", "x~y"])
def test_a_stretch_that_cannot_be_is_refused(value: str):
    assert not Spans().fits(value)


def line(name: str, joined: dt.date | None = None, held: dt.date | None = None) -> Any:
    """Return what the plan looks at in a line of the branch screen."""
    person = SimpleNamespace(name=name, pinyin=name, joined_on=joined, joined_precision="day")
    return SimpleNamespace(person=person, last=SimpleNamespace(held_on=held) if held else None)


days = st.dates(dt.date(1950, 1, 1), dt.date(2025, 12, 31))
people = st.lists(st.tuples(st.none() | days, st.none() | days), max_size=60)


@given(people, st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_everybody_stands_in_one_week_and_no_week_carries_two_more_than_it_must(found: list[Any], on: dt.date):
    weeks = list(working_weeks(on, END))
    if not weeks:
        return
    lines = [line(f"p{n}", joined, held) for n, (joined, held) in enumerate(found)]
    planned = spread(lines, weeks, on)
    names = [one.line.person.name for week in planned for one in week.people]
    assert sorted(names) == sorted(one.person.name for one in lines)
    plain = [sum(not one.note for one in week.people) for week in planned]
    sizes = [len(week.people) for week in planned]
    assert all(size <= min(sizes) + 1 for size, others in zip(sizes, plain, strict=True) if others)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2025, 12, 31)))
def test_a_birthday_is_planned_in_its_week_or_the_working_week_before(joined: dt.date):
    one = line("甲", joined)
    day = birthday_ahead(one, ON, END)
    weeks = list(working_weeks(ON, END))
    placed = next(week for week in spread([one], weeks, ON) if week.people)
    if day is None:
        assert placed.week == weeks[0]
    else:
        assert placed.week.monday <= day
        assert not any(placed.week.monday < week.monday <= day for week in weeks)


def test_the_longest_wait_comes_first():
    weeks = list(working_weeks(ON, END))
    lines = [line("近", held=dt.date(2025, 12, 1)), line("远", held=dt.date(2024, 3, 1)), line("无")]
    order = [one.line.person.name for week in spread(lines, weeks, ON) for one in week.people]
    assert order == ["无", "远", "近"]
