"""Sealing anew what is stored: under the newest key, or for the first time in a migration.

Each value is changed only if it still stands as it was read, so nothing written meanwhile is lost; whoever is killed
half-way simply goes on the next time, because what is done names its key.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field

from carehub.sealing import (
    SealedBinaryField,
    SealedTextField,
    key_of,
    key_of_bytes,
    newest_key,
    seal,
    seal_bytes,
    unseal,
    unseal_bytes,
)

BATCH, FEW = 500, 5  # texts, files


@dataclass(frozen=True)
class Sealed:
    """One sealed column of the database."""

    label: str  # members.Person.phone
    table: str
    column: str
    is_file: bool
    number: str = "id"  # the column that names the row

    def name_of_key(self, stored: Any) -> str:
        return key_of_bytes(bytes(stored)) if self.is_file else key_of(stored)

    def sealed_anew(self, stored: Any) -> Any:
        """Return a stored value under the newest key; SealBroken if no key opens it."""
        return seal_bytes(unseal_bytes(bytes(stored))) if self.is_file else seal(unseal(stored))


def sealed_columns() -> list[Sealed]:
    """Return every sealed column of the project."""
    fields = [field for model in apps.get_models() for field in model._meta.local_concrete_fields]
    return [column_of(field) for field in fields if isinstance(field, SealedTextField | SealedBinaryField)]


def column_of(field: "Field[Any, Any]") -> Sealed:
    label = f"{field.model._meta.label}.{field.name}"
    meta = field.model._meta
    return Sealed(label, meta.db_table, str(field.column), isinstance(field, SealedBinaryField), str(meta.pk.column))


def stored_values(sealed: Sealed, batch: int) -> Iterator[list[tuple[Any, Any]]]:
    """Yield (number, value as stored) in batches, by number; what is empty is left out."""
    filled = f'"{sealed.column}" IS NOT NULL' + ("" if sealed.is_file else f" AND \"{sealed.column}\" <> ''")
    # Names of our own tables and columns, never of a visitor.
    asked = f'SELECT "{sealed.number}", "{sealed.column}" FROM "{sealed.table}" WHERE {filled}'  # nosec B608
    rows = _rows(f"{asked} ORDER BY 1 LIMIT %s", [batch])
    while rows:
        yield rows
        rows = _rows(f'{asked} AND "{sealed.number}" > %s ORDER BY 1 LIMIT %s', [rows[-1][0], batch])


def _rows(sql: str, values: list[Any]) -> list[tuple[Any, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [(row[0], bytes(row[1]) if isinstance(row[1], memoryview) else row[1]) for row in cursor.fetchall()]


def put(sealed: Sealed, number: Any, before: Any, after: Any) -> bool:
    """Put a value in the place of another if that one still stands there. Return whether it did."""
    where = f'WHERE "{sealed.number}" = %s AND "{sealed.column}" = %s'
    change = f'UPDATE "{sealed.table}" SET "{sealed.column}" = %s {where}'  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(change, [after, number, before])
        return bool(cursor.rowcount)


def reseal(sealed: Sealed, batch: int = 0) -> int:
    """Seal a column's values under the newest key, each by itself. Return how many were changed."""
    done, newest = 0, newest_key()
    for rows in stored_values(sealed, batch or (FEW if sealed.is_file else BATCH)):
        old = [(number, value) for number, value in rows if sealed.name_of_key(value) != newest]
        done += sum(put(sealed, number, value, sealed.sealed_anew(value)) for number, value in old)
    return done


def keys_in_use(sealed: Sealed) -> Counter[str]:
    """Return how many of a column's values each key sealed; no name for those from before keys had names."""
    counts: Counter[str] = Counter()
    for rows in stored_values(sealed, FEW if sealed.is_file else BATCH):
        counts.update(sealed.name_of_key(value) for _number, value in rows)
    return counts


def seal_plain(table: str, column: str, *, is_file: bool = False) -> int:
    """Seal a column that was plain until now (a migration's work). Return how many values were changed."""
    sealed = Sealed(f"{table}.{column}", table, column, is_file)
    done = 0
    for rows in stored_values(sealed, FEW if is_file else BATCH):
        plain = [(number, value) for number, value in rows if not sealed.name_of_key(value)]
        for number, value in plain:
            done += put(sealed, number, value, seal_bytes(bytes(value)) if is_file else seal(value))
    return done
