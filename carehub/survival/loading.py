"""Puts a dumped database where one is to be: all of it or nothing, the trail's refusals with it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from carehub.survival import programs
from carehub.survival.failing import Failed
from carehub.survival.moment import opened, refuse_torn

# Whoever restores over a portal that runs is told so after ten seconds, not left waiting.
FRESH = "SET lock_timeout = '10s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
MOST_WAITS = 40  # times a quarter of a second
HOLDS_PEOPLE = ("accounts_user", "members_person", "members_organization", "audit_auditevent")


def is_empty(connection: Any) -> bool:
    """Return whether a database holds nothing yet; tables that a migration made may stand there."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for name in there & set(HOLDS_PEOPLE):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(name)} LIMIT 1")  # nosec B608 # a name from above
            if cursor.fetchone():
                return False
    return True


def load(dump: Path, connection: Any) -> None:
    """Fill a database from a dump of its own engine; whatever stood there is gone."""
    if connection.vendor == "postgresql":
        load_postgres(dump, connection)
    else:
        load_sqlite(dump, connection)
    connection.close()


def load_postgres(dump: Path, connection: Any) -> None:
    """Let psql read what pg_restore says, in one transaction with the emptying."""
    connection.close()
    hear, say = os.pipe()
    words = [
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--command={FRESH}",
        "--file=-",
    ]
    reader = programs.start("psql", words, connection, into=hear)
    os.close(hear)
    try:
        programs.run("pg_restore", ["--no-owner", "--no-privileges", "--file=-", str(dump)], connection, out=say)
    except Failed:
        reader.kill()
        raise
    finally:
        os.close(say)
    programs.finish("psql", reader)


def load_sqlite(dump: Path, connection: Any) -> None:
    """Write the pages through the backup API: whoever has the file open sees the old or the new, never half."""
    waited: list[int] = []

    def patience(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            waited.append(status)
        if len(waited) > MOST_WAITS:
            raise Failed("数据库正在使用。请先停掉平台，再运行一次。")

    with closing(opened(dump)) as source:
        refuse_torn(source)
        connection.ensure_connection()
        source.backup(connection.connection, progress=patience)
