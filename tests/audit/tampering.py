"""What the owner of the tables can do to the trail once the triggers are out of the way."""

import random
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from django.db import connection

from carehub.audit.models import Action, AuditEvent
from carehub.audit.refusing import add_refusals, drop_statements
from carehub.audit.seals import seal_new_rows
from carehub.audit.trail import record
from tests.cast import School

# Each differs from what stood there.
CHANGES = {
    "action": "CASE action WHEN 'login' THEN 'export' ELSE 'login' END",
    "target": "'members.Person:999999'",
    "path": "'/9/'",
    "post": "post || '，党委委员'",
    "detail": "'{\"rows\": 1000}'",
    "actor_id": "NULL",
    "at": "datetime(at, '+1 second')",
    "signature": "substr(signature, 1, 72) || CASE substr(signature, 73) WHEN '0' THEN '1' ELSE '0' END",
}
TABLE = "audit_auditevent"


def write_trail(school: School, rows: int, *, seals: int) -> list[int]:
    """Write rows of every kind by several people under so many seals; return the ids of the sealed rows."""
    people = [school.user(key) for key in ("owner", "officer", "clerk", "head", "auditor")]
    for n in range(rows):
        record(list(Action)[n % 14], by=people[n % 5], target=school.member, path=school.first.path, rows=n)
        if (n + 1) % (rows // seals) == 0:
            seal_new_rows()
    return list(AuditEvent.objects.order_by("id").values_list("id", flat=True))


@contextmanager
def triggers_away() -> Any:
    """Take the triggers away as the owner of the tables can, and put them back so that nobody sees it from them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in drop_statements(connection.vendor):
            cursor.execute(statement)
        yield cursor
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor(atomic=False) if connection.vendor == "postgresql" else _editor() as editor:
        add_refusals(None, editor)


@contextmanager
def _editor() -> Any:
    class Editor:
        def __init__(self) -> None:
            self.connection = connection

        def execute(self, statement: str) -> None:
            connection.cursor().execute(statement)

    yield Editor()


def columns() -> list[str]:
    return [field.column for field in AuditEvent._meta.concrete_fields if field.column != "id"]


def change_a_column(cursor: Any, id: int, chance: random.Random) -> None:
    column = chance.choice(list(CHANGES))
    value = "at + interval '1 second'" if (column, connection.vendor) == ("at", "postgresql") else CHANGES[column]
    cursor.execute(f"UPDATE {TABLE} SET {column} = {value} WHERE id = {id}")


def delete(cursor: Any, id: int, chance: random.Random) -> None:
    cursor.execute(f"DELETE FROM {TABLE} WHERE id = %s", [id])


def swap(cursor: Any, id: int, chance: random.Random) -> None:
    """Exchange all that two neighbours say, their signatures with it: each of them stays genuine by itself."""
    cursor.execute(f"SELECT max(id) FROM {TABLE} WHERE id < %s", [id])
    other = cursor.fetchone()[0]
    for old, new in ((id, -1), (other, id), (-1, other)):
        cursor.execute(f"UPDATE {TABLE} SET id = %s WHERE id = %s", [new, old])


def forge(cursor: Any, id: int, chance: random.Random) -> None:
    """Write a row of one's own in the place of a removed one, with a signature made up."""
    delete(cursor, id, chance)
    named = ", ".join(columns())
    copied = ", ".join("'00000000:' || substr(signature, 10)" if name == "signature" else name for name in columns())
    cursor.execute(f"INSERT INTO {TABLE} (id, {named}) SELECT %s, {copied} FROM {TABLE} WHERE id = %s", [id, id + 1])


def copy(cursor: Any, id: int, chance: random.Random) -> None:
    """Write a genuine row in a second time, at the end or below the beginning."""
    named = ", ".join(columns())
    place = chance.choice([-5, 10_000_000])
    cursor.execute(f"INSERT INTO {TABLE} (id, {named}) SELECT %s, {named} FROM {TABLE} WHERE id = %s", [place, id])


WAYS: tuple[Callable[[Any, int, random.Random], None], ...] = (change_a_column, delete, swap, forge, copy)
