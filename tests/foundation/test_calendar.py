"""Years, quarters and dates of partial precision."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.calendar import (
    DAY,
    Precision,
    date_words,
    last_possible_day,
    near_date_words,
    quarter_of,
    titled_window,
    window_named,
    year_of,
)

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2999, 12, 30))


@given(DAYS)
def test_every_day_lies_in_its_year_and_quarter(day):
    assert day in year_of(day)
    assert day in quarter_of(day)


@given(DAYS)
def test_quarters_follow_one_another_without_a_gap(day):
    quarter = quarter_of(day)
    following = quarter_of(quarter.ends_on + DAY)
    assert following.starts_on == quarter.ends_on + DAY
    assert quarter.starts_on.month % 3 == 1


@given(DAYS)
def test_a_window_is_found_again_by_its_label(day):
    assert window_named(quarter_of(day).label) == quarter_of(day)
    assert window_named(year_of(day).label) == year_of(day)


@pytest.mark.parametrize("label", ["", "2026Q5", "26", "2026-Q1", "年", "12026"])
def test_a_window_that_is_none_is_refused(label):
    with pytest.raises(ValueError, match="无法识别"):
        window_named(label)


def test_dates_read_as_the_office_writes_them():
    day = dt.date(1975, 7, 1)
    assert date_words(day) == "1975年7月1日"
    assert date_words(day, Precision.MONTH) == "1975年7月"
    assert date_words(day, Precision.YEAR) == "1975年"
    assert date_words(None) == ""


def test_near_days_have_names():
    on = dt.date(2026, 11, 23)
    assert [near_date_words(on, on), near_date_words(on - DAY, on)] == ["今天", "昨天"]
    assert near_date_words(dt.date(2026, 3, 5), on) == "3月5日"
    assert near_date_words(dt.date(2025, 3, 5), on) == "2025年3月5日"


def test_a_date_of_partial_precision_means_at_latest_its_last_day():
    assert last_possible_day(dt.date(1976, 2, 1), Precision.MONTH) == dt.date(1976, 2, 29)
    assert last_possible_day(dt.date(1976, 2, 1), Precision.YEAR) == dt.date(1976, 12, 31)
    assert last_possible_day(dt.date(1976, 2, 1), Precision.DAY) == dt.date(1976, 2, 1)


def test_a_window_and_what_is_done_in_it_are_said_once():
    assert titled_window("2026", "年度谈话") == "2026年度谈话"
    assert titled_window("2026Q4", "季度谈话") == "2026年第四季度谈话"
    assert titled_window("2026", "分管谈话") == "2026年分管谈话"
