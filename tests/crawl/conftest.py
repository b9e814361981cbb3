"""The big school is built once for a module; each test (marked django_db) works in a savepoint of its own."""

import datetime as dt
import logging
from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction

from tests.crawl.canaries import Canaries, build
from tests.crawl.judging import World

MORNING = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def canaries(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Canaries]:
    """Return the school of canaries, on a November morning."""
    with django_db_blocker.unblock(), time_machine.travel(MORNING, tick=True), transaction.atomic():
        logging.disable(logging.CRITICAL)
        yield build()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(canaries: Canaries) -> World:
    return World(canaries)
