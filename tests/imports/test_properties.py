"""Properties over many invented cells: IDs survive or are refused, bad cells are named, good ones are not (X2, X4)."""

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from members.identity import identity_of
from members.importing.base import Row
from members.importing.dates import Known, Unreadable, read_date
from members.importing.person_row import read_person
from members.importing.roster import RosterImporter
from members.models import Person
from tests.imports.making import ON, bring, id_of, person, roster
from tests.imports.test_codes import ERRORS, WARNINGS

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))
FAULTS = 1000
IDS = 5000


def outcome(value: object) -> tuple[str, list[str]]:
    """Return the ID number that a cell yields, and the codes of the errors."""
    row = Row(2, {"name": "张三", "id_number": value}, {"id_number": "公民身份号码"}, RosterImporter.by_key())
    number = read_person(row, ON).id_number
    return number, [finding.code for finding in row.findings if finding.level == "error"]


def test_5000_ids_as_text_survive_and_as_numbers_are_refused_and_none_is_repaired() -> None:
    chance = random.Random(20261123)
    for n in range(IDS):
        day = dt.date(1930, 1, 1) + dt.timedelta(days=chance.randrange(27_000))
        number = id_of(n, born=f"{day:%Y%m%d}", sex=n % 2)
        assert outcome(number) == (number, [])
        if number.isdigit():
            assert outcome(float(number)) == ("", ["id-digits-lost"])
            assert outcome(f"{float(number):.5E}") == ("", ["id-digits-lost"])
        digit = chance.randrange(17)
        wrong = number[:digit] + str((int(number[digit]) + chance.randrange(1, 10)) % 10) + number[digit + 1 :]
        assert outcome(wrong)[0] == ""
        assert "id-checksum" in outcome(wrong)[1]


@given(st.text(max_size=24))
def test_any_text_is_an_id_or_is_refused(text: str) -> None:
    identity = identity_of(text, ON)
    assert identity.faults or len(identity.number) == 18


@given(DAYS)
def test_a_day_is_read_in_every_way_of_writing(day: dt.date) -> None:
    written = [f"{day.year}.{day.month:02d}.{day.day:02d}", f"{day.year}-{day.month}-{day.day}", f"{day:%Y%m%d}",
               f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日", day,
               dt.datetime(day.year, day.month, day.day), float(f"{day:%Y%m%d}")]  # fmt: skip
    assert {read_date(value) for value in written} == {Known(day)}


@given(DAYS)
def test_a_month_keeps_its_precision_and_a_bare_january_is_not_guessed(day: dt.date) -> None:
    first = day.replace(day=1)
    for text in (f"{day.year}年{day.month}月", f"{day.year}.{day.month}", f"{day:%Y%m}"):
        assert read_date(text) == Known(first, "month")
    number = float(f"{day.year}.{day.month}")
    if day.month in (1, 10):
        with pytest.raises(Unreadable, match="date-ambiguous"):
            read_date(number)
    else:
        assert read_date(number) == Known(first, "month")


@given(st.one_of(st.text(max_size=20), st.floats(), st.booleans(), st.times()))
@settings(max_examples=300)
def test_any_cell_is_a_date_or_says_why_not(value: object) -> None:
    try:
        outcome = str(read_date(value).on.year)
    except Unreadable as trouble:
        outcome = str(trouble)
    assert outcome in ("date-invalid", "date-ambiguous") or 1900 <= int(outcome) <= 2100


def test_every_seeded_fault_is_named_and_no_good_cell_is(school) -> None:
    chance = random.Random(7)
    rows, expected = [], set()
    while len(expected) < FAULTS:
        n = len(rows)
        code, column, cells = chance.choice([*ERRORS, *WARNINGS])
        seeded = chance.random() < 0.5
        # Two rows with the same broken ID would be a second fault, so only empty or too short ones are seeded.
        if seeded and ("公民身份号码" not in cells or code in ("id-missing", "id-digits-lost", "id-length")):
            rows.append(person(n, **cells))
            expected.add((n + 2, column, code))
        else:
            rows.append(person(n))
    found = {(f["row"], f["column"], f["code"]) for f in bring(roster(*rows)).report["findings"]}
    assert found == expected
    assert Person.objects.filter(path__gt="").count() > FAULTS
