"""Makes a backup while everybody works: the database of one moment, the files, and a manifest that proves both.

It is written under a hidden name and renamed when it is whole: a backup that was killed leaves nothing that looks
like one. The keys are not in it.
"""

import datetime as dt
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.survival import moment
from carehub.survival.failing import Failed, in_words
from carehub.survival.fingerprint import left_out, print_of, tables
from carehub.survival.manifest import NAME, Manifest, key_probes
from carehub.survival.state_files import copy_into, mark_of

WHOLE = re.compile(r"carehub-\d{8}-\d{6}(-\d+)?")
PART = ".unfinished-"
DUMPS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


def back_up(into: Path, *, by: Any = None, keep: int | None = None) -> Path:
    """Make a backup in a fresh folder below `into` and return that; older ones beyond `keep` go afterwards."""
    refuse_served(into)
    with in_words("备份"):
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone_in(into):
        record(Action.BACKUP, by=by, what="backup", step="begun")
        folder = made_whole(into)
        record(Action.BACKUP, by=by, what="backup", step="done", name=folder.name, bytes=size_of(folder))
        if keep is not None:
            forget_older(into, keep)
    return folder


def refuse_served(into: Path) -> None:
    """Refuse a folder that the web server hands out, or that a backup would copy into itself."""
    served = [Path(settings.STATIC_ROOT), *map(Path, settings.STATICFILES_DIRS), Path(settings.MEDIA_ROOT)]
    if any(into.resolve().is_relative_to(folder.resolve()) for folder in served):
        raise Failed(f"{into} 在对外提供的文件夹里，备份会泄露。请换一个目录。")


@contextmanager
def alone_in(into: Path) -> Iterator[None]:
    """Let one backup at a time into the folder, and clear away what a killed one left."""
    with in_words("备份"):
        lock = os.open(into / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in into.glob(f"{PART}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    except BlockingIOError:
        raise Failed("另一次备份正在进行。请等它完成，再运行一次。") from None
    finally:
        os.close(lock)


def made_whole(into: Path) -> Path:
    """Write everything under a hidden name, then give it its own; nothing stays of one that failed."""
    made_at = timezone.localtime()
    part = into / f"{PART}{made_at:%Y%m%d-%H%M%S}-{os.getpid()}"
    try:
        with in_words("备份"):
            part.mkdir(mode=0o700)
            write_all(part, into, made_at)
            settle(part)
            folder = free_name(into, made_at)
            part.rename(folder)
            settle_folder(into)
            return folder
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_all(part: Path, into: Path, made_at: dt.datetime) -> None:
    """Dump the database and count it at the same moment, copy the files, write the manifest."""
    with moment.held() as connection:
        name = DUMPS[connection.vendor]
        moment.dump(connection, part / name)
        manifest = Manifest(
            engine=connection.vendor,
            server=".".join(map(str, connection.get_database_version())),
            software=software(),
            made_at=made_at.isoformat(),
            migrations=moment.applied_migrations(connection),
            tables={table.name: described(table, connection) for table in tables()},
            triggers=moment.triggers(connection),
            left_out=left_out(),
            seal=last_seal(connection),
            keys=key_probes(),
        )
    # After the database: a file that a row of that moment names is there.
    replace(manifest, files={name: mark_of(part / name), **copy_into(part, without=into)}).write(part)


def described(table: Any, connection: Any) -> dict[str, Any]:
    found = print_of(table, connection)
    return {"key": table.key, "columns": table.columns, "rows": found.rows, "digest": found.digest}


def last_seal(connection: Any) -> dict[str, Any] | None:
    """Return the number and digest of the trail's last seal: what an auditor would have noted at that moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, digest FROM audit_auditseal ORDER BY number DESC LIMIT 1")
        row = cursor.fetchone()
    return {"number": row[0], "digest": row[1]} if row else None


def software() -> str:
    """Return the version of the portal."""
    found = re.search(r'^version = "(.+)"', (settings.BASE_DIR / "pyproject.toml").read_text(), re.MULTILINE)
    return found[1] if found else ""


def settle(folder: Path) -> None:
    """Have the disk keep every file before the backup gets its name."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o700 if path.is_dir() else 0o600)
        settle_folder(path)


def settle_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def free_name(into: Path, made_at: dt.datetime) -> Path:
    name, number = f"carehub-{made_at:%Y%m%d-%H%M%S}", 0
    while (folder := into / (f"{name}-{number}" if number else name)).exists():
        number += 1
    return folder


def whole_backups(into: Path) -> list[Path]:
    """Return the whole backups of a folder, the oldest first."""
    if not into.is_dir():
        return []
    found = [path for path in into.iterdir() if WHOLE.fullmatch(path.name) and (path / NAME).is_file()]
    return sorted(found, key=lambda path: [int(part) for part in path.name.split("-")[1:]])


def forget_older(into: Path, keep: int) -> None:
    """Remove the oldest whole backups. Each loses its name first: a half-removed one looks like none."""
    for folder in whole_backups(into)[: -max(keep, 1)]:
        with in_words("删除较早的备份"):
            gone = folder.rename(folder.with_name(f"{PART}{folder.name}"))
        shutil.rmtree(gone, ignore_errors=True)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
