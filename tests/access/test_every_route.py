"""A1: every URL × method × persona × target answers as the matrix says; a route that is not listed fails."""

import datetime as dt
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from carehub.access.checks import routes
from carehub.access.guards import guard_of
from carehub.access.matrix import PERSONAS, matrix
from carehub.accounts.models import User
from tests.access.furnishing import furnished
from tests.access.probing import (
    CAST,
    MISSING,
    Route,
    Target,
    ask,
    expected,
    expected_without,
    known_routes,
    targets_of,
)
from tests.cast import School
from tests.figures import Figure
from tests.once import built_once

pytestmark = pytest.mark.django_db
METHODS = "GET HEAD OPTIONS POST PUT PATCH DELETE TRACE".split()
ONE_OF_EACH_KIND = ("M", "BS", "GO", "OD", "LT", "AUD")
# The other engine answers for two: the answer follows from posts, and only paths are compared by the engine.
EVERYBODY = [pytest.param(one, marks=[] if one in ("BS", "GO") else [pytest.mark.walk]) for one in PERSONAS]
LIKELY_TO_END_THE_SESSION = "accounts:"


MORNING = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
# The mutation tool asks only the routes whose views stand near the hole: CAREHUB_ROUTES=talks
NEAR = os.environ.get("CAREHUB_ROUTES", "")
MORE = int(os.environ.get("CAREHUB_CRAWL", "1")) > 1  # every target for everybody


@pytest.fixture(scope="module")
def school(django_db_setup: None, django_db_blocker: Any) -> Iterator[School]:
    with time_machine.travel(MORNING, tick=True), built_once(django_db_blocker, furnished) as made:
        yield made


@pytest.fixture(autouse=True)
def a_november_morning():
    logging.disable(logging.CRITICAL)  # thousands of refusals, each with its traceback
    with time_machine.travel(MORNING, tick=True):
        yield
    logging.disable(logging.NOTSET)


def asked_routes() -> list[Route]:
    """Return the routes to be asked, all of them unless told otherwise."""
    views = {name: view.__module__ for name, _route, view in routes()}
    return [route for route in known_routes().values() if not NEAR or views[route.name].startswith(NEAR)]


def names_of_all_routes() -> set[str]:
    return {name for name, _route, _view in routes() if not name.startswith("djdt")}


def test_no_route_is_missing_from_the_list():
    assert names_of_all_routes() - set(known_routes()) == set()


def test_the_list_names_no_route_that_is_gone():
    assert set(known_routes()) - names_of_all_routes() == set()


def test_every_guard_asks_what_the_list_says():
    """Where a filter stands behind a guard both would have to fall; each is looked at by itself."""
    guards, listed = {name: guard_of(view) for name, _route, view in routes()}, known_routes()
    wrong = {
        name: guards[name]
        for name, route in listed.items()
        if (guards[name].resource, guards[name].public) != (route.resource, route.public)
        or not set(guards[name].codes) >= {code for codes in route.methods.values() for code in codes}
    }
    assert not wrong


def test_every_persona_of_the_matrix_is_in_the_cast():
    assert set(CAST) == set(PERSONAS)
    assert all(set(row) <= set(PERSONAS) for row in matrix().values())


def probes(school: School, persona: str) -> Iterator[tuple[Route, Target | None]]:
    """Yield every route with every target of a persona; of the personas that are like another, with every second."""
    kinds, whole = targets_of(school), persona in ONE_OF_EACH_KIND or NEAR or MORE
    for n, route in enumerate(asked_routes()):
        targets: list[Any] = kinds[route.target](persona) if route.target else [None]
        for target in targets if whole or len(targets) < 4 else [*targets[n % 2 : -1 : 2], targets[-1]]:
            yield route, target


def signed_in(client: Client, user: User, before: Route | None) -> Client:
    """Sign in at first, and again after a page that may have ended the session."""
    if before is None or before.name.startswith(LIKELY_TO_END_THE_SESSION):
        client.force_login(user)
    return client


@pytest.mark.parametrize("persona", EVERYBODY)
def test_nobody_sees_what_is_not_theirs(school: School, persona: str, figure: Figure):
    wrong, counted, before = [], 0, None
    client, user = Client(raise_request_exception=False), school.user(CAST[persona])
    for route, target in probes(school, persona):
        for method in route.methods:
            status = ask(signed_in(client, user, before), route, method, target)
            wanted, before = expected(school, persona, route, method, target), route
            counted += 1
            if status not in wanted:
                wrong.append(f"{method} {route.name} {target and target.argument}: {status}, not {wanted}")
    figure("A1 probes", counted)
    figure("A1 leaks", len(wrong))
    assert counted > 60 or NEAR
    assert not wrong, "\n".join(wrong)


def test_a_visitor_is_sent_to_sign_in_everywhere(school: School, figure: Figure):
    client, kinds = Client(raise_request_exception=False), targets_of(school)
    for route in asked_routes():
        if not route.public:
            targets = kinds[route.target]("M") if route.target else [None]
            for method in METHODS:
                statuses = {ask(client, route, method, target) for target in (targets[0], targets[-1])}
                assert statuses == {401}, f"{method} {route.name}"
                figure("A1 probes", 2)


@pytest.mark.parametrize("persona", ONE_OF_EACH_KIND)
@pytest.mark.walk
def test_a_method_that_a_route_does_not_have_does_nothing(school: School, persona: str, figure: Figure):
    wrong, before, kinds = [], None, targets_of(school)
    client, user = Client(raise_request_exception=False), school.user(CAST[persona])
    for route in asked_routes():
        for method in (method for method in METHODS if method not in route.methods):
            target = kinds[route.target](persona)[0] if route.target else None
            status = ask(signed_in(client, user, before), route, method, target)
            wanted, before = expected_without(school, persona, route, method, target), route
            figure("A1 probes", 1)
            if status not in wanted:
                wrong.append(f"{method} {route.name}: {status}, not {wanted}")
    assert not wrong, "\n".join(wrong)


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
