"""党龄 on a day, to the letter of duties.md."""

import datetime as dt

import pytest

from members.models import Person
from members.rules import age_on, standing_of

ON = dt.date(2026, 11, 23)


def person(**fields):
    return Person(**({"name": "许文澜", "category": "full"} | fields))


def months(**fields):
    standing = standing_of(person(**fields), ON)
    return standing.months if standing else "none"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"confirmed_on": dt.date(1986, 4, 11)}, 40 * 12 + 7),
        ({"confirmed_on": dt.date(1986, 4, 24)}, 40 * 12 + 6),
        ({"confirmed_on": dt.date(1986, 4, 11), "standing_correction_months": -12}, 39 * 12 + 7),
        ({"joined_on": dt.date(1976, 9, 20)}, 50 * 12 + 2),  # no probation in these years
        ({"joined_on": dt.date(1969, 4, 1)}, 57 * 12 + 7),
        ({"joined_on": dt.date(1977, 8, 11)}, 49 * 12 + 3),
        ({"joined_on": dt.date(1969, 3, 31)}, None),
        ({"joined_on": dt.date(1977, 8, 12)}, None),  # to be verified, never guessed
        ({"joined_on": dt.date(1976, 9, 20), "category": "probationary"}, "none"),
        ({"confirmed_on": dt.date(1986, 1, 1), "confirmed_precision": "year"}, None),
        ({"confirmed_on": dt.date(2026, 11, 23)}, 0),
        ({"category": "non-member"}, "none"),
        ({"confirmed_on": dt.date(1986, 4, 11), "left_party_on": dt.date(2000, 1, 1)}, "none"),
    ],
)
def test_standing(fields, expected):
    assert months(**fields) == expected


def test_a_month_only_date_asks_for_the_archive():
    standing = standing_of(person(confirmed_on=dt.date(1986, 4, 1), confirmed_precision="month"), ON)
    assert standing is not None
    assert standing.needs_archive


def test_age_is_known_only_with_the_day_of_birth():
    assert age_on(person(born_on=dt.date(1946, 11, 24)), ON) == 79
    assert age_on(person(born_on=dt.date(1946, 11, 23)), ON) == 80
    assert age_on(person(born_on=dt.date(1946, 1, 1), born_precision="year"), ON) is None
