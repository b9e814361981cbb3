"""The big school is built once for a module; each test (marked django_db) works in a savepoint of its own."""

import datetime as dt
import logging
from collections.abc import Iterator

import pytest
import time_machine

from tests.crawl.canaries import Canaries, build
from tests.crawl.judging import World
from tests.once import built_once

MORNING = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def canaries(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Canaries]:
    """Return the school of canaries, on a November morning."""
    logging.disable(logging.CRITICAL)
    with time_machine.travel(MORNING, tick=True), built_once(django_db_blocker, build) as made:
        yield made
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def world(canaries: Canaries) -> World:
    return World(canaries)
