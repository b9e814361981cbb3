"""The database itself refuses to change or remove a row of the trail, whoever asks and through whatever program.

What no trigger can refuse: the owner of the tables can drop the triggers or the tables. Then `audit_verify` says so.
A migration that alters one of the tables ends with `add_refusals`: SQLite remakes a table and forgets its triggers.
"""

from typing import Any

from django.db import connection

TABLES = ("audit_auditevent", "audit_auditseal")
KEYS = {"audit_auditevent": "id", "audit_auditseal": "number"}
SAYING = "audit rows are append-only"

FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '{SAYING}'; END; $$ LANGUAGE plpgsql;
"""
DEED = "EXECUTE FUNCTION audit_refuse()"
POSTGRES = {
    "no_change": "CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {deed}",
    "no_truncate": "CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {deed}",
}
SQLITE = {
    "no_update": "CREATE TRIGGER {name} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{saying}'); END",
    "no_delete": "CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{saying}'); END",
    # REPLACE deletes without asking the trigger above on a connection without recursive_triggers.
    "no_replace": (
        "CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
        "BEGIN SELECT RAISE(ABORT, '{saying}'); END"
    ),
}


def wanted(vendor: str) -> dict[str, str]:
    """Return {trigger: statement} of both tables."""
    kinds = POSTGRES if vendor == "postgresql" else SQLITE
    return {
        f"{table}_{kind}": text.format(name=f"{table}_{kind}", table=table, key=KEYS[table], saying=SAYING, deed=DEED)
        for table in TABLES
        for kind, text in kinds.items()
    }


def drop_statements(vendor: str) -> list[str]:
    """Return the statements that take the triggers away, those of the first migrations included."""
    old = ("audit_no_change", "audit_no_truncate", "audit_no_update", "audit_no_delete")
    names = [*wanted(vendor), *old]
    if vendor != "postgresql":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in names for table in TABLES]


def add_refusals(apps: Any, schema_editor: Any) -> None:
    """Put the triggers onto both tables, whatever was there before."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(FUNCTION)
    for statement in [*drop_statements(vendor), *wanted(vendor).values()]:
        schema_editor.execute(statement)


def missing_refusals() -> list[str]:
    """Return the triggers that are not there, or do not fire."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {name for (name,) in cursor.fetchall()}
    return sorted(set(wanted(connection.vendor)) - there)
