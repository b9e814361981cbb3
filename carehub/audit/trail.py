"""The one way to write the audit trail."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from carehub.audit.models import AuditEvent
from carehub.audit.signing import content_of, plain, sign

PostWords = Callable[[Any], str]
_post_words: list[PostWords] = []


def name_posts_with(post_words: PostWords) -> None:
    """Register the function that says under which post an account acts (carehub/access/viewer.py does)."""
    _post_words[:] = [post_words]


def name_of(thing: Model | None) -> str:
    """Return the name under which the trail knows a row: members.Person:17."""
    return f"{thing._meta.label}:{thing.pk}" if thing is not None else ""


def record(action: str, *, by: Any = None, target: Model | None = None, path: str = "", **detail: Any) -> AuditEvent:
    """Add one row. Call it inside the transaction of the change."""
    event = signed(action, by=by, target=name_of(target), path=path, detail=detail)
    event.save(force_insert=True)
    return event


def record_first(
    action: str, *, by: Any = None, target: Model | None = None, path: str = "", **detail: Any
) -> AuditEvent:
    """Add one row and commit it: only then may a file, a number or a text leave the house.

    RuntimeError inside a transaction, because what follows could roll the row back after the bytes have left.
    """
    with transaction.atomic(durable=True):
        return record(action, by=by, target=target, path=path, **detail)


def record_many(
    action: str, targets: Iterable[Model], *, by: Any = None, path: str = "", **detail: Any
) -> list[AuditEvent]:
    """Add one row for each target, in one statement."""
    events = [signed(action, by=by, target=name_of(target), path=path, detail=detail) for target in targets]
    return AuditEvent.objects.bulk_create(events, batch_size=1000)


def signed(action: str, *, by: Any, target: str, path: str, detail: dict[str, Any]) -> AuditEvent:
    """Return a row, signed but not written yet."""
    actor = by if getattr(by, "is_authenticated", False) else None
    post = _post_words[0](actor)[:160] if actor is not None and _post_words else ""
    event = AuditEvent(
        at=timezone.now(), actor=actor, post=post, action=str(action), target=target, path=path, detail=plain(detail)
    )
    event.signature = sign("event", content_of(event))
    return event
