"""The database as it is at one moment, while everybody goes on writing: what is dumped is what was counted."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.sqlite3._functions import register

from carehub.survival import programs
from carehub.survival.failing import Failed
from carehub.survival.fingerprint import left_out

BEGIN = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


@contextmanager
def held(alias: str = "default") -> Iterator[Any]:
    """Hold a connection of its own in a reading transaction; it sees nothing that is written meanwhile."""
    of = connections[alias]
    connection = type(of)({**of.settings_dict, "CONN_MAX_AGE": 0}, "moment")
    try:
        with connection.cursor() as cursor:
            cursor.execute(BEGIN[connection.vendor])
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")  # the first reading fixes the moment
        yield connection
    finally:
        connection.close()


def dump(connection: Any, to: Path) -> None:
    """Write the held moment to a file that nobody else can read."""
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if connection.vendor == "postgresql":
        dump_postgres(connection, to)
    else:
        dump_sqlite(connection, to)


def dump_postgres(connection: Any, to: Path) -> None:
    """Let pg_dump read the same snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    words = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={to}"]
    words += [f"--exclude-table-data={name}" for name in left_out()]
    programs.run("pg_dump", words, connection)


def dump_sqlite(connection: Any, to: Path) -> None:
    """Copy through the backup API, then put the copy in order: no session, no page that still shows deleted rows."""
    with closing(opened(to)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in there & set(left_out()):
            copy.execute(f'DELETE FROM "{name}"').fetchall()  # nosec B608 # names of our models
        copy.execute("VACUUM")
        refuse_torn(copy)


def opened(path: Path) -> sqlite3.Connection:
    """Open a file of SQLite with Django's functions: some of our constraints are written in them."""
    connection = sqlite3.connect(path, isolation_level=None)
    register(connection)
    return connection


def refuse_torn(copy: sqlite3.Connection) -> None:
    """Refuse a file whose pages or references do not hold together."""
    said = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    if said != ["ok"] or list(copy.execute("PRAGMA foreign_key_check")):
        raise Failed("数据库文件自身不完整，没有得到可用的备份。请先检查磁盘，再运行一次。")


def applied_migrations(connection: Any) -> list[list[str]]:
    """Return what has been migrated, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [list(row) for row in cursor.fetchall()]


def triggers(connection: Any) -> list[str]:
    """Return the names of the triggers: the trail's refusals must stand in every copy."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return sorted(name for (name,) in cursor.fetchall())
