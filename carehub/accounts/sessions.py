"""Where sessions are kept: a table of ours, in which the key stands as a hash and the account beside it.

A stolen dump opens no session; ending one is deleting its row, and the very next request is a visitor's.
"""

import datetime as dt
import hashlib
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, transaction
from django.utils import timezone

from carehub.accounts.models import Session

BEGUN, SEEN = "begun", "seen"


def row_key(session_key: str) -> str:
    """Return the key of a session's row."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row = Session.objects.filter(pk=row_key(self.session_key or ""), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(pk=row_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        key = cast(Any, self)._get_or_create_session_key()
        row = Session(session_key=row_key(key), session_data=self.encode(data))
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.begun_at, row.seen_at = _moment(data.get(BEGUN)), _moment(data.get(SEEN))
        row.expire_date = ends_at(row)
        return row

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        row = self.create_model_instance(cast(Any, self)._get_session(no_load=must_create))
        return _insert(row) if must_create else _update(row)

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(pk=row_key(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expire_date__lte=timezone.now()).delete()


def ends_at(row: Session) -> dt.datetime:
    """Return when a session is over, whatever the middleware says: left alone too long, or old."""
    alone = row.seen_at + dt.timedelta(seconds=settings.SESSION_IDLE_AGE + 1)
    return min(alone, row.begun_at + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE + 1))


def _insert(row: Session) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CreateError from error


def _update(row: Session) -> None:
    """Write what a request may change; what is known of the machine stays."""
    changing = ("session_data", "expire_date", "user_id", "begun_at", "seen_at")
    if not Session.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in changing}):
        raise UpdateError


def _moment(seconds: int | None) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds is not None else timezone.now()
