"""Two clicks at once, of one clerk or of two, take an import back once."""

import threading
from typing import Any

import pytest

from carehub.audit.models import AuditEvent
from members.importing import undoing
from members.models import Person, RosterImport
from tests.cast import School
from tests.imports.making import person, roster
from tests.imports.taking_back import State, imported
from tests.imports.test_wizard import row_of
from tests.talks.test_races import at_once

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
ROUNDS = 20


def try_undo(school: School, batch: RosterImport) -> str:
    try:
        undoing.undo(batch=batch, by=school.user("clerk"))
    except undoing.CannotUndo as why:
        return str(why)
    return ""


def undone_in_the_trail(batch: RosterImport) -> int:
    return AuditEvent.objects.filter(target=f"members.RosterImport:{batch.pk}", detail__step="undo").count()


def test_two_at_once_take_it_back_once(school: School) -> None:
    people = Person.objects.count()
    for n in range(ROUNDS):
        batch = imported(school, roster(person(n)))
        said = at_once(lambda _n, batch=batch: try_undo(school, batch), 2)
        assert sorted(said)[0] == ""
        assert "这次导入已被周启明撤销" in sorted(said)[1]
        assert undone_in_the_trail(batch) == 1
    assert Person.objects.count() == people


def test_without_the_condition_two_would_both_take_it_back(school: School, monkeypatch) -> None:
    """The negative control: the test above can see a hole."""
    gate = threading.Barrier(2)

    def unconditional(batch: RosterImport, by: Any) -> Any:
        kept = RosterImport.objects.values_list("before", flat=True).get(pk=batch.pk)
        gate.wait(20)
        RosterImport.objects.filter(pk=batch.pk).update(state=State.UNDONE, before=None)
        return kept

    monkeypatch.setattr(undoing, "claimed", unconditional)
    monkeypatch.setattr(undoing, "hold_imports", lambda: None)
    batch = imported(school, roster(row_of(school, "member")))
    RosterImport.objects.filter(pk=batch.pk).update(before=batch.before | {"changed": {}})
    assert at_once(lambda _n: try_undo(school, batch), 2) == ["", ""]
    assert undone_in_the_trail(batch) == 2
