"""C-2.12 against a slow oracle that reads nothing but the evidence, one request after the other."""

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.approvals.actions import NO_GROUND, Refused, carry_out
from carehub.approvals.machine import Deed, State, Verb, possible
from carehub.approvals.models import Application, Decision
from carehub.calendar import year_window
from carehub.duties.actions import excuse, set_rule
from carehub.duties.duty import DutyKey, parse_key
from carehub.duties.rule import Ask
from hardship.duties import WaiverSteps
from hardship.models import Waiver
from hardship.waivers import actions
from hardship.waivers.chain import WAIVERS
from hardship.waivers.panels import ending_soon
from members.models import Person
from tests.cast import School, make_person
from tests.figures import Figure
from tests.waivers.making import approved, said

pytestmark = [pytest.mark.django_db]
FIRST, LAST = dt.date(2025, 1, 10), dt.date(2026, 12, 20)
REQUESTS, DAYS = 120, 60
CHANGED_ON = dt.date(2025, 9, 1)  # from this day a step has ten days, the committee twenty
BRANCHES = ("first", "second", "maths_branch", "direct")


def lived(school: School, chance: random.Random, n: int) -> Application:
    """Return a request with a random life, each deed on a day of its own."""
    person = make_person(f"党员{n}", school.organizations[BRANCHES[n % 4]], number=f"Z{n}")
    on = FIRST + dt.timedelta(days=chance.randrange(600))
    values = said(first_month=dt.date(2027, 1, 1), standard=Decimal("46.00"))
    waiver = actions.apply_for_waiver(person=person, said=values, once_key=uuid.uuid4(), by=school.user("clerk"), on=on)
    one = waiver.application
    for _deed in range(chance.randrange(7)):
        on += dt.timedelta(days=chance.choice([0, 1, 5, 10, 14, 15, 16, 20, 30, 31, 45]))
        verbs = sorted(possible(one.position) - {Verb.HAND, Verb.AMEND})
        if not verbs or on > LAST:
            break
        deed = Deed(chance.choice(verbs), actor=10_000 + n * 10 + _deed, to=chance.choice([-1, 0]))
        try:
            one = carry_out(one, deed, WAIVERS, school.user("clerk"), on, NO_GROUND)
        except Refused:
            continue
    if n % 9 == 0:
        Person.objects.filter(pk=person.pk).update(died_on=on + dt.timedelta(days=3))
    return one


def days_for(step: str, came_on: dt.date) -> int:
    changed = came_on >= CHANGED_ON
    return (20 if changed else 30) if step == "committee" else (10 if changed else 15)


def stays_of(application: Application) -> Iterator[tuple[str, dt.date, dt.date | None, str]]:
    """Yield (step, came, left, how it was left) of a request, read from its evidence alone."""
    codes, here, came = ("branch", "general", "committee"), "", dt.date.min
    for row in Decision.objects.filter(application=application).order_by("number"):
        if row.verb == "skip" and here == "":
            pass
        if here and row.verb not in ("skip", "amend", "hand"):
            yield here, came, row.on, row.verb
            here = ""
        if row.state_after == "running" and 0 <= row.at_after < 3:
            step = codes[row.at_after]
            there = "organization" in application.way[row.at_after]
            here, came = (step, row.on) if there else ("", came)
        else:
            here = ""
    if here:
        yield here, came, None, ""


def state(person: Person, due: dt.date, left: dt.date | None, how: str, on: dt.date) -> str:
    if left is not None and left <= on:
        return "not_applicable" if how == "withdraw" else "done" if left <= due else "done_late"
    if person.died_on and person.died_on <= on:
        return "not_applicable"
    if on > due:
        return "overdue"
    return "due_soon" if (due - on).days <= 3 else "open"


def in_year(came: dt.date, left_by: dt.date | None, year: int) -> bool:
    return came.year == year or (came.year < year and (left_by is None or left_by.year >= year))


def test_the_engine_says_what_the_evidence_says(school: School, figure: Figure):
    for name, value in (("C-2.12-step-days", "10"), ("C-2.12-committee-days", "20")):
        set_rule(name, value, by=None, on=CHANGED_ON)
    chance, differences, compared = random.Random(212), 0, 0
    lives = [lived(school, chance, n) for n in range(REQUESTS)]
    for _day in range(DAYS):
        on = FIRST + dt.timedelta(days=chance.randrange((LAST - FIRST).days + 40))
        engine = sorted(engine_on(on))
        oracle = sorted(row for one in lives for row in oracle_on(one, on))
        compared += len(oracle)
        differences += engine != oracle
    figure("C-2.12 duties compared", compared)
    figure("C-2.12 differences", differences)
    assert differences == 0
    assert compared > 3_000


def engine_on(on: dt.date) -> Iterator[tuple[Any, ...]]:
    for duty in WaiverSteps().list(Ask(on=on), year_window(on.year)):
        yield duty.person_id, duty.opens_on, duty.due_on, str(duty.state)


def oracle_on(one: Application, on: dt.date) -> Iterator[tuple[Any, ...]]:
    """Yield (person, came, due, state) of every stay that belongs to the year of a day."""
    person = Person.objects.get(pk=one.applicant_id)
    for step, came, left, how in stays_of(one):
        due = came + dt.timedelta(days=days_for(step, came))
        if came <= on and in_year(came, left if left and left <= on else None, on.year):
            yield person.pk, came, due, state(person, due, left, how, on)


def test_an_engine_that_forgets_the_change_of_the_days_would_differ(school: School, monkeypatch: pytest.MonkeyPatch):
    """The negative control."""
    monkeypatch.setattr("tests.waivers.test_duty_oracle.CHANGED_ON", dt.date(2024, 1, 1))
    chance = random.Random(212)
    lives = [lived(school, chance, n) for n in range(20)]
    on = dt.date(2026, 12, 31)
    assert sorted(engine_on(on)) != sorted(row for one in lives for row in oracle_on(one, on))


def test_list_and_tally_agree_and_ask_the_same_whatever_the_number(school: School):
    chance, on, asked = random.Random(3), dt.date(2026, 6, 1), []
    for few, many in ((0, 8), (8, 40)):
        for n in range(few, many):
            lived(school, chance, n)
        with CaptureQueriesContext(connection) as questions:
            duties = WaiverSteps().list(Ask(on=on), year_window(2026))
            tallies = WaiverSteps().tally(Ask(on=on), year_window(2026))
        asked.append(len(questions))
    assert asked[0] == asked[1] <= 14
    assert sum(row.due for row in tallies) == sum(duty.state != "not_applicable" for duty in duties) > 5


def test_an_excuse_lies_over_it_and_its_name_can_be_read(school: School):
    one = lived(school, random.Random(1), 1)
    duty = next(iter(WaiverSteps().list(Ask(on=one.submitted_on), year_window(one.submitted_on.year))))
    key = parse_key(duty.key)
    assert key == DutyKey("C-2.12", str(one.submitted_on.year), duty.owner_id, duty.subject_id)
    on = one.submitted_on
    excuse(key, reason="等材料", until_on=on + dt.timedelta(days=9), by=None, on=on, path="")
    assert WaiverSteps().list(Ask(on=on), year_window(on.year))[0].why == "等材料"


def test_a_renewal_is_recalled_thirty_days_before_the_last_month_ends_and_no_more_once_it_is_asked_for(school: School):
    for month, number in ((6, 1), (7, 2), (12, 3)):
        person = make_person(f"续{month}", school.direct, number=f"R{month}", user=None)
        school.people[f"renew{month}"] = person
        last = dt.date(2027, month, 1)
        values = said(first_month=dt.date(2027, 1, 1), last_month=last)
        waiver = actions.apply_for_waiver(
            person=person, said=values, once_key=uuid.uuid4(), by=school.user("clerk"), on=dt.date(2026, 11, 23)
        )
        Application.objects.filter(pk=waiver.application_id).update(
            state=State.APPROVED, closed_on=dt.date(2026, 11, 23), stage=number
        )
    for n in range(365):
        on = dt.date(2027, 1, 1) + dt.timedelta(days=n)
        found = {waiver.last_month.month for waiver in ending_soon(Waiver.objects.all(), on)}
        ends = {6: dt.date(2027, 6, 30), 7: dt.date(2027, 7, 31), 12: dt.date(2027, 12, 31)}
        assert found == {month for month, end in ends.items() if 0 <= (end - on).days <= 30}, on


def test_who_renewed_is_not_reminded(school: School, as_: Any):
    before = approved(school)
    on = dt.date(2027, 12, 10)
    assert before in ending_soon(Waiver.objects.all(), on)
    actions.apply_for_waiver(
        person=school.member, said=actions.renewal_of(before, on) | {"income": None}, once_key=uuid.uuid4(),
        by=school.user("member"), on=on, renews=before,
    )  # fmt: skip
    assert before not in ending_soon(Waiver.objects.all(), on)
    assert isinstance(as_("member"), Client)
