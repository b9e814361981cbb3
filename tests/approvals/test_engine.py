"""W2 and W3: no step skipped, repeated or taken by the wrong person — the engine against a model written by hand."""

import faulthandler
import itertools
import os
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from carehub.approvals.actions import Ground, Overtaken, Refused, check, decide
from carehub.approvals.hands import hands_on
from carehub.approvals.machine import DECISIONS, OPEN, Deed, Position, State, Verb, barred, moved, possible
from carehub.approvals.models import Application
from hardship.models import Waiver
from hardship.waivers import actions
from hardship.waivers.chain import WAIVERS
from members.kinship import declare
from members.models import Kinship
from tests.again import school_again
from tests.cast import PEOPLE, School
from tests.figures import Figure
from tests.waivers.making import ON, again, applied, said

# Who decides which step of a request from the first branch, the first group first; then its deputies, then those above.
LADDERS = (
    (("owner",), ("officer",), ("general_secretary",)),
    (("general_secretary",), ("general_officer",)),
    (("approver",), ()),
)
DEPUTIES = ({"officer"}, {"general_officer"}, set())
ACTORS = ("member", "owner", "officer", "general_secretary", "general_officer", "approver", "clerk", "outsider")
END = {"pass": "running", "decline": "declined", "withdraw": "withdrawn"}
pytestmark = [pytest.mark.django_db, pytest.mark.walk]


class Model:
    """The same rules once more, in the plainest words, over keys of the cast."""

    def __init__(self) -> None:
        self.state, self.at, self.last, self.handed = "running", 0, "member", ""
        self.relatives: set[str] = set()
        self.touched = False

    def out(self) -> set[str]:
        return {"member", self.last, *self.relatives}

    def able(self) -> set[str]:
        if self.state != "running":
            return set()
        ladder = LADDERS[self.at]
        handed = {self.handed} & {*ladder[0], *ladder[1]}
        groups = [handed, *map(set, ladder)]
        return next((group - self.out() for group in groups if group - self.out()), set())

    def may(self, verb: str, actor: str, to: Any) -> bool:
        """Return whether this person may do it now."""
        if self.state not in ("running", "returned"):
            return False
        if verb == "withdraw":
            return actor == "member"
        if verb == "again":
            return self.state == "returned" and actor == "member"
        if verb == "amend":
            return self.state == "running" and actor == "member" and not self.touched
        if self.state != "running" or actor not in self.able():
            return False
        if verb == "return":
            return to == -1 or (to is not None and 0 <= to < self.at)
        return to in DEPUTIES[self.at] - self.out() if verb == "hand" else True

    def do(self, verb: str, actor: str, to: Any) -> None:
        if verb == "amend":
            return
        self.touched = True
        if verb == "hand":
            self.handed = to
            return
        self.handed = ""
        if verb in ("withdraw", "decline"):
            self.state = END[verb]
        elif verb == "return":
            self.state, self.at = ("returned", -1) if to == -1 else ("running", to)
        else:
            self.at += 1
            self.state = "running" if self.at < 3 else "approved"
        if verb != "withdraw":
            self.last = actor


class Requests(RuleBasedStateMachine):
    """One request, everybody pressing every button in any order."""

    figures: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.school, self.model = school_again(), Model()
        self.waiver = applied(self.school)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    def deed(self, verb: str, to: Any) -> Deed:
        if verb == "hand":
            to = self.school.people[to].pk if to else None
        return Deed(verb, to=to)

    @rule(
        verb=st.sampled_from(["pass", "pass", "pass", "return", "decline", "withdraw", "hand", "again", "amend"]),
        actor=st.sampled_from(ACTORS),
        place=st.sampled_from([-1, 0, 1, 2]),
        deputy=st.sampled_from(["officer", "general_officer", "outsider"]),
    )
    def somebody_does(self, verb: str, actor: str, place: int, deputy: str) -> None:
        self.somebody(verb, actor, place, deputy)

    @precondition(lambda self: self.model.state == "running")
    @rule(verb=st.sampled_from(["pass", "pass", "return", "hand"]), place=st.sampled_from([-1, 0, 1]))
    def who_has_it_does(self, verb: str, place: int) -> None:
        for actor in sorted(self.model.able())[:1]:
            self.somebody(verb, actor, place, "officer")

    def somebody(self, verb: str, actor: str, place: int, deputy: str) -> None:
        to = place if verb == "return" else deputy if verb == "hand" else None
        self.figures["steps"] += 1
        expected, done = self.model.may(verb, actor, to), True
        one = again(self.waiver)
        try:
            with transaction.atomic():
                self.press(one, verb, actor, to)
        except Refused:
            done = False
        assert done == expected, (verb, actor, to, vars(self.model))
        if done:
            self.model.do(verb, actor, to)

    def press(self, one: Waiver, verb: str, actor: str, to: Any) -> None:
        by, seen = self.school.user(actor), one.application.version
        if verb in ("again", "amend"):
            if (verb == "again") != (one.application.state == State.RETURNED):
                raise Refused
            actions.amend(waiver=one, seen=seen, said=said(), by=by, on=ON)
            return
        ground = Ground("情况属实", ON, "支部委员会", "到会 3 人")
        actions.take_step(waiver=one, seen=seen, deed=self.deed(verb, to), ground=ground, by=by, on=ON)

    @rule(actor=st.sampled_from(["owner", "officer", "general_secretary"]))
    def somebody_declares_a_relative(self, actor: str) -> None:
        who, user = self.school.people[actor].pk, self.school.user(actor)
        declare(person_id=who, other_id=self.school.member.pk, by=user)
        self.model.relatives.add(actor)

    @invariant()
    def the_database_says_the_same(self) -> None:
        one = again(self.waiver).application
        at = 3 if self.model.state == "approved" else self.model.at
        assert (one.state, one.stage) == (self.model.state, at)
        names = {person.pk: key for key, person in self.school.people.items()}
        able = {names[holder.person_id] for holder in hands_on(one, WAIVERS, ON).able}
        assert able == self.model.able()
        assert one.stays.filter(left_on=None).count() == (one.state == State.RUNNING)


def test_the_engine_does_what_the_model_says(figure: Figure):
    examples, steps = 200, 30
    if os.environ.get("CAREHUB_LONG"):
        examples, steps = 2_000, 50
        faulthandler.cancel_dump_traceback_later()  # half an hour is not a test that hangs
    Requests.figures.clear()
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Requests,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks
        ),
    )
    figure("W2 steps", Requests.figures["steps"])


PLACES = [
    *((State.RUNNING, at) for at in range(3)),
    (State.RETURNED, -1),
    (State.APPROVED, 3),
    (State.DECLINED, 1),
    (State.WITHDRAWN, 0),
]


@pytest.mark.parametrize(("state", "at"), PLACES)
def test_every_button_in_every_state_for_everybody(school: School, figure: Figure, state: str, at: int):
    """Full enumeration of state × verb × person of the cast: only those whom the rules name get through."""
    waiver = applied(school)
    Application.objects.filter(pk=waiver.application_id).update(
        state=state, stage=at, stage_path=waiver.application.way[at].get("path", "") if state == State.RUNNING else "",
        last_actor=school.member.pk, closed_on=None if state in OPEN else ON,
    )  # fmt: skip
    model = Model()
    model.state, model.at, model.touched = str(state), at, True
    one = again(waiver)
    hands = hands_on(one.application, WAIVERS, ON)
    for verb, (key, *_rest) in itertools.product(Verb, PEOPLE):
        if verb in (Verb.SUBMIT, Verb.SKIP):
            continue
        figure("W2 enumerated", 1)
        to = -1 if verb == Verb.RETURN else school.officer.pk if verb == Verb.HAND else None
        got_through = attempt(one.application, Deed(verb, school.people[key].pk, to), hands, school.user(key))
        asked = "pass" if verb == Verb.ADVISE_AGAINST else str(verb)
        model.touched = asked != "amend"
        assert got_through == model.may(asked, key, "officer" if verb == Verb.HAND else to), (verb, key)


def attempt(one: Application, deed: Deed, hands: Any, by: Any) -> bool:
    try:
        if deed.verb not in possible(one.position):
            return False
        check(one, deed, hands, by)
    except Refused:
        return False
    return True


RELATIONS = ("declared by the decider", "declared by the applicant", "decided the step before")


@pytest.mark.parametrize("relation", RELATIONS)
def test_no_relative_and_nobody_twice_in_a_row(school: School, figure: Figure, relation: str):
    """W3: every decider × applicant of the school × step: with the relation nobody of them has the step."""
    deciders = ["owner", "officer", "general_secretary", "general_officer", "approver", "librarian"]
    for applicant, at in itertools.product(
        ("member", "group_leader", "owner", "colleague_member", "direct_member"), range(3)
    ):
        waiver = applied(school, applicant)
        stop = waiver.application.stops(WAIVERS)[at]
        if stop.place:
            Application.objects.filter(pk=waiver.application_id).update(
                stage=at, stage_path=stop.place.path, last_actor=None
            )
            for decider in deciders:
                figure("W3 triples", 1)
                assert refused(school, again(waiver), decider, applicant, relation), (applicant, at, decider)
        Application.objects.filter(pk=waiver.application_id).update(state=State.WITHDRAWN, closed_on=ON)


def refused(school: School, waiver: Waiver, decider: str, applicant: str, relation: str) -> bool:
    """Return whether the decider stays out of it; the applicant himself always does."""
    one, two = school.people[decider].pk, school.people[applicant].pk
    if decider != applicant:
        if relation == RELATIONS[2]:
            Application.objects.filter(pk=waiver.application_id).update(last_actor=one)
        else:
            who, whom = (one, two) if relation == RELATIONS[0] else (two, one)
            declare(person_id=who, other_id=whom, by=school.user(decider))
    seen = again(waiver).application
    out = not hands_on(seen, WAIVERS, ON).holds(one)
    Kinship.objects.all().delete()
    return out


def test_without_a_relation_the_office_does_have_it(school: School):
    """The negative control of the one above."""
    for applicant, holder in (("member", "owner"), ("owner", "officer"), ("direct_member", "librarian")):
        waiver = applied(school, applicant)
        assert hands_on(waiver.application, WAIVERS, ON).holds(school.people[holder].pk)


def test_who_put_the_paper_down_does_not_decide_on_it(school: School):
    waiver = applied(school, "member", by="owner")
    assert not hands_on(waiver.application, WAIVERS, ON).holds(school.owner.pk)
    assert hands_on(waiver.application, WAIVERS, ON).holds(school.officer.pk)


def test_an_old_version_is_overtaken(school: School):
    waiver = applied(school)
    with pytest.raises(Overtaken):
        decide(
            application=waiver.application, seen=0, deed=Deed(Verb.PASS), chain=WAIVERS, by=school.user("owner"), on=ON
        )


def test_barring_names_the_reason():
    position = Position(State.RUNNING, 1, last_actor=7)
    assert barred(position, applicant=1, relatives=[2]) == {7: "previous", 2: "relative", 1: "self"}
    assert moved(position, Deed(Verb.DECLINE, 3), [True, True, True]).last_actor == 3
    assert set(DECISIONS) <= possible(position)
