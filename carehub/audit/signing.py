"""Signatures of the trail: HMAC-SHA256 under a key that the database never sees.

The first key of AUDIT_KEYS signs; a signature names its key, so rows signed under an older one can still be checked.
"""

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

from django.conf import settings


class UnknownKey(Exception):
    """A signature names a key that AUDIT_KEYS does not hold."""


def name_of_key(key: str) -> str:
    """Return the short name of a key; nothing of the key can be learnt from it."""
    return hashlib.sha256(b"name of an audit key:" + key.encode()).hexdigest()[:8]


def sign(kind: str, content: str) -> str:
    """Return the signature under the newest key."""
    return _signed(settings.AUDIT_KEYS[0], kind, content)


def is_signed(kind: str, content: str, signature: str) -> bool:
    """Return whether a signature belongs to this content; UnknownKey if its key is not configured."""
    name = signature.partition(":")[0]
    keys = [key for key in settings.AUDIT_KEYS if name_of_key(key) == name]
    if not keys:
        raise UnknownKey(name)
    return any(hmac.compare_digest(_signed(key, kind, content).encode(), signature.encode()) for key in keys)


def _signed(key: str, kind: str, content: str) -> str:
    digest = hmac.new(key.encode(), f"{kind}\n{content}".encode(), hashlib.sha256).hexdigest()
    return f"{name_of_key(key)}:{digest}"


def content_of(event: Any) -> str:
    """Return what a row says, in one form whatever the engine: everything but its id and its signature."""
    fields = [moment(event.at), event.actor_id, event.post, event.action, event.target, event.path, event.detail]
    return json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def moment(at: dt.datetime | None) -> str:
    """Return an instant as the content says it."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds") if at else ""


def plain(detail: dict[str, Any]) -> dict[str, Any]:
    """Return a detail as any JSON column gives it back; broken numbers become text, because engines round them."""
    text = json.dumps(detail, default=str).replace("\\u0000", "")
    back: dict[str, Any] = json.loads(text, parse_float=str, parse_constant=str)
    return back
