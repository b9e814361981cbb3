"""Every application is made and decided on 23 November 2026."""

import pytest


@pytest.fixture(autouse=True)
def that_day(on_november_23: None) -> None:
    """Let it be that day in every test here."""
