"""What every answer carries, whoever asks and whatever the answer is."""

import pytest
from django.conf import settings
from django.test import Client

from tests.access.probing import MISSING, known_routes, targets_of
from tests.cast import School
from tests.figures import Figure

ALLOWED = {"'self'", "data:", "'none'"}


def answers(school: School, key: str | None):
    """Yield an answer of every route: pages, refusals, things that are not there, sign-in."""
    from django.urls import reverse

    client = Client(raise_request_exception=False)
    if key:
        client.force_login(school.user(key))
    for route in known_routes().values():
        if route.name == "accounts:logout":
            continue
        targets = targets_of(school)[route.target]("OD") if route.target else [None]
        for target in (targets[0], targets[-1]):
            arguments = [target.argument] if target else []
            yield route.name, client.generic("GET", reverse(route.name, args=arguments))
    yield "no address at all", client.get(f"/{MISSING}/")


@pytest.mark.parametrize("key", ["clerk", "owner", "member", None])
@pytest.mark.walk
def test_every_answer_carries_its_protection(school: School, key: str | None, figure: Figure):
    for name, answer in answers(school, key):
        figure("answers with their headers", 1)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        sources = {word for part in policy.split(";") for word in part.split()[1:]}
        assert sources <= ALLOWED, name
        assert answer["Cache-Control"] == "no-store, private", name
        assert answer["Referrer-Policy"] == "same-origin", name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["X-Frame-Options"] == "DENY", name


def test_a_page_that_breaks_carries_its_protection_too(school: School, as_, monkeypatch: pytest.MonkeyPatch):
    def breaks(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("members.views.render", breaks)
    client = as_("owner")
    client.raise_request_exception = False
    answer = client.get("/people/")
    assert answer.status_code == 500
    assert answer["Cache-Control"] == "no-store, private"
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(school: School, client: Client):
    client.post("/login/", {"username": "owner", "password": "correct-horse-battery"})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
