"""B1: ten backups of a portal at work, each restored, each the same to the last row."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.figures import Figure
from tests.house.sources import ROOT
from tests.marks import services_answer
from tests.survival.homes import Home

# A restore into PostgreSQL makes a hundred new files: ten rounds on demand (make backup-rounds), four each time.
ROUNDS = int(os.environ.get("CAREHUB_BACKUP_ROUNDS", "4" if services_answer() else "10"))


def rounds(home: Home, other: Home, variant: str, number: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.survival.rounds", variant, str(number), other.url, str(home.backups)]
    done = subprocess.run(command, cwd=ROOT, env=home.environ, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(variant, found)
    return found


def test_ten_of_ten_backups_under_load_come_back_identical(new_home: Callable[..., Home], figure: Figure):
    found = rounds(new_home(), new_home(empty=True), "sound", ROUNDS)
    figure("B1 rounds identical", found["identical"])
    figure("B1 rounds", ROUNDS)
    assert found["writers_alive"] == 4, "nobody may stop writing"
    assert found["written"] > ROUNDS
    assert found["identical"] == ROUNDS
    assert found["found_out"] == 0


def test_a_copy_of_the_live_file_would_be_found_out(new_home: Callable[..., Home], figure: Figure):
    """The negative control: the file as it lies there (SQLite), a dump of another moment (PostgreSQL)."""
    found = rounds(new_home(), new_home(empty=True), "torn", 3)
    figure("B1 torn copies found out", found["found_out"])
    assert found["found_out"] == 3
