"""The sweep looks after the records: one backup a day, and what fails stops nothing else."""

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from carehub.survival import upkeep
from carehub.survival.failing import Failed
from carehub.sweep import sweep

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 23)


@pytest.fixture
def made(monkeypatch: Any, settings: Any, tmp_path: Path) -> list[int]:
    """Count the backups; each leaves a folder with a manifest."""
    settings.BACKUP_DIR = str(tmp_path)
    kept: list[int] = []

    def back_up(into: Path, *, keep: int) -> Path:
        kept.append(keep)
        folder = into / f"carehub-{ON:%Y%m%d}-0{len(kept)}0000"
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
        return folder

    monkeypatch.setattr(upkeep, "back_up", back_up)
    return kept


def test_a_backup_is_made_once_a_day(made: list[int], settings: Any):
    assert [sweep(on=ON)["backups"] for _hour in range(3)] == [1, 0, 0]
    assert made == [settings.BACKUP_KEEP]
    assert sweep(on=ON + dt.timedelta(days=1))["backups"] == 1


def test_without_a_folder_there_is_none(made: list[int], settings: Any):
    settings.BACKUP_DIR = ""
    assert sweep(on=ON)["backups"] == 0
    assert made == []


@pytest.mark.parametrize("error", [Failed("磁盘已满"), DatabaseError("x")])
def test_a_backup_that_fails_is_said_and_stops_nothing(made: list[int], monkeypatch: Any, caplog: Any, error: Any):
    def fail(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(upkeep, "back_up", fail)
    monkeypatch.setattr(upkeep, "erase_departed", fail if isinstance(error, DatabaseError) else upkeep.erase_departed)
    with caplog.at_level(logging.ERROR):
        counts = sweep(on=ON)
    assert (counts["backups"], counts["erased"]) == (0, 0)
    assert "the daily backup was not made" in caplog.text
    if isinstance(error, Failed):
        assert "磁盘已满" in caplog.text
