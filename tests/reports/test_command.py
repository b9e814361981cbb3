"""manage.py export_inspection writes the same workbook, whole or not at all, and leaves its trace."""

import hashlib
import json

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from carehub.audit.models import Action, AuditEvent
from carehub.reports import building
from carehub.reports.models import Inspection
from tests.reports.making import TODAY


@pytest.fixture(autouse=True)
def _on_that_day(monkeypatch):
    monkeypatch.setattr("carehub.management.commands.export_inspection.today", lambda: TODAY)


def test_it_writes_the_frozen_workbook_of_the_whole_school(school, tmp_path, capsys):
    out = tmp_path / "十月.xlsx"
    call_command("export_inspection", month="2026-10", out=out)
    told, inspection = json.loads(capsys.readouterr().out), Inspection.objects.get()
    assert told["sha256"] == inspection.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert load_workbook(out).sheetnames == ["说明", "汇总", "谈心谈话台账", "党费减免台账", "未完成名单"]
    assert inspection.organization == school.committee


def test_it_is_in_the_trail(school, tmp_path):
    call_command("export_inspection", month="2026-10", organization=school.first.code, out=tmp_path / "a.xlsx")
    events = AuditEvent.objects.filter(action__in=[Action.EXPORT, Action.DOWNLOAD])
    assert [event.action for event in events.order_by("pk")] == [Action.EXPORT, Action.DOWNLOAD]


@pytest.mark.parametrize(
    ("month", "code", "words"),
    [
        ("2026-13", "", "无法识别"),
        ("October", "", "无法识别"),
        ("2999-01", "", "还没有开始"),
        ("2026-10", "no-such", "没有编码"),
        ("2026-10", "060000010101", "党小组"),
    ],
)
def test_what_cannot_be_is_refused_with_status_2(school, tmp_path, month, code, words):
    with pytest.raises(CommandError, match=words) as refused:
        call_command("export_inspection", month=month, organization=code, out=tmp_path / "a.xlsx")
    assert refused.value.returncode == 2
    assert not Inspection.objects.exists()


def test_a_folder_that_is_not_there_is_refused_before_anything_is_built(school, tmp_path):
    with pytest.raises(CommandError, match="没有这个文件夹") as refused:
        call_command("export_inspection", month="2026-10", out=tmp_path / "none" / "a.xlsx")
    assert refused.value.returncode == 2


def test_a_failed_build_leaves_the_old_file_alone_and_says_1(school, tmp_path, monkeypatch):
    def broken(*_args):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(building, "read_facts", broken)
    out = tmp_path / "a.xlsx"
    out.write_bytes(b"old")
    with pytest.raises(CommandError) as failed:
        call_command("export_inspection", month="2026-10", out=out)
    assert failed.value.returncode == 1
    assert out.read_bytes() == b"old"


def test_a_write_that_fails_leaves_no_half_file(school, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(CommandError, match="文件写不了") as failed:
        call_command("export_inspection", month="2026-10", out=tmp_path / "a.xlsx")
    assert failed.value.returncode == 2
    assert list(tmp_path.iterdir()) == []
