"""Rows and a digest of every table, the same on SQLite and PostgreSQL, so that two databases can be told apart.

Tables are read by the names and kinds of their columns and never through the models: a backup of an older version is
compared before it is migrated. Sealed values are compared as they stand; nothing is opened.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db.models import Field, Model

AT_ONCE, AT_ONCE_WITH_FILES = 2000, 20
KINDS = {
    "BooleanField": "bool", "DateTimeField": "moment", "DateField": "day", "TimeField": "time", "JSONField": "json",
    "DecimalField": "decimal", "UUIDField": "uuid", "BinaryField": "bytes", "CharField": "text", "TextField": "text",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """How a table is read: its key, and each column with its kind."""

    name: str
    key: str
    columns: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def tables() -> list[Table]:
    """Return every table of this version but those left out, in order of their names."""
    return sorted((table_of(model) for model in models() if not is_left_out(model)), key=lambda table: table.name)


def models() -> Iterator[type[Model]]:
    owned = apps.get_models(include_auto_created=True)
    yield from (model for model in owned if model._meta.managed and not model._meta.proxy)


def is_left_out(model: type[Model]) -> bool:
    """Return whether a table stays behind: a session in a backup would let its finder in, or be alive again."""
    return issubclass(model, AbstractBaseSession)


def left_out() -> list[str]:
    """Return the tables whose rows no backup holds."""
    return sorted(model._meta.db_table for model in models() if is_left_out(model))


def table_of(model: type[Model]) -> Table:
    columns = {str(field.column): kind_of(field) for field in model._meta.local_concrete_fields}
    return Table(model._meta.db_table, str(model._meta.pk.column), columns)


def kind_of(field: "Field[Any, Any]") -> str:
    """Return how a column is read; a foreign key as what it points at."""
    while field.is_relation:
        field = field.target_field  # type: ignore[attr-defined]
    return KINDS.get(field.get_internal_type(), "plain")


@dataclass(frozen=True)
class Print:
    """How many rows a table has, and what they hold, in one mark."""

    rows: int
    digest: str


def print_of(table: Table, connection: Any) -> Print:
    """Read a table from beginning to end in the order of its key."""
    mark, count = hashlib.sha256(), 0
    readers = [READERS.get(kind, same) for kind in table.columns.values()]
    for row in rows_of(table, connection):
        values = [None if value is None else read(value) for read, value in zip(readers, row, strict=True)]
        mark.update(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        count += 1
    return Print(count, mark.hexdigest())


def rows_of(table: Table, connection: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the rows a few at a time: files stand in some tables."""
    quote = connection.ops.quote_name
    bytewise = table.columns[table.key] == "text" and connection.vendor == "postgresql"
    key = f'{quote(table.key)} COLLATE "C"' if bytewise else quote(table.key)
    many = AT_ONCE_WITH_FILES if "bytes" in table.columns.values() else AT_ONCE
    head = f"SELECT {', '.join(map(quote, table.columns))} FROM {quote(table.name)}"  # nosec B608 # names of our models
    position, last = list(table.columns).index(table.key), None
    with connection.cursor() as cursor:
        while True:
            where = "" if last is None else f" WHERE {key} > %s"
            cursor.execute(f"{head}{where} ORDER BY {key} LIMIT {many}", None if last is None else [last])
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < many:
                return
            last = rows[-1][position]


def same(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else str(value)


def moment(value: Any) -> str:
    """Return a moment in universal time, whatever the engine gives."""
    at = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return str(at.astimezone(dt.UTC).isoformat(timespec="microseconds"))


def readable_json(value: Any) -> str:
    """Return JSON in one way of writing: PostgreSQL keeps neither the order of keys nor the spaces."""
    known = json.loads(value) if isinstance(value, str | bytes) else value
    return json.dumps(known, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decimal(value: Any) -> str:
    return format(Decimal(str(value)).normalize(), "f")


READERS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "moment": moment,
    "day": str,
    "time": str,
    "decimal": decimal,
    "json": readable_json,
    "uuid": lambda value: str(value).replace("-", ""),
    "bytes": lambda value: hashlib.sha256(bytes(value)).hexdigest(),
    "text": str,
}
