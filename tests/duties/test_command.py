"""manage.py duties, as duties.md writes it."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.cast import School
from tests.duties.asking import dismiss, talk


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("duties", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_tally_counts_per_rule_organisation_and_window(school: School) -> None:
    talk(school.owner, school.member, on="03-12")
    data = run("--on", "2026-11-23", "--rule", "C-2.3", "--organization", "0600000101")
    assert data == {
        "on": "2026-11-23",
        "tally": [
            {
                "rule": "C-2.3",
                "organization": "0600000101",
                "window": "2026",
                "open": 3,
                "due_soon": 0,
                "overdue": 0,
                "done": 1,
                "late_entry": 0,
                "done_late": 0,
                "excused": 0,
                "vacant": False,
            }
        ],
    }


def test_the_list_names_every_duty(school: School) -> None:
    talk(school.owner, school.member, on="03-12")
    data = run("--on", "2026-11-23", "--rule", "C-2.3", "--organization", "0600000101", "--list")
    found = next(row for row in data["duties"] if row["subject_id"] == school.member.pk)
    assert found == {
        "key": f"C-2.3:2026:{school.first.pk}:{school.member.pk}",
        "rule": "C-2.3",
        "window": "2026",
        "subject": "黎小满",
        "subject_id": school.member.pk,
        "organization": "0600000101",
        "obligor": "林晓岚",
        "opens_on": "2026-01-01",
        "due_on": "2026-12-31",
        "done_on": "2026-03-12",
        "state": "done",
    }


def test_the_windows_that_hold_the_day_are_reported(school: School) -> None:
    assert {row["window"] for row in run("--on", "2026-11-23")["tally"]} == {"2026", "2026Q4"}


def test_another_window_can_be_asked_for(school: School) -> None:
    data = run("--on", "2026-11-23", "--window", "2026Q3")
    assert [(row["rule"], row["overdue"]) for row in data["tally"]] == [("C-2.2", 2), ("C-2.2", 1)]


def test_organisations_stand_in_official_order(school: School) -> None:
    codes = [row["organization"] for row in run("--on", "2026-11-23", "--rule", "C-2.3")["tally"]]
    assert codes == sorted(codes)


def test_a_vacant_post_is_marked(school: School) -> None:
    dismiss(school.first, until="06-15")
    vacant = {row["organization"] for row in run("--on", "2026-11-23")["tally"] if row["vacant"]}
    assert vacant == {"0600000101"}


def test_without_json_a_table_is_printed(school: School) -> None:
    out = io.StringIO()
    call_command("duties", "--on", "2026-11-23", "--list", stdout=out)
    text = out.getvalue()
    assert text.startswith("2026年11月23日\n条款")
    assert "外国语学院教工第一党支部" in text
    assert "黎小满" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("--on", "2026-02-30"),
        ("--rule", "C-9.9"),
        ("--window", "2026Q5"),
        ("--rule", "C-2.3", "--window", "2026Q3"),
        ("--organization", "nowhere"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_exit_2(school: School, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
