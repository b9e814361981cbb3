"""Fixtures for every test: the school, and a browser session for any of its people."""

import os
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from tests.again import school_again
from tests.cast import School

pytest_plugins = ["tests.marks", "tests.emptying", "tests.figures"]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def school(db: None) -> School:
    return school_again()


@pytest.fixture
def as_(school: School) -> Callable[[str], Client]:
    """Return a function that signs somebody of the cast in: as_("owner").get("/")."""

    def sign_in(key: str) -> Client:
        client = Client()
        client.force_login(school.user(key))
        return client

    return sign_in


@pytest.fixture
def on_november_23() -> Iterator[None]:
    """Let it be ten in the morning of Monday, 23 November 2026, and stay so."""
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield
