"""Engine and oracle agree on every duty: states, dates, organisations, counts."""

import datetime as dt
from collections import Counter
from random import Random
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from carehub.calendar import DAY, Window, quarter_of, window_named, year_of
from carehub.catalog import RULES
from carehub.duties.look import Look
from carehub.duties.rows import RowRule
from carehub.duties.rule import Ask, Rule
from members.models import Post
from talks.duties import EACH_MUST, EVENTS
from talks.duties.branch import BranchTalks, _served_that_day
from talks.duties.general import GeneralBranchTalks
from talks.duties.leader import LeaderTalks
from talks.models import Participation
from talks.rules import attended
from tests.duties import oracle
from tests.duties.event_invention import invent_events
from tests.duties.event_oracle import EventOracle
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
    window = window_named(label)
    wise = EventOracle(rows, on, label) if rule.cadence == "event" else oracle.Oracle(rows, on, label)
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
    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        seed=st.integers(0, 2**32),
        on=st.dates(dt.date(2024, 1, 1), dt.date(2027, 3, 1)),
        past=st.integers(0, 400),
    )
    def test_engine_and_oracle_agree_on_small_schools(self, seed: int, on: dt.date, past: int) -> None:
        invent_events(invent(Random(seed), people=14, generals=2, branches=2), one_in=1)
        rows, seen = oracle.load(), on - dt.timedelta(days=past)
        for rule in dict.fromkeys([*RULES, *EACH_MUST]):
            window = quarter_of(seen) if rule.cadence == "quarter" else year_of(seen)
            assert differences(on, window.label, rule, rows) == []


@pytest.mark.django_db
def test_engine_and_oracle_agree_on_ten_thousand_people_over_three_years() -> None:
    invent_events(invent(Random(20261123), people=10_000, generals=12, branches=7), one_in=10)
    rows = oracle.load()
    for on, *labels in LOOKS:
        for rule, label in [(rule, label) for rule in RULES for label in labels if rule.fits(window_named(label))]:
            found = differences(dt.date.fromisoformat(on), label, rule, rows)
            assert found == [], f"{rule.code} {label} on {on}: {len(found)} differences"


WRONG_READINGS = {
    "whoever left is still owed": ("talks.duties.event_folding.Case.left", ""),
    "a goodbye is like any event": ("talks.duties.event_folding.Case.is_goodbye", False),
    "nobody leads his own branch": ("talks.duties.event_folding.Case.leads", False),
    "only the unit of the deadline counts": ("talks.duties.event_folding.Case._led_there", lambda *how: False),
    "an excuse is none": ("talks.duties.events.excuses_of", lambda *how: {}),
    "what was talked about is settled": (
        "talks.duties.event_facts._settled_long_ago",
        lambda day: Participation.objects.filter(person=OuterRef("person"), talk__held_on__lt=day),
    ),
}


@pytest.mark.django_db
@pytest.mark.walk
@pytest.mark.parametrize("wrong", WRONG_READINGS)
def test_a_wrong_reading_of_events_is_found_out(wrong: str) -> None:
    """Negative control: each shows in a small school, and the right reading does not."""
    invent_events(invent(Random(7), people=150, generals=2, branches=3), one_in=1)
    rows, found = oracle.load(), 0
    for on, rule in [(dt.date.fromisoformat(on), rule) for on, *_labels in LOOKS for rule in EVENTS]:
        assert differences(on, str(on.year), rule, rows) == []
        with mock.patch(*WRONG_READINGS[wrong]):
            found += len(differences(on, str(on.year), rule, rows))
    assert found


class CountsAnyPost(BranchTalks):
    """Wrong: whoever was secretary of the branch on some day, not on the day of the talk."""

    def deeds(self, look: Look) -> Any:
        ever = Post.objects.secretaries().filter(person=OuterRef("talk__talker"))
        ever = ever.filter(organization=OuterRef(OuterRef("branch")))
        return attended(look).filter(Exists(ever), person=OuterRef("person_id"))


class CountsAnyBranch(BranchTalks):
    """Wrong: a talk in the old branch counts although the setting says no, if the talker ever led the new one."""

    def deeds(self, look: Look) -> Any:
        served = Post.objects.filter(person=OuterRef("talk__talker"), organization=OuterRef(OuterRef("branch")))
        return attended(look).filter(Exists(_served_that_day()), Exists(served), person=OuterRef("person_id"))


class ForgetsGrace(BranchTalks):
    """Wrong: an entry after the grace is as good as one in time."""

    def rows(self, look: Look) -> Any:
        with mock.patch.object(Look, "in_time_until", dt.date.max):
            return super().rows(look)


class ForgetsVacancy(GeneralBranchTalks):
    """Wrong: a branch whose post is vacant on the reference day is no longer owed anything."""

    def rows(self, look: Look) -> Any:
        return super().rows(look).filter(Q(ended_on=None) | Q(ended_on__gte=look.reference_on))


class CountsTwice(LeaderTalks):
    """Wrong: who is overseen as a cadre and as a secretary counts twice."""

    count = Count("pk")


@pytest.mark.django_db
@pytest.mark.walk
@pytest.mark.parametrize("broken", [CountsAnyPost, CountsAnyBranch, ForgetsGrace, ForgetsVacancy, CountsTwice])
def test_a_broken_engine_is_found_out(broken: type[RowRule]) -> None:
    """Negative control: each wrong reading shows in at least one of a handful of schools, the right one in none."""
    right, found = broken.__base__(), 0
    for seed in range(3):
        with transaction.atomic():
            invent(Random(seed), people=120, generals=2, branches=3)
            rows = oracle.load()
            for on, label in [(window.ends_on + 9 * DAY, window.label) for window in _windows(right)]:
                assert differences(on, label, right, rows) == []
                found += len(differences(on, label, broken(), rows))
            transaction.set_rollback(True)
    assert found


def _windows(rule: Rule) -> list[Window]:
    if rule.cadence == "year":
        return [year_of(dt.date(year, 1, 1)) for year in (2024, 2025, 2026)]
    return [quarter_of(dt.date(year, 3 * quarter, 1)) for year in (2024, 2025, 2026) for quarter in (1, 2, 3, 4)]
