"""The page that a monitor asks, and the command that an administrator asks."""

import datetime as dt
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from members.models import RosterImport


def health() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/healthz")
    return answer.status_code, answer.json()


def test_a_visitor_without_an_account_is_told_that_all_is_well(db: None, settings: Any, tmp_path: Path):
    settings.REDIS_URL, settings.STATE_DIR = "", tmp_path
    assert health() == (200, {"status": "ok", "database": "ok", "doorbell": "ok", "oldest_waiting_seconds": 0})


def test_a_database_that_does_not_answer_is_503(db: None, monkeypatch: pytest.MonkeyPatch):
    def fail(*args: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("carehub.health.oldest_waiting", fail)
    monkeypatch.setattr(connection, "close", lambda: None)
    status, state = health()
    assert (status, state["status"], state["database"]) == (503, "down", "down")


def test_a_redis_that_is_away_is_told_and_the_portal_goes_on(db: None, settings: Any):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, state = health()
    assert (status, state["status"], state["doorbell"]) == (200, "degraded", "down")


def test_an_upload_that_nobody_reads_is_told(db: None, settings: Any):
    settings.REDIS_URL = ""
    upload = RosterImport.objects.create(kind="roster", file_name="a.xlsx", imported_on=dt.date(2026, 11, 23))
    RosterImport.objects.filter(pk=upload.pk).update(uploaded_at=timezone.now() - dt.timedelta(hours=1))
    _status, state = health()
    assert state["status"] == "degraded"
    assert 3590 < state["oldest_waiting_seconds"] < 3700


def test_an_upload_whose_worker_died_is_told(db: None, settings: Any):
    settings.REDIS_URL = ""
    lapsed = timezone.now() - dt.timedelta(hours=2)
    facts = {"kind": "roster", "file_name": "a.xlsx", "imported_on": dt.date(2026, 11, 23)}
    RosterImport.objects.create(**facts, state="committing", lease_until_at=lapsed)
    RosterImport.objects.create(**facts, state="reading", lease_until_at=timezone.now() + dt.timedelta(minutes=5))
    _status, state = health()
    assert 7190 < state["oldest_waiting_seconds"] < 7300


def doctor() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def sound(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the settings of a site where nothing is missing."""
    settings.REDIS_URL, settings.STATE_DIR = "", tmp_path
    monkeypatch.setattr("carehub.management.commands.doctor.missing", lambda: [])
    return settings


def test_the_doctor_finds_nothing_on_a_sound_site(sound: Any):
    assert doctor()[0] == 0


def test_the_doctor_names_redis_and_mail_that_do_not_answer(sound: Any):
    sound.REDIS_URL = "redis://127.0.0.1:1/0"
    sound.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    sound.EMAIL_HOST, sound.EMAIL_PORT = "127.0.0.1", 1
    code, text = doctor()
    assert code == 1
    assert "✗ 后台任务的通知" in text
    assert "✗ 邮件" in text
    assert "有 2 项需要处理" in text


def test_the_doctor_names_what_was_not_set_up(sound: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("carehub.management.commands.doctor.missing", lambda: ["tabler.min.css"])
    sound.STATE_DIR = tmp_path / "nowhere"
    _code, text = doctor()
    assert "✗ 前端文件：缺少 tabler.min.css" in text
    assert "✗ 数据目录" in text


def test_the_doctor_sees_tables_of_an_older_version(sound: Any, monkeypatch: pytest.MonkeyPatch):
    step = [("reminders.0001", False)]
    monkeypatch.setattr("carehub.management.commands.doctor.MigrationExecutor.migration_plan", lambda *args: step)
    assert "✗ 数据表：还有 1 步没有更新" in doctor()[1]
