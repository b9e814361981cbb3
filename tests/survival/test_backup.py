"""manage.py backup: what is in it, what is not, and what is left when it fails."""

import fcntl
import json
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from carehub.survival import programs
from carehub.survival.backups import refuse_served, whole_backups
from carehub.survival.failing import Failed
from tests.survival.homes import Home

KILLED_BEFORE_IT_IS_WHOLE = """
import django, os, pathlib, signal, sys
django.setup()
from carehub.survival import backups
backups.settle = lambda part: os.kill(os.getpid(), signal.SIGKILL) if (part / "manifest.json").is_file() else None
backups.back_up(pathlib.Path(sys.argv[1]))
"""
ON_A_FULL_DISK = """
import django, pathlib, resource, sys
django.setup()
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from django.core.management import call_command
try:
    call_command("backup", sys.argv[1])
except Exception as error:
    print(type(error).__name__, error)
"""
NOTED = """
import django, json
django.setup()
from carehub.audit.models import AuditEvent
print(json.dumps([row.detail for row in AuditEvent.objects.filter(action="backup").order_by("pk")]))
"""


def test_a_backup_is_readable_for_its_owner_only(kept: tuple[Home, Path]):
    _home, folder = kept
    modes = {oct(path.stat().st_mode & 0o777) for path in [folder, *folder.rglob("*")] if path.is_dir()}
    assert modes == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()} == {"0o600"}


def test_a_backup_says_of_which_moment_and_version_it_is(kept: tuple[Home, Path]):
    said = json.loads((kept[1] / "manifest.json").read_text())
    assert {"engine", "software", "made_at", "migrations", "tables", "triggers", "files", "seal", "keys"} <= set(said)
    assert said["tables"]["members_person"]["rows"] == 27
    assert len(said["tables"]["members_person"]["digest"]) == 64
    assert "files/media/2026/附件.pdf" in said["files"]
    assert all(len(one["sha256"]) == 64 for one in said["files"].values())


def test_the_doorbell_the_sessions_and_the_keys_stay_behind(kept: tuple[Home, Path]):
    home, folder = kept
    said = json.loads((folder / "manifest.json").read_text())
    assert not any("doorbell" in name for name in said["files"])
    assert said["left_out"]
    assert not set(said["left_out"]) & set(said["tables"])
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for key in (settings.SECRET_KEY, settings.FIELD_HASH_KEY, *settings.FIELD_KEYS):
        assert key.encode() not in everything
    if said["engine"] == "sqlite":
        copy = sqlite3.connect(folder / "database.sqlite3")
        assert [copy.execute(f"SELECT count(*) FROM {name}").fetchone() for name in said["left_out"]] == [(0,)] * len(
            said["left_out"]
        )
        live = sqlite3.connect(home.url.removeprefix("sqlite:///"))
        assert sum(live.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in said["left_out"]) == 1


def test_a_backup_is_noted_before_it_begins_and_when_it_is_whole(kept: tuple[Home, Path]):
    home, folder = kept
    begun, done = json.loads(home.python(NOTED))
    assert (begun["step"], done["step"], done["name"]) == ("begun", "done", folder.name)


def test_a_killed_backup_leaves_nothing_that_looks_whole(home: Home):
    with pytest.raises(AssertionError):
        home.python(KILLED_BEFORE_IT_IS_WHOLE, home.backups)
    left = [path.name for path in home.backups.iterdir()]
    assert any(name.startswith(".unfinished-") for name in left)
    assert whole_backups(home.backups) == []
    made = [home.back_up(), home.back_up("--keep", 2), home.back_up("--keep", 2)]
    assert sorted(path.name for path in home.backups.iterdir()) == sorted([".lock", made[1].name, made[2].name])


def test_a_full_disk_is_said_and_leaves_nothing(home: Home):
    said = home.python(ON_A_FULL_DISK, home.backups)
    assert said.startswith("CommandError")
    assert "磁盘已满" in said
    assert [path.name for path in home.backups.iterdir()] == [".lock"]


def test_two_at_once_do_not_mix(kept: tuple[Home, Path], tmp_path: Path):
    home, _folder = kept
    with (tmp_path / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = home.manage("backup", tmp_path)
    assert done.returncode == 1
    assert "另一次备份正在进行" in done.stderr


@pytest.mark.parametrize("place", ["STATIC_ROOT", "MEDIA_ROOT"])
def test_a_served_folder_is_refused(place: str):
    with pytest.raises(Failed, match="会泄露"):
        refuse_served(Path(getattr(settings, place)) / "below")
    refuse_served(Path(settings.STATE_DIR) / "backups")


def test_older_programs_than_the_server_are_refused(monkeypatch: Any, tmp_path: Path):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.4'\n")
    old.chmod(0o700)
    monkeypatch.setattr(programs, "candidates", lambda name: [str(old)])
    with pytest.raises(Failed, match="没有找到 pg_dump 15 或更新的版本。请安装 postgresql-client-15"):
        programs.find("pg_dump", SimpleNamespace(pg_version=150004))
    assert programs.find("pg_dump", SimpleNamespace(pg_version=130004)) == str(old)


def test_the_password_is_no_word_of_the_command():
    login = {"NAME": "carehub", "USER": "care", "PASSWORD": "hunter2", "HOST": "db", "PORT": "5432"}
    known = programs.environment(SimpleNamespace(settings_dict=login | {"OPTIONS": {"sslmode": "require"}}))
    assert (known["PGPASSWORD"], known["PGHOST"], known["PGSSLMODE"]) == ("hunter2", "db", "require")
    assert set(known) & set(os.environ) <= {"PATH", "HOME", "LD_LIBRARY_PATH", "LC_ALL"}


def test_what_the_server_quotes_is_not_repeated():
    said = 'pg_restore: error: COPY failed: ERROR: duplicate key\nDETAIL: Key (phone)=(13812345678) "王小明"'
    assert "1381" not in programs.reason(said)
    assert "王小明" not in programs.reason(said)
