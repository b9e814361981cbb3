"""On its first day the portal asks nobody for what closed before it was there."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command

from carehub.catalog import RULES
from carehub.duties.models import RuleSetting
from carehub.duties.rule import Ask, list_owed
from members.models import Affiliation, Organization, Post
from tests.browser.workbooks import roster

ON = dt.date(2026, 11, 23)


@pytest.fixture
def branch(db: None) -> Organization:
    root = Organization.objects.create(code="9", name="党委", kind="committee")
    return Organization.objects.create(code="91", name="图书馆直属党支部", kind="branch", parent=root)


def import_on(path: Path, on: dt.date) -> None:
    call_command("import_roster", str(path), on=on)


def overdue(on: dt.date) -> list[str]:
    return [duty.window for duty in list_owed(RULES, Ask(on=on, states=frozenset({"overdue"})))]


def test_the_first_roster_brings_no_overdue_talks_of_last_year(branch, tmp_path):
    import_on(roster(tmp_path / "名册.xlsx", branch.name), ON)
    Post.objects.create(
        person=Affiliation.objects.first().person, organization=branch, role="secretary", started_on=dt.date(2020, 1, 1)
    )
    assert overdue(ON) == []
    assert len(list_owed(RULES, Ask(on=ON, states=frozenset({"open"})))) == 2


def test_what_closes_afterwards_is_asked_for(branch, tmp_path):
    import_on(roster(tmp_path / "名册.xlsx", branch.name), ON)
    assert overdue(dt.date(2027, 1, 5)) == ["2026", "2026", "2026"]


def test_a_second_roster_does_not_move_the_first_day(branch, tmp_path):
    file = roster(tmp_path / "名册.xlsx", branch.name)
    import_on(file, ON)
    import_on(file, dt.date(2027, 2, 1))
    assert list(RuleSetting.objects.values_list("name", "value")) == [("in-use-since", "2026-11-23")]


def test_without_a_first_day_last_year_is_asked_for(branch, tmp_path):
    import_on(roster(tmp_path / "名册.xlsx", branch.name), ON)
    RuleSetting.objects.all().delete()
    assert overdue(ON) == ["2025", "2025", "2025"]
