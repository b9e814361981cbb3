"""Engine and oracle agree on every duty: states, dates, organisations, counts."""

import datetime as dt
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from carehub.calendar import quarter_of, window_named, year_of
from carehub.catalog import RULES
from carehub.duties.rule import Ask, Rule
from tests.duties import invention, oracle
from tests.duties.invention import invent

COMPARED = ("key", "organization", "state", "opens_on", "due_on", "done_on", "vacant")
LOOKS = [
    # on, windows: at the turns of years and quarters, ahead of a window and long after it
    ("2024-01-01", "2024", "2024Q1"),
    ("2024-03-31", "2024", "2024Q1"),
    ("2024-07-01", "2024", "2024Q2"),
    ("2024-12-02", "2024", "2024Q4"),
    ("2024-12-31", "2024", "2025"),
    ("2025-01-05", "2024", "2024Q4"),
    ("2025-06-30", "2025", "2025Q2"),
    ("2025-12-20", "2025", "2026Q1"),
    ("2026-01-09", "2025", "2025Q4"),
    ("2026-04-01", "2026", "2026Q1"),
    ("2026-11-23", "2026", "2026Q4"),
    ("2026-12-31", "2026", "2026Q3"),
    ("2027-02-01", "2026", "2024"),
]


def differences(on: dt.date, label: str, rule: Rule, rows: oracle.Rows) -> list[Any]:
    """Return what engine and oracle do not agree about."""
    window, wise = window_named(label), oracle.Oracle(rows, on, label)
    duties = rule.list(Ask(on=on), window)
    mine = {(duty.key, *(getattr(duty, name) for name in COMPARED[1:])) for duty in duties}
    theirs = {tuple(row[name] for name in COMPARED) for row in wise.duties(rule.code)}
    counts = {row.organization: _counted(row) for row in rule.tally(Ask(on=on), window)}
    assert len(mine) == len(duties)
    return [*sorted(map(str, mine ^ theirs)), *_unequal(counts, wise.tally(rule.code))]


def _counted(row: Any) -> Counter[str]:
    states = ("open", "due_soon", "overdue", "done", "late_entry", "done_late", "excused", "upcoming")
    return Counter({state: n for state in states if (n := getattr(row, state))})


def _unequal(mine: dict[str, Counter[str]], theirs: dict[str, Counter[str]]) -> list[Any]:
    return [(code, mine.get(code), theirs.get(code)) for code in mine | theirs if mine.get(code) != theirs.get(code)]


class SmallSchools(TestCase):
    @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        seed=st.integers(0, 2**32),
        on=st.dates(dt.date(2024, 1, 1), dt.date(2027, 3, 1)),
        past=st.integers(0, 400),
    )
    def test_engine_and_oracle_agree_on_small_schools(self, seed: int, on: dt.date, past: int) -> None:
        invent(Random(seed), people=14, generals=2, branches=2)
        rows, seen = oracle.load(), on - dt.timedelta(days=past)
        for rule in RULES:
            window = quarter_of(seen) if rule.cadence == "quarter" else year_of(seen)
            assert differences(on, window.label, rule, rows) == []


@pytest.mark.django_db
def test_engine_and_oracle_agree_on_ten_thousand_people_over_three_years() -> None:
    invent(Random(20261123), people=10_000, generals=12, branches=7)
    rows = oracle.load()
    for on, *labels in LOOKS:
        for rule, label in [(rule, label) for rule in RULES for label in labels if rule.fits(window_named(label))]:
            found = differences(dt.date.fromisoformat(on), label, rule, rows)
            assert found == [], f"{rule.code} {label} on {on}: {len(found)} differences"


@pytest.mark.django_db
def test_an_oracle_that_forgets_the_old_branch_is_found_out() -> None:
    """Negative control: the comparison sees a single wrong reading."""
    invent(Random(7), people=300, generals=2, branches=3)
    rows = oracle.load()
    rule = next(rule for rule in RULES if rule.code == "C-2.3")
    on = invention.LAST
    assert differences(on, "2026", rule, rows) == []
    rows.settings.append({"name": "C-2.3-other-branch", "value": "no", "from_on": dt.date(2026, 12, 31)})
    assert differences(on, "2026", rule, rows)
