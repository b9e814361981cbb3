"""The mark of a table: the same for the same rows on both engines, another one for any change."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from carehub.audit.models import AuditEvent
from carehub.audit.trail import record
from carehub.survival import fingerprint
from carehub.survival.fingerprint import READERS, left_out, print_of, table_of, tables
from members.models import Person
from tests.cast import School

KEY = uuid.UUID("12345678123456781234567812345678")
AT = dt.datetime(2026, 11, 23, 10, 30, 0, 120000, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.mark.parametrize(
    ("kind", "on_sqlite", "on_postgresql"),
    [
        ("bool", 1, True),
        ("moment", "2026-11-23 02:30:00.120000", AT),
        ("moment", dt.datetime(2026, 11, 23, 2, 30, 0, 120000), AT),
        ("day", "2026-11-23", dt.date(2026, 11, 23)),
        ("decimal", "12.50", Decimal("12.5")),
        ("decimal", 12.5, Decimal("12.50")),
        ("json", '{"b": 1, "a": ["é"]}', '{"a": ["\\u00e9"], "b": 1}'),
        ("json", "{}", {}),
        ("uuid", KEY.hex, KEY),
        ("bytes", b"abc", memoryview(b"abc")),
    ],
)
def test_both_engines_say_the_same(kind: str, on_sqlite: Any, on_postgresql: Any):
    assert READERS[kind](on_sqlite) == READERS[kind](on_postgresql)


@pytest.mark.django_db
def test_any_change_of_any_column_changes_the_mark(school: School):
    table = table_of(Person)
    before = print_of(table, connection)
    assert print_of(table, connection) == before
    for change in ({"phone": "13900000001"}, {"verify_since_on": "2026-01-01"}, {"is_floating": True}):
        Person.objects.filter(pk=school.owner.pk).update(**change)
        after = print_of(table, connection)
        assert (after.rows, after.digest != before.digest) == (before.rows, True)
        before = after


@pytest.mark.django_db
def test_a_table_is_read_a_few_rows_at_a_time_and_none_is_left_out(monkeypatch: Any):
    for number in range(7):
        record("change", number=number)
    whole = print_of(table_of(AuditEvent), connection)
    for many in (1, 3, 7):
        monkeypatch.setattr(fingerprint, "AT_ONCE", many)
        assert print_of(table_of(AuditEvent), connection) == whole
    assert whole.rows == 7


def test_every_table_but_the_sessions_is_compared():
    known = set(connection.introspection.django_table_names(only_existing=False, include_views=False))
    assert {table.name for table in tables()} | set(left_out()) == known
    assert all("session" in name for name in left_out())
