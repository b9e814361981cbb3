"""Two clerks import the same file at once: one effect, and the second is shown politely what there is by now."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from members.importing import batch as work
from members.importing.batch import State
from members.models import Affiliation, Person, Post, RosterImport
from tests.cast import START, School
from tests.imports.making import ON, person, roster

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
PEOPLE = 20


@pytest.fixture(autouse=True)
def nobody_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two workers begin when the test says so."""
    monkeypatch.setattr(work, "ring", lambda task, pk: None)


def brought_by_two(school: School) -> list[int]:
    """Have two clerks upload the same roster, look at it and confirm it; nothing is written yet."""
    Post.objects.create(person=school.librarian, organization=school.committee, role="OD", started_on=START)
    data, numbers = roster(*(person(n) for n in range(1, PEOPLE + 1))), []
    for key in ("clerk", "librarian"):
        one: Any = {"kind": "roster", "file_name": "名册.xlsx", "content": data, "by": school.user(key), "on": ON}
        batch = work.upload(once_key=uuid.uuid4(), **one)
        work.read_import(batch.pk)
        assert work.confirm(batch=batch, by=school.user(key))
        numbers.append(batch.pk)
    return numbers


def written_at_once(numbers: list[int]) -> list[str]:
    """Let two workers write at once; return how each import stands then."""

    def write(pk: int) -> None:
        try:
            work.commit_import(pk)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(numbers)) as pool:
        list(pool.map(write, numbers))
    return sorted(RosterImport.objects.filter(pk__in=numbers).values_list("state", flat=True))


def test_the_same_file_from_two_clerks_has_one_effect(school: School) -> None:
    before = Person.objects.count(), Affiliation.objects.count()
    numbers = brought_by_two(school)
    assert written_at_once(numbers) == [State.DONE, State.READY]
    assert (Person.objects.count(), Affiliation.objects.count()) == (before[0] + PEOPLE, before[1] + PEOPLE)
    again = RosterImport.objects.get(pk__in=numbers, state=State.READY).report
    assert (again["new"], again["unchanged"], again["changed_meanwhile"]) == (0, PEOPLE, True)


def test_without_holding_the_imports_the_second_runs_into_the_first(school: School, monkeypatch) -> None:
    """Both plan before either writes; only the database's own constraint stands between them and two of everybody."""
    numbers, both, plain = brought_by_two(school), threading.Barrier(2, timeout=30), work.reading_of

    def planned_together(batch: RosterImport) -> Any:
        reading = plain(batch)
        both.wait()
        return reading

    monkeypatch.setattr(work, "hold_imports", lambda: None)
    monkeypatch.setattr(work, "reading_of", planned_together)
    assert written_at_once(numbers) == [State.COMMITTING, State.DONE]
