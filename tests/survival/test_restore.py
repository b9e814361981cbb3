"""manage.py restore: verified before, compared after; what it refuses, and in which words."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carehub.survival.manifest import digest_of
from tests.figures import Figure
from tests.survival.homes import Home

Opened = Callable[..., Home]
OTHER_KEY = "another-field-key-0123456789abcdefghij"
REFUSED = """
import datetime, django, uuid
django.setup()
from django.db import DatabaseError, connection, transaction
from carehub.accounts.models import User
from members.models import Person
from talks.actions import log_talk
refused = 0
for statement in ("UPDATE audit_auditevent SET path = 'x'", "DELETE FROM audit_auditevent"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        refused += 1
by, on = User.objects.get(number="owner"), datetime.date(2026, 11, 23)
people = list(Person.objects.filter(user__number="officer"))
talk = log_talk(
    talker=Person.objects.get(user=by), people=people, held_on=on, once_key=uuid.uuid4(), by=by, on=on
)
print(refused, talk.pk)
"""
BY_AN_OLDER_VERSION = """
import django, pathlib, sys
django.setup()
from carehub.survival import backups
known = backups.tables
from django.db import connection
here = set(connection.introspection.table_names())
backups.tables = lambda: [one for one in known() if one.columns.pop("erased_on", 1) and one.name in here]
print(backups.back_up(pathlib.Path(sys.argv[1])))
"""
MIGRATED = """
import django
django.setup()
from carehub.duties.models import Excuse
print(Excuse.objects.filter(erased_on=None).count())
"""


def copy_of(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to / folder.name)
    return to / folder.name


def change(folder: Path, **values: Any) -> None:
    """Write another manifest, with a right mark of its own."""
    body = json.loads((folder / "manifest.json").read_text())
    body.pop("digest")
    body |= values
    (folder / "manifest.json").write_text(json.dumps({**body, "digest": digest_of(body)}))


def test_what_comes_back_is_the_same_and_works(kept: tuple[Home, Path], new_home: Opened, figure: Figure):
    home, folder = kept
    other = new_home(empty=True)
    done = other.manage("restore", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ members_person" in done.stdout
    assert "✗" not in done.stdout
    assert "与清单完全相同" in done.stdout
    figure("B1 tables compared", done.stdout.count("✓"))
    file = Path("media") / "2026" / "附件.pdf"
    assert (other.state / file).read_bytes() == (home.state / file).read_bytes()
    assert other.python(REFUSED).startswith("2 "), "the trail's refusals stand after a restore"
    again = other.manage("restore", folder)
    assert again.returncode == 1
    assert "加 --replace" in again.stderr
    assert other.manage("restore", folder, "--replace").returncode == 0


def test_a_rehearsal_leaves_the_present_database_alone(kept: tuple[Home, Path], new_home: Opened, tmp_path: Path):
    home, folder = kept
    done = home.manage("restore", folder, "--into", new_home(empty=True).url, "--state", tmp_path / "rehearsal")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "文件" in done.stdout
    assert (tmp_path / "rehearsal" / "media" / "2026" / "附件.pdf").is_file()


def test_a_difference_is_said_and_ends_with_one(kept: tuple[Home, Path], new_home: Opened, tmp_path: Path):
    folder = copy_of(kept[1], tmp_path)
    tables = json.loads((folder / "manifest.json").read_text())["tables"]
    tables["members_person"]["rows"] += 1
    change(folder, tables=tables)
    done = new_home(empty=True).manage("restore", folder)
    assert done.returncode == 1
    assert "✗ members_person" in done.stdout
    assert "请不要投入使用" in done.stderr


def refusal(home: Home, folder: Path, *words: str, **environ: str) -> str:
    done = home.manage("restore", folder, "--replace", *words, **environ)
    assert done.returncode == 1
    assert not (home.state / "media").exists()
    return done.stderr


def test_what_is_torn_changed_or_newer_is_refused_before_anything(
    kept: tuple[Home, Path], new_home: Opened, tmp_path: Path
):
    other, folder = new_home(empty=True), copy_of(kept[1], tmp_path)
    with (folder / "files/media/2026/附件.pdf").open("ab") as file:
        file.write(b"!")
    assert "备份不完整或被改动过" in refusal(other, folder)
    shutil.copy(kept[1] / "files/media/2026/附件.pdf", folder / "files/media/2026/附件.pdf")
    manifest = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(manifest.replace('"rows": 27', '"rows": 26'))
    assert "manifest.json 被改动过" in refusal(other, folder)
    (folder / "manifest.json").write_text(manifest)
    change(folder, format=2)
    assert "更新版本" in refusal(other, folder)
    change(folder, format=1, migrations=[["audit", "9999_of_the_future"]])
    assert "请先升级平台" in refusal(other, folder)
    (folder / "manifest.json").unlink()
    assert "没有完整的备份" in refusal(other, folder)


def test_other_keys_are_noticed_before_anything_is_done(kept: tuple[Home, Path], new_home: Opened):
    other, folder = new_home(empty=True), kept[1]
    said = refusal(other, folder, FIELD_KEYS=OTHER_KEY)
    assert "FIELD_KEYS 与备份时的不同" in said
    assert "FIELD_HASH_KEY 与备份时的不同" in refusal(other, folder, FIELD_HASH_KEY=OTHER_KEY)
    assert "AUDIT_KEYS 与备份时的不同" in refusal(other, folder, AUDIT_KEYS=OTHER_KEY)
    done = other.manage("restore", folder, "--without-keys", FIELD_KEYS=OTHER_KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "加密的内容打不开，其余内容已恢复" in done.stdout
    assert "打开 0 条" in done.stdout


def test_a_place_that_takes_no_files_is_said_before_the_database_is_touched(kept: tuple[Home, Path], new_home: Opened):
    other = new_home(empty=True)
    other.state.mkdir()
    (other.state / f".restoring-{kept[1].name}").symlink_to("/proc/nowhere")
    done = other.manage("restore", kept[1])
    assert done.returncode == 1
    assert "恢复没有完成" in done.stderr
    assert "Traceback" not in done.stderr
    assert "no such table" in other.manage("duties").stderr or "does not exist" in other.manage("duties").stderr


def test_an_older_backup_is_brought_up_to_date(home: Home, new_home: Opened):
    for app in ("duties", "talks"):
        assert home.manage("migrate", app, "0003", "--verbosity=0").returncode == 0
    older, other = Path(home.python(BY_AN_OLDER_VERSION, home.backups).strip()), new_home(empty=True)
    done = other.manage("restore", older)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ duties_excuse" in done.stdout
    assert other.python(MIGRATED).strip() == "0"


@pytest.mark.service
def test_both_engines_have_the_same_digests(kept: tuple[Home, Path], tmp_path: Path):
    """What a clerk enters has one mark, whichever engine keeps it."""
    home, folder = kept
    light = Home(tmp_path / "state", f"sqlite:///{tmp_path / 'light.sqlite3'}", tmp_path / "backups")
    assert light.manage("migrate", "--verbosity=0").returncode == 0
    rows = tmp_path / "rows.json"
    assert home.manage("dumpdata", "accounts.user", "members", "-o", rows).returncode == 0
    done = light.manage("loaddata", rows)
    assert done.returncode == 0, done.stderr
    ours = json.loads((folder / "manifest.json").read_text())["tables"]
    theirs = json.loads((light.back_up() / "manifest.json").read_text())["tables"]
    # A person is sealed anew on its way through a file; the rest is written as it was.
    names = [name for name in ours if name.startswith("members_") and name != "members_person"]
    assert len(names) >= 5
    assert [name for name in names if ours[name]["digest"] != theirs[name]["digest"]] == []
