"""What takes long to build is built once for a module; each test (marked django_db) works in a savepoint of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction

Built = TypeVar("Built")


@contextmanager
def built_once(blocker: Any, build: Callable[[], Built]) -> Iterator[Built]:
    """Hand out what was built and take it back at the end; `blocker` is pytest-django's."""
    with blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
