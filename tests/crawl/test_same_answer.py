"""A4: what is forbidden looks exactly like what does not exist: status, body, headers, and how long it takes."""

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.test import Client
from django.urls import reverse

from members.models import Person
from tests.access.probing import CAST, Route, Target, expected, known_routes, targets_of
from tests.cast import School
from tests.crawl.canaries import Canaries
from tests.figures import Figure

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
PERSONAS = ("M", "GL", "BS", "BO", "GS", "GO", "LD", "LT", "XG", "OD")
EACH, WITHIN_MS, AGAIN = 1, 5.0, 60
NONCES = re.compile(
    r"csrfmiddlewaretoken\" value=\"\w+|\"X-CSRFToken\": \"\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
VOLATILE = {"Content-Length", "Date", "Set-Cookie"}
NOBODY = "999999"


@dataclass(frozen=True)
class Pair:
    """The same question about something out of reach, and about nothing."""

    persona: str
    route: Route
    method: str
    there: Target
    nothing: Target

    @property
    def group(self) -> str:
        return f"{self.method} {self.route.name}"

    def address(self, target: Target) -> str:
        return reverse(self.route.name, args=[target.argument])


@dataclass
class Clock:
    """How long each side took, in milliseconds."""

    there: list[float] = field(default_factory=list)
    nothing: list[float] = field(default_factory=list)

    @property
    def apart(self) -> float:
        return abs(median(self.there) - median(self.nothing))


def pairs_of(school: School) -> Iterator[Pair]:
    """Yield what each persona must not know of, beside a name of the same kind that nothing bears."""
    kinds = targets_of(school)
    for persona in PERSONAS:
        for route in (route for route in known_routes().values() if route.target):
            targets = kinds[route.target](persona)
            for method in route.methods:
                hidden = [one for one in targets if one.exists and is_hidden(school, persona, route, method, one)]
                step = max(len(hidden) // EACH, 1)
                for one in hidden[::step][:EACH]:
                    yield Pair(persona, route, method, one, nothing_like(one, route, targets[-1]))


def nothing_like(one: Target, route: Route, none: Target) -> Target:
    """Return what does not exist: of a duty the one about nobody in the same organisation, which everybody knows."""
    return replace(none, argument=f"{one.argument.rpartition(':')[0]}:{NOBODY}") if route.target == "duty" else none


def is_hidden(school: School, persona: str, route: Route, method: str, target: Target) -> bool:
    return expected(school, persona, route, method, target) == {404}


def ask(client: Client, pair: Pair, target: Target) -> tuple[HttpResponse, float]:
    address = pair.address(target) + pair.route.query
    begun = time.perf_counter()
    answer = client.generic(pair.method, address)
    return answer, (time.perf_counter() - begun) * 1000


def plain(answer: HttpResponse, asked: str) -> tuple[int, str, dict[str, str]]:
    """Return status, body and headers without nonces and without the address that was asked for."""
    body = NONCES.sub("…", answer.content.decode()).replace(asked, "…")
    headers = {name: value.replace(asked, "…") for name, value in answer.items() if name not in VOLATILE}
    return answer.status_code, body, headers


def signed_in(school: School, persona: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(school.user(CAST[persona]))
    client.get("/policy/")  # the first request of a session writes it
    return client


def test_what_is_forbidden_looks_like_what_does_not_exist(canaries: Canaries, figure: Figure):
    school, clocks = canaries.school, defaultdict(Clock)
    clients = {persona: signed_in(school, persona) for persona in PERSONAS}
    pairs = list(pairs_of(school))
    for n, pair in enumerate(pairs):
        compare(clients[pair.persona], pair, clocks[pair.group], swapped=n % 2 == 1)
    figure("A4 pairs", len(pairs))
    assert len(pairs) >= 500
    for _round in range(5):  # the machine may have been busy: what is apart is asked again, more often
        for group in [group for group, clock in clocks.items() if clock.apart > WITHIN_MS]:
            clocks[group] = ask_again([pair for pair in pairs if pair.group == group], clients)
    worst = max(clock.apart for clock in clocks.values())
    figure(f"A4 farthest medians apart on {connection.vendor} ms", worst)
    assert worst <= WITHIN_MS, {group: clock.apart for group, clock in clocks.items() if clock.apart > WITHIN_MS}


def ask_again(pairs: list[Pair], clients: dict[str, Client]) -> Clock:
    clock = Clock()
    for n in range(max(AGAIN // len(pairs), 1)):
        for pair in pairs:
            compare(clients[pair.persona], pair, clock, swapped=n % 2 == 1)
    return clock


def compare(client: Client, pair: Pair, clock: Clock, *, swapped: bool) -> None:
    """Ask both, one right after the other, now this one first and now that."""
    order = (pair.nothing, pair.there) if swapped else (pair.there, pair.nothing)
    answers = {target.argument: ask(client, pair, target) for target in order}
    (there, took), (nothing, nothing_took) = answers[pair.there.argument], answers[pair.nothing.argument]
    same = plain(there, pair.address(pair.there)) == plain(nothing, pair.address(pair.nothing))
    assert same, f"{pair.persona} {pair.group} {pair.there.argument}"
    clock.there.append(took)
    clock.nothing.append(nothing_took)


def test_a_difference_would_be_seen(canaries: Canaries, monkeypatch: pytest.MonkeyPatch):
    """Negative control: a file that is refused in other words than one that is not there is found."""
    route, school = known_routes()["members:person"], canaries.school
    pair = Pair("BS", route, "GET", Target(school.outsider.pk), Target(999_999))
    client = signed_in(school, "BS")
    compare(client, pair, Clock(), swapped=False)
    monkeypatch.setattr("carehub.personfile.views.get_object_or_404", tells)
    with pytest.raises(AssertionError):
        compare(client, pair, Clock(), swapped=False)


def tells(people: Any, pk: int) -> Any:
    """Refuse with 403 whoever is there and out of reach."""
    if not people.filter(pk=pk).exists() and Person.objects.filter(pk=pk).exists():
        raise PermissionDenied
    return get_object_or_404(people, pk=pk)
