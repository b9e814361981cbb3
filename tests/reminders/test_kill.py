"""R1: the sweeping process is killed 20 times over 2,000 due items, and nothing is lost or doubled."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def kill_sweeps(folder: Path, variant: str, database: str, due: int = 2000) -> dict[str, int]:
    """Run the program of killing.py on a database and return its figures."""
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.reminders.postbox_settings",
        "DATABASE_URL": database,
        "REDIS_URL": "",
        "CAREHUB_STATE_DIR": str(folder),
        "POSTBOX": str(folder / "postbox"),
    }
    command = [sys.executable, "-m", "tests.reminders.killing", variant, str(due)]
    done = subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, timeout=300)
    return json.loads(done.stdout)


def holds(found: dict[str, int]) -> None:
    print(found)
    assert found["due"] == 2000
    assert found["killed"] == 20
    assert [found[name] for name in ("lost", "doubled", "inbox_lost", "inbox_doubled", "mail_lost")] == [0] * 5
    assert found["mail_twice"] <= found["killed"]


@pytest.mark.walk
def test_a_killed_sweep_loses_and_doubles_nothing(tmp_path):
    holds(kill_sweeps(tmp_path, "sound", f"sqlite:///{tmp_path / 'kill.sqlite3'}"))


@pytest.mark.walk
@pytest.mark.parametrize(("variant", "loss"), [("not-atomic", "inbox_lost"), ("marked-first", "mail_lost")])
def test_a_sweep_built_otherwise_would_lose_something(tmp_path, variant, loss):
    assert kill_sweeps(tmp_path, variant, f"sqlite:///{tmp_path / 'kill.sqlite3'}", due=400)[loss] > 0


@pytest.mark.service
def test_a_killed_sweep_loses_and_doubles_nothing_on_postgresql(tmp_path, own_database):
    holds(kill_sweeps(tmp_path, "sound", own_database))
