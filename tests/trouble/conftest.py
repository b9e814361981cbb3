"""Listens to the log as a production site writes it, and to the mails to the administrators."""

import io
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from carehub.trouble.lines import SafeFormatter
from carehub.trouble.mailing import ErrorMail


class Heard:
    """Everything that was said so far."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.lines, self.mailer = logging.StreamHandler(self.stream), ErrorMail()
        self.lines.setFormatter(SafeFormatter("%(levelname)s %(name)s %(message)s"))

    @property
    def log(self) -> str:
        return self.stream.getvalue()

    @property
    def mails(self) -> list[str]:
        self.mailer.wait()
        return [f"{one.subject}\n{one.body}\n{one.alternatives}" for one in mail.outbox]

    @property
    def all(self) -> str:
        return "\n".join([self.log, *self.mails])


@pytest.fixture
def heard(settings: Any, tmp_path: Path) -> Iterator[Heard]:
    settings.ADMINS = [("admin@example.edu.cn", "admin@example.edu.cn")]
    settings.STATE_DIR = tmp_path
    root, listener = logging.getLogger(), Heard()
    level, before = root.level, list(root.handlers)
    # A level below the usual one: what is said only when somebody looks for a fault is scrubbed as well.
    root.setLevel(logging.INFO)
    root.handlers = [listener.lines, listener.mailer]
    yield listener
    listener.mailer.wait()
    root.handlers = before
    root.setLevel(level)
