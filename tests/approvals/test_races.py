"""W1, W5, W6 on PostgreSQL: two at once, five times the same, and a text that changed after it was shown."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from carehub.approvals.actions import Ground, Overtaken, Refused
from carehub.approvals.machine import Deed, State, Verb
from carehub.approvals.models import Application, Decision
from hardship.models import Waiver
from hardship.waivers import actions
from members.models import Person, Post
from tests.cast import START, School, make_person
from tests.figures import Figure
from tests.waivers.making import ON, again, posted, said

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
ROUNDS = 200
GROUND = Ground("情况属实", ON, "支部委员会", "到会 3 人")


def at_once(*works: Callable[[], Any]) -> list[str]:
    """Return how each ended when threads with connections of their own did them together."""

    def alone(work: Callable[[], Any]) -> str:
        try:
            return str(work() or "done")
        except (Overtaken, Refused) as refused:
            return type(refused).__name__
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(alone, works))


@pytest.fixture
def second_secretary(school: School) -> Any:
    """A second officer who may decide: the deputy has the step as the secretary has it."""
    Post.objects.filter(person=school.owner, role="secretary").update(ended_on=START)
    Post.objects.create(person=school.librarian, organization=school.first, role="deputy", started_on=START)
    return school.user("librarian")


def requests(school: School, n: int = ROUNDS) -> list[Waiver]:
    """Return n requests of n members of the first branch, put in by the branch's publicity officer."""
    people = [make_person(f"党员{number}", school.first, number=f"X{number}") for number in range(n)]
    return [
        actions.apply_for_waiver(person=person, said=said(), once_key=uuid.uuid4(), by=school.user("clerk"), on=ON)
        for person in people
    ]


def decide(waiver: Waiver, by: Any) -> None:
    one = again(waiver)
    actions.take_step(waiver=one, seen=1, deed=Deed(Verb.PASS), ground=GROUND, by=by, on=ON)


def test_two_approvers_at_once_are_one_decision(school: School, second_secretary: Any, figure: Figure):
    first = school.user("officer")
    ends: Counter[str] = Counter()
    for waiver in requests(school):
        one, two = again(waiver), again(waiver)  # both have the page open
        ends.update(at_once(lambda one=one: take(one, first), lambda two=two: take(two, second_secretary)))
    figure("W1 decisions", ends["done"])
    figure("W1 polite conflicts", ends["Overtaken"])
    assert ends == {"done": ROUNDS, "Overtaken": ROUNDS}
    assert Decision.objects.filter(verb=Verb.PASS).count() == ROUNDS
    assert set(Application.objects.values_list("stage", flat=True)) == {1}


def take(one: Waiver, by: Any) -> None:
    actions.take_step(waiver=one, seen=1, deed=Deed(Verb.PASS), ground=GROUND, by=by, on=ON)


def take_unguarded(one: Waiver, by: Any) -> str:
    """The broken variant: it looks first and writes afterwards."""
    if Application.objects.get(pk=one.application_id).stage != 0:
        raise Overtaken
    Application.objects.filter(pk=one.application_id).update(stage=1)
    return "done"


def test_two_who_look_first_would_both_decide(school: School, second_secretary: Any):
    """The negative control."""
    first, ends = school.user("officer"), Counter()
    for waiver in requests(school):
        ends.update(
            at_once(
                lambda waiver=waiver: take_unguarded(waiver, first),
                lambda waiver=waiver: take_unguarded(waiver, second_secretary),
            )
        )
    assert ends["done"] > ROUNDS


def signed_in(school: School, key: str) -> Client:
    client = Client()
    client.force_login(school.user(key))
    return client


def test_the_same_form_five_times_at_once_is_one_application(school: School, figure: Figure):
    """W5: a hundred forms, each sent five times at the same moment, with the one-time key of the page."""
    client, effects = signed_in(school, "officer"), 0
    for number in range(100):
        person = make_person(f"党员{number}", school.first, number=f"Y{number}")
        form = posted(signed_on="2026-11-20")
        five = [lambda person=person, form=form: post(client, person, form)] * 5
        ends = at_once(*five)
        assert set(ends) == {"302"}, ends
        effects += Waiver.objects.filter(person=person).count()
    figure("W5 effects of 500 posts", effects)
    assert effects == 100


def post(client: Client, person: Person, form: dict[str, str]) -> int:
    own = Client()
    own.cookies = client.cookies
    return int(own.post(f"/waivers/enter/?person={person.pk}", form).status_code)


def test_what_changed_after_it_was_shown_is_never_approved(school: School, figure: Figure):
    """W6: the applicant changes the amount while the secretary's page is open; the click meets the conflict page."""
    owner, unseen = signed_in(school, "owner"), 0
    for waiver in requests(school):
        shown = again(waiver).application.version
        form = {
            "meeting_on": "2026-11-23", "meeting": "支部委员会", "present": "到会 3 人", "opinion": "同意",
            "verb": "pass", "seen": str(shown), "once_key": str(uuid.uuid4()),
        }  # fmt: skip
        changed = said(new_amount="1.00", standard="46.00")
        ends = at_once(
            lambda waiver=waiver, changed=changed: amend(again(waiver), changed, school),
            lambda waiver=waiver, form=form: owner.post(f"/waivers/{waiver.pk}/step/", form).status_code,
        )
        one = again(waiver)
        decided = Decision.objects.filter(application=one.application_id, verb=Verb.PASS).first()
        # Either the decision came first and the text stands as it was shown, or the click met the conflict page.
        unseen += bool(decided and decided.form_hash != actions.digest_of(waiver_values(one)))
        assert ("409" in ends) == (decided is None), ends
    figure("W6 unseen approvals", unseen)
    assert unseen == 0


def amend(waiver: Waiver, values: dict[str, Any], school: School) -> None:
    from decimal import Decimal

    values = values | {"new_amount": Decimal(values["new_amount"]), "standard": Decimal(values["standard"])}
    actions.amend(waiver=waiver, seen=1, said=values, by=school.user("clerk"), on=ON)


def waiver_values(waiver: Waiver) -> dict[str, Any]:
    return {name: getattr(waiver, name) for name in actions.TEXT}


def test_two_meetings_never_have_one_request(school: School):
    """Two clerks put the same requests on two agendas at once: one of them is told so."""
    from hardship.waivers import meetings
    from tests.waivers.making import at_committee

    waiver = at_committee(school)
    ends = at_once(*[lambda: call(meetings, waiver, school)] * 2)
    assert sorted(ends) == ["Refused", "done"]


def call(meetings: Any, waiver: Waiver, school: School) -> None:
    meetings.call_meeting(
        title="党委会", held_on=ON, present="到会 9 人", waivers=[again(waiver)], once_key=uuid.uuid4(),
        by=school.user("clerk"),
    )  # fmt: skip


def test_states_of_the_machine_are_those_of_the_column():
    assert set(State.values) == {"running", "returned", "approved", "declined", "withdrawn"}
