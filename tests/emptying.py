"""The trail refuses to be emptied, on both engines. Between tests that commit, the test database is emptied
all the same.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db.backends.base.operations import BaseDatabaseOperations

TRUNCATED = re.compile(r"TRUNCATE (.+);")
plain: Callable[..., Any] = BaseDatabaseOperations.execute_sql_flush


def without_refusals(operations: Any, sql_list: Iterable[str]) -> None:
    """Empty the tables with the triggers out of the way, and put them back in the same transaction."""
    if operations.connection.vendor == "postgresql":
        plain(operations, ["SET LOCAL session_replication_role = replica", *map(without_truncating, sql_list)])
        return
    with operations.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    dropped = [f'DROP TRIGGER "{name}"' for name, _sql in triggers]
    plain(operations, [*dropped, *sql_list, *(sql for _name, sql in triggers)])


def without_truncating(statement: str) -> str:
    """Return statements that empty the same tables by rows: of a handful of rows that takes a twentieth of the time."""
    truncated = TRUNCATED.fullmatch(statement)
    return "".join(f"DELETE FROM {table};" for table in truncated[1].split(", ")) if truncated else statement


BaseDatabaseOperations.execute_sql_flush = without_refusals  # type: ignore[method-assign]
