"""A1: every URL × method × persona × target answers as the matrix says; a route that is not listed fails."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.test import Client

from carehub.access.checks import routes
from carehub.access.matrix import PERSONAS, matrix
from tests.access.probing import CAST, MISSING, Route, ask, expected, fits, furnish, known_routes, targets_of
from tests.cast import School

pytestmark = pytest.mark.django_db
METHODS = "GET POST PUT DELETE".split()
SENT_TO_SIGN_IN = 401


@pytest.fixture(autouse=True)
def a_november_morning():
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=True):
        yield


def names_of_all_routes() -> set[str]:
    return {name for name, _route, _view in routes() if not name.startswith("djdt")}


def test_no_route_is_missing_from_the_list():
    assert names_of_all_routes() - set(known_routes()) == set()


def test_the_list_names_no_route_that_is_gone():
    assert set(known_routes()) - names_of_all_routes() == set()


def test_every_persona_of_the_matrix_is_in_the_cast():
    assert set(CAST) == set(PERSONAS)
    assert all(set(row) <= set(PERSONAS) for row in matrix().values())


@pytest.mark.parametrize("persona", PERSONAS)
def test_nobody_sees_what_is_not_theirs(school: School, persona: str):
    furnish(school)
    counted: Counter[str] = Counter()
    wrong = []
    client = Client(raise_request_exception=False)
    for route in known_routes().values():
        for method in route.methods:
            for target in targets_of(school)[route.target](persona) if route.target else [None]:
                client.force_login(school.user(CAST[persona]))
                status, wanted = ask(client, route, method, target), expected(school, persona, route, method, target)
                counted["probes"] += 1
                if not fits(status, wanted) and not (route.public and status == SENT_TO_SIGN_IN):
                    wrong.append(f"{method} {route.name} {target and target.argument}: {status}, not {wanted}")
    assert counted["probes"] > 60
    assert not wrong, "\n".join(wrong)


def test_a_visitor_is_sent_to_sign_in_everywhere(school: School):
    client = Client(raise_request_exception=False)
    for route in known_routes().values():
        if not route.public:
            target = targets_of(school)[route.target]("M")[-1] if route.target else None
            statuses = {ask(client, route, method, target) for method in route.methods}
            assert statuses == {401}, route.name


def test_a_method_that_a_route_does_not_have_is_refused(school: School):
    client = Client(raise_request_exception=False)
    client.force_login(school.user("clerk"))
    for route in known_routes().values():
        for method in set(METHODS) - set(route.methods):
            target = targets_of(school)[route.target]("OD")[0] if route.target else None
            assert ask(client, route, method, target) in (403, 404, 405), f"{method} {route.name}"


def test_the_probes_would_see_a_hole(school: School, monkeypatch: pytest.MonkeyPatch):
    """Negative control: with the scope filter of people gone, a branch secretary's probe finds it."""
    from members.models.person import PersonQuerySet

    monkeypatch.setattr(PersonQuerySet, "visible_to", lambda self, user: self)
    client = Client()
    client.force_login(school.user("owner"))
    route = Route("members:person", "person", {"GET": ("v",)}, "person")
    statuses = [ask(client, route, "GET", target) for target in targets_of(school)["person"]("BS")]
    assert statuses.count(200) == len(statuses) - 1
    assert MISSING
