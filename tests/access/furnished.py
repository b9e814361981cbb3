"""The furnished cast, built once for a module; each test (marked django_db) works in a savepoint of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from tests.access.probing import furnish
from tests.cast import School, assemble


@contextmanager
def furnished_once(blocker: Any) -> Iterator[School]:
    """Hand out the school for as long as a module lasts; `blocker` is pytest-django's."""
    with blocker.unblock(), transaction.atomic():
        made = assemble()
        furnish(made)
        yield made
        transaction.set_rollback(True)
