"""The one way to write the audit trail."""

from typing import Any

from django.db.models import Model

from carehub.audit.models import AuditEvent


def name_of(thing: Model | None) -> str:
    """Return the name under which the trail knows a row: members.Person:17."""
    return f"{thing._meta.label}:{thing.pk}" if thing is not None else ""


def record(action: str, *, by: Any = None, target: Model | None = None, path: str = "", **detail: Any) -> AuditEvent:
    """Add one row. Call it inside the transaction of the change, and before the first byte of an export."""
    actor = by if getattr(by, "is_authenticated", False) else None
    return AuditEvent.objects.create(actor=actor, action=action, target=name_of(target), path=path, detail=detail)
