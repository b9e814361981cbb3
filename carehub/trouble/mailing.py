"""Tells the administrators by mail that something failed: what kind and where, nothing of anybody.

A storm of errors is one mail: each kind at one place at most once an hour, ten mails an hour in all, whatever the
number of processes (small files in the state folder keep the time). A mail server that hangs holds up nobody.
"""

import hashlib
import logging
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.mail import mail_admins

from carehub.trouble.lines import error_of, words_of
from carehub.trouble.scrubbing import account_of, kind_of, places_of
from carehub.trouble.tracing import whereabouts

AGAIN_AFTER = 3600
MOST_AN_HOUR = 10


class ErrorMail(logging.Handler):
    """Sends one mail at a time, in a thread of its own; while one is on its way, others are left out."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._sending: threading.Thread | None = None
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        # Logging's own way to say that a handler failed prints the arguments of the line.
        with suppress(Exception):
            if settings.ADMINS and not self._is_busy() and self._is_new(mark_of(record)):
                self._sending = threading.Thread(target=send, args=(subject_of(record), body_of(record)))
                self._sending.start()

    def _is_busy(self) -> bool:
        return self._sending is not None and self._sending.is_alive()

    def _is_new(self, mark: str) -> bool:
        """Return whether a mail may go out; where the folder takes no file, each process tells each thing once."""
        try:
            return is_new(mark)
        except OSError:
            known = mark in self._told or len(self._told) >= MOST_AN_HOUR
            self._told.add(mark)
            return not known

    def wait(self) -> None:
        """Wait until the mail on its way has left."""
        if self._sending is not None:
            self._sending.join()


def send(subject: str, body: str) -> None:
    """Hand a mail over; one that does not leave is no new error."""
    with suppress(Exception):
        mail_admins(subject, body, fail_silently=True)


def subject_of(record: logging.LogRecord) -> str:
    error = error_of(record)
    return f"{kind_of(error) if error else record.name} {whereabouts().get('route', '')}".strip()


def body_of(record: logging.LogRecord) -> str:
    """Return the mail: class, places, route, account and request, and where the log has the same line."""
    error = error_of(record)
    said = [f"{name}: {value}" for name, value in whereabouts().items()]
    return "\n".join(
        [
            f"{record.levelname} {record.name}",
            words_of(record),
            *said,
            *([account_of(error)] if error else []),
            "",
            "同类错误一小时内只发一次；全部记录在平台的日志里。",
        ]
    )


def mark_of(record: logging.LogRecord) -> str:
    """Return what makes two errors the same: the class and the innermost place, or the line that logged it."""
    error = error_of(record)
    place = places_of(error).partition(" < ")[0] if error else f"{record.pathname}:{record.lineno}"
    return hashlib.sha256(f"{kind_of(error) if error else ''} {place}".encode()).hexdigest()[:20]


def is_new(mark: str) -> bool:
    """Return whether a mail may go out for this mark, and note that it does. Two processes have one mail."""
    folder, now = Path(settings.STATE_DIR) / "trouble", time.time()
    folder.mkdir(mode=0o700, exist_ok=True)
    recent = {path.name for path in folder.iterdir() if now - path.stat().st_mtime < AGAIN_AFTER}
    if mark in recent or len(recent) >= MOST_AN_HOUR:
        return False
    (folder / mark).unlink(missing_ok=True)
    try:
        os.close(os.open(folder / mark, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True
