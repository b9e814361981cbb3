"""A school in which C-2.3 alone is asked, so that the numbers are easy to follow."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from django.conf import settings

from carehub.catalog import RULES
from carehub.duties.rule import Rule
from carehub.sweep import remind
from members.models import Affiliation, Oversight, Post
from tests.cast import School

NOVEMBER = dt.date(2026, 11, 23)
DECEMBER = dt.date(2026, 12, 10)
NEW_YEAR = dt.date(2027, 1, 4)
YEARLY: list[Rule] = [rule for rule in RULES if rule.code == "C-2.3"]


@pytest.fixture
def school(school: School) -> School:
    """The cast in a school that began with the year: nothing is left over from the one before."""
    for model in (Affiliation, Post, Oversight):
        model.objects.update(started_on=dt.date(2026, 1, 1))
    return school


@pytest.fixture
def tell() -> Callable[..., dict[str, int]]:
    """Return a function that writes the reminders of a day: tell(DECEMBER)."""

    def on_day(on: dt.date, rules: list[Rule] = YEARLY) -> dict[str, int]:
        return dict(remind(on=on, rules=rules))

    return on_day


@pytest.fixture
def own_database() -> Iterator[str]:
    """Return the address of an empty PostgreSQL database for programs that run beside the test; it goes afterwards."""
    place, name = settings.DATABASES["default"], f"beside_{uuid.uuid4().hex}"
    server = f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}"
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()
