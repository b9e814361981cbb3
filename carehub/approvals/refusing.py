"""The database refuses to change or remove what was decided; only the sealed words may be let go of (erasure.py)."""

from typing import Any

from carehub.audit.refusing import FUNCTION, SAYING

TABLE, FREE = "approvals_decision", ("opinion", "erased_on")
POSTGRES = (
    FUNCTION,
    "DROP TRIGGER IF EXISTS approvals_decision_no_change ON approvals_decision",
    "DROP TRIGGER IF EXISTS approvals_decision_no_delete ON approvals_decision",
    "CREATE TRIGGER approvals_decision_no_change BEFORE UPDATE OF {columns} ON approvals_decision "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER approvals_decision_no_delete BEFORE DELETE ON approvals_decision "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
)
SQLITE = (
    "DROP TRIGGER IF EXISTS approvals_decision_no_change",
    "DROP TRIGGER IF EXISTS approvals_decision_no_delete",
    "CREATE TRIGGER approvals_decision_no_change BEFORE UPDATE OF {columns} ON approvals_decision "
    "BEGIN SELECT RAISE(ABORT, '{saying}'); END",
    "CREATE TRIGGER approvals_decision_no_delete BEFORE DELETE ON approvals_decision "
    "BEGIN SELECT RAISE(ABORT, '{saying}'); END",
)


def add_refusals(apps: Any, schema_editor: Any) -> None:
    """Put the triggers onto the table; a migration that alters it ends with this."""
    model = apps.get_model("approvals", "Decision")
    kept = [field.column for field in model._meta.concrete_fields if field.name not in FREE]
    columns = ", ".join(f'"{column}"' for column in kept)
    statements = POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        is_ours = statement is not FUNCTION  # whose own braces are no places to fill in
        schema_editor.execute(statement.format(columns=columns, saying=SAYING) if is_ours else statement)
