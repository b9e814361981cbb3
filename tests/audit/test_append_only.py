"""S5, first half: the database refuses every way to change or remove a row of the trail or a seal, on both engines."""

import sqlite3

import pytest
from django.db import DatabaseError, connection, transaction

from carehub.audit.models import Action, AuditEvent, AuditSeal
from carehub.audit.refusing import missing_refusals
from carehub.audit.seals import seal_new_rows
from carehub.audit.trail import record
from tests.cast import School
from tests.figures import Figure

pytestmark = pytest.mark.django_db

TABLES = {"audit_auditevent": ("id", "action", "'login'"), "audit_auditseal": ("number", "digest", "'ab'")}
ROUTES = {
    "update": "UPDATE {table} SET {column} = {value}",
    "update of one column to null": "UPDATE audit_auditevent SET actor_id = NULL",
    "delete": "DELETE FROM {table}",
    "upsert": (
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({key}) DO UPDATE SET {column} = {value}"
    ),
    "update through a join": "UPDATE {table} SET {column} = {value} FROM accounts_user WHERE true",
}
SQLITE = {
    "replace": "REPLACE INTO {table} SELECT * FROM {table}",
    "insert or replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "update or replace": "UPDATE OR REPLACE {table} SET {column} = {value}",
    "replace without asking the triggers of deletion": (
        "PRAGMA recursive_triggers=OFF; REPLACE INTO {table} SELECT * FROM {table}"
    ),
}
POSTGRES = {
    "truncate": "TRUNCATE {table} CASCADE",
    "truncate through another table": "TRUNCATE accounts_user CASCADE",
    "delete through a join": "DELETE FROM {table} USING accounts_user WHERE true",
    "merge": "MERGE INTO {table} t USING {table} s ON t.{key} = s.{key} WHEN MATCHED THEN DELETE",
    "delete in a common table expression": "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT count(*) FROM gone",
}


@pytest.fixture
def furnished(school: School) -> School:
    for n in range(5):
        record(Action.EXPORT, by=school.user("owner"), target=school.first, rows=n)
    assert seal_new_rows() == 1
    if connection.vendor == "postgresql":  # the test's own transaction still has foreign keys to check
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    return school


def statements() -> list[str]:
    """Return every way that the engine at hand offers, for both tables."""
    routes = ROUTES | (POSTGRES if connection.vendor == "postgresql" else SQLITE)
    texts = [
        text.format(table=table, key=key, column=column, value=value)
        for text in routes.values()
        for table, (key, column, value) in TABLES.items()
    ]
    return list(dict.fromkeys(texts))


def everything() -> list[object]:
    return [*AuditEvent.objects.order_by("id").values_list(), *AuditSeal.objects.values_list()]


def refused(statement: str) -> bool:
    *settings, statement = statement.split("; ")
    try:
        with connection.cursor() as cursor:
            for setting in settings:
                cursor.execute(setting)
            with transaction.atomic():
                cursor.execute(statement)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")
    except DatabaseError as refusal:
        return "append-only" in str(refusal)
    finally:
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA recursive_triggers=ON")
    return False


def test_the_database_refuses_every_way_to_change_or_remove(furnished: School, figure: Figure):
    before = everything()
    ways = statements()
    open_ways = [statement for statement in ways if not refused(statement)]
    figure("S5 ways to change or remove that were tried", len(ways))
    figure("S5 ways that were open", len(open_ways))
    assert open_ways == []
    assert everything() == before


def test_every_trigger_is_there():
    assert missing_refusals() == []


def test_with_a_trigger_gone_the_ways_are_open(furnished: School):
    """Negative control: what the owner of the tables can do is seen, by the list of ways and by the check."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_auditevent_no_change")
        else:
            cursor.execute("DROP TRIGGER audit_auditevent_no_update")
    assert len(missing_refusals()) == 1
    assert not refused("UPDATE audit_auditevent SET path = '/9/'")


def test_a_plain_connection_to_the_file_is_refused_as_well(tmp_path):
    """Whoever opens the file with another program meets the same triggers, with SQLite's own defaults."""
    from carehub.audit.refusing import wanted

    plain = sqlite3.connect(tmp_path / "copy.sqlite3")
    plain.execute("CREATE TABLE audit_auditevent (id INTEGER PRIMARY KEY AUTOINCREMENT, action TEXT)")
    plain.execute("CREATE TABLE audit_auditseal (number INTEGER PRIMARY KEY, digest TEXT)")
    for statement in wanted("sqlite").values():
        plain.execute(statement)
    plain.execute("INSERT INTO audit_auditevent (action) VALUES ('export')")
    plain.execute("INSERT INTO audit_auditevent (action) VALUES ('export')")
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        plain.execute("REPLACE INTO audit_auditevent VALUES (1, 'login')")
    assert plain.execute("SELECT count(*) FROM audit_auditevent WHERE action = 'export'").fetchone() == (2,)
