"""Every test here looks at the day of the mock-ups: 23 November 2026."""

import datetime as dt
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from django.utils import timezone

from carehub.duties.duty import DutyKey
from tests.cast import School

ON = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    with mock.patch.object(timezone, "localdate", return_value=ON):
        yield


@pytest.fixture
def yearly(school: School) -> Callable[..., str]:
    """Return the name of a person's C-2.3 duty: yearly("member")."""

    def name(key: str, branch: str = "first", window: str = "2026") -> str:
        unit = school.organizations[branch]
        return str(DutyKey("C-2.3", window, unit.pk, school.people[key].pk))

    return name
