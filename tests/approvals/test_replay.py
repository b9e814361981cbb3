"""W4: a decision is evidence. What is written down, read again from the first row on, gives the present state."""

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from carehub.approvals.machine import Deed, NotPossible, Position, State, Verb, moved, possible, submitted
from carehub.approvals.models import Decision
from tests.cast import School
from tests.figures import Figure
from tests.waivers.making import again, applied, approved, step

HISTORIES, LONGEST, PEOPLE = 10_000, 14, 9
Row = tuple[str, int | None, int | None, tuple[bool, ...]]


def history(chance: random.Random) -> tuple[list[Row], Position]:
    """Return the deeds of one invented application as they are written down, and where it ended."""
    exists = tuple(chance.random() < 0.8 for _step in range(3)) if chance.random() < 0.5 else (True, True, True)
    exists = exists if any(exists) else (True, False, True)
    person = chance.randrange(1, PEOPLE)
    position, rows = submitted(exists, person), [(str(Verb.SUBMIT), person, None, exists)]
    for _deed in range(chance.randrange(LONGEST)):
        verbs = sorted(possible(position))
        if not verbs:
            break
        verb, actor = chance.choice(verbs), chance.randrange(1, PEOPLE)
        to = (
            chance.randrange(-1, 3)
            if verb == Verb.RETURN
            else chance.randrange(1, PEOPLE)
            if verb == Verb.HAND
            else None
        )
        try:
            position = moved(position, Deed(verb, actor, to), exists)
        except NotPossible:
            continue
        rows.append((str(verb), actor, to, exists))
    return rows, position


def replayed(rows: list[Row]) -> tuple[str, int, int | None, int | None]:
    """Return (state, step, handed to, last decider) by a second way of counting, without the machine."""
    state, at, handed, last = "running", -1, None, None
    for verb, actor, to, exists in rows:
        onward = [n for n in range(len(exists)) if exists[n] and n > at]
        if verb == "hand":
            handed = to
            continue
        if verb == "amend":
            continue
        handed = None
        if verb == "withdraw":
            state = "withdrawn"
            continue
        last = actor
        if verb == "decline":
            state = "declined"
        elif verb == "return":
            state, at = ("returned", -1) if to == -1 else ("running", to)
        else:
            state, at = ("running", onward[0]) if onward else ("approved", len(exists))
    return state, at, handed, last


def test_ten_thousand_histories_replayed_give_the_present_state(figure: Figure):
    chance, differences, ends = random.Random(20261123), 0, set()
    for _n in range(HISTORIES):
        rows, position = history(chance)
        ends.add(str(position.state))
        if replayed(rows) != (str(position.state), position.at, position.handed_to, position.last_actor):
            differences += 1
    figure("W4 histories", HISTORIES)
    figure("W4 differences", differences)
    assert differences == 0
    assert ends == {str(state) for state in State}


def test_a_replay_that_forgets_the_returns_would_differ():
    """The negative control: the comparison can see a difference."""
    chance, differences = random.Random(20261123), 0
    for _n in range(200):
        rows, position = history(chance)
        differences += replayed([row for row in rows if row[0] != "return"])[:2] != (str(position.state), position.at)
    assert differences > 10


def written(application_id: int) -> Iterator[tuple[str, int, str]]:
    for one in Decision.objects.filter(application=application_id).in_order():
        yield one.state_after, one.at_after, one.verb


@pytest.mark.django_db
def test_the_last_row_of_evidence_says_where_an_application_is(school: School):
    for waiver in (
        step(school, step(school, applied(school), "owner"), "general_secretary", Verb.RETURN, to=0),
        step(school, applied(school, "direct_member"), "librarian"),
        approved(school, "colleague_member", number=90),
    ):
        one = again(waiver).application
        rows = list(written(one.pk))
        assert rows[-1][:2] == (one.state, one.stage)
        assert one.version == len(rows)
        numbers = one.decisions.in_order().values_list("number", "version_after")
        assert all(number == version for number, version in numbers)


@pytest.mark.django_db
def test_evidence_says_who_in_which_office_at_which_meeting_and_on_which_text(school: School):
    waiver = approved(school)
    branch, general, committee = Decision.objects.filter(verb=Verb.PASS).order_by("number")
    assert (branch.person, branch.post) == ("林晓岚", "外国语学院教工第一党支部，支部书记")
    assert (general.person, general.meeting) == ("程立新", "支部委员会")
    assert (committee.document, committee.present) == ("川文理委〔2026〕87号", "到会 9 人")
    assert {one.form_hash for one in (branch, general, committee)} == {waiver.application.form_hash}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE approvals_decision SET person = 'x'", "DELETE FROM approvals_decision"])
def test_evidence_is_neither_changed_nor_removed(school: School, statement: str):
    applied(school)
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement)


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_words_of_a_departed_person_may_still_be_let_go_of(school: School):
    step(school, applied(school), "owner")
    assert Decision.objects.exclude(opinion="").update(opinion="") == 1


@pytest.mark.django_db
def test_the_database_itself_refuses_a_decision_on_the_own_application_and_two_in_a_row(school: School):
    step(school, applied(school), "owner")
    row = Decision.objects.get(verb=Verb.PASS)
    for number, wrong in enumerate(({"person_id": row.applicant_id}, {"before_id": row.person_id}), 50):
        values = {f.attname: getattr(row, f.attname) for f in Decision._meta.concrete_fields if f.name != "id"}
        with pytest.raises(IntegrityError):
            write(values | {"number": number} | wrong)


def write(values: dict[str, Any]) -> None:
    with transaction.atomic():
        Decision.objects.create(**values)


@pytest.mark.django_db
def test_one_form_sent_twice_is_one_application(school: School):
    from hardship.models import Waiver
    from hardship.waivers import actions
    from tests.waivers.making import ON, said

    key = uuid.uuid4()
    made = {
        actions.apply_for_waiver(person=school.member, said=said(), once_key=key, by=school.user("member"), on=ON).pk
        for _time in range(3)
    }
    assert len(made) == Waiver.objects.count() == 1
