"""Every talk test looks at the same day: 23 November 2026."""

import datetime as dt
from collections.abc import Iterator
from unittest import mock

import pytest
from django.utils import timezone

NOW = dt.datetime(2026, 11, 23, 2, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    """Let today() be the day of the mock-ups."""
    with mock.patch.object(timezone, "localdate", return_value=NOW.date()):
        yield
