"""A report that cannot be written is said before anything is imported."""

import pytest
from django.core.management import CommandError, call_command

from members.models import RosterImport
from tests.imports.making import person, roster, saved


def test_nothing_is_imported_when_the_report_has_no_place(school, tmp_path):
    file = saved(tmp_path, roster(person(1)))
    with pytest.raises(CommandError, match="报告写不了") as refused:
        call_command("import_roster", str(file), report=tmp_path / "nowhere" / "report.json")
    assert refused.value.returncode == 2
    assert not RosterImport.objects.exists()


def test_the_report_is_written_where_it_was_asked_for(school, tmp_path):
    file, report = saved(tmp_path, roster(person(1))), tmp_path / "report.json"
    call_command("import_roster", str(file), report=report)
    assert '"new": 1' in report.read_text("utf-8")
