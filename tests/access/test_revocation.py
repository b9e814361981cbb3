"""A5: whatever takes a right away takes effect at the very next request of every live session."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from carehub.access import viewer
from carehub.accounts.actions import close_account, end_own_session, issue_first_password
from carehub.accounts.models import Session
from carehub.calendar import DAY, today
from members.actions import end_posts, leave
from members.models import Affiliation, Post
from tests.cast import PASSWORD, School

OFFICE = "/talks/new/"  # for whoever holds a post in a branch; a plain member is refused
EACH = 14
KEYS = ("owner", "officer")


def account_closed(school: School, key: str) -> None:
    close_account(user=school.user(key), by=school.user("security_admin"))


def session_ended(school: School, key: str) -> None:
    for row in Session.objects.filter(user=school.user(key)):
        end_own_session(by=school.user(key), name=row.name)


def password_reset(school: School, key: str) -> None:
    issue_first_password(user=school.user(key), by=school.user("security_admin"))


def post_ended(school: School, key: str) -> None:
    end_posts(person=school.people[key], on=today() - DAY)


def post_taken_back(school: School, key: str) -> None:
    Post.objects.filter(person=school.people[key]).delete()


def died(school: School, key: str) -> None:
    leave(person=school.people[key], on=today(), ending=Affiliation.Ending.DIED)


def left_the_school(school: School, key: str) -> None:
    leave(person=school.people[key], on=today() - DAY, ending=Affiliation.Ending.LEFT_SCHOOL)


def left_the_party(school: School, key: str) -> None:
    leave(person=school.people[key], on=today(), ending=Affiliation.Ending.LEFT_PARTY)


WAYS = (
    account_closed,
    session_ended,
    password_reset,
    post_ended,
    post_taken_back,
    died,
    left_the_school,
    left_the_party,
)


def live_sessions(key: str) -> list[Client]:
    """Return sessions that were signed in through the front door and have just seen the office's page."""
    clients = [Client() for _n in range(EACH // len(KEYS))]
    for client in clients:
        assert client.post("/login/", {"username": key, "password": PASSWORD}).status_code == 302
        assert client.get(OFFICE).status_code == 200
    return clients


def stopped_by(school: School, way: Callable[[School, str], None]) -> int:
    """Return how many live sessions a way of revocation stops; all is as before afterwards."""
    before, stopped = transaction.savepoint(), 0
    for key in KEYS:
        clients = live_sessions(key)
        way(school, key)
        stopped += sum(client.get(OFFICE).status_code != 200 for client in clients)
    transaction.savepoint_rollback(before)
    for key in KEYS:
        school.people[key].refresh_from_db()
    return stopped


def test_every_live_session_stops_at_the_next_request(school: School):
    stopped = {way.__name__: stopped_by(school, way) for way in WAYS}
    print(f"revocation: {sum(stopped.values())} of {EACH * len(WAYS)} live sessions stopped, {stopped}")
    assert EACH * len(WAYS) >= 100
    assert stopped == {way.__name__: EACH for way in WAYS}


def test_a_viewer_kept_from_before_would_be_seen(school: School, monkeypatch: pytest.MonkeyPatch):
    """Negative control: with posts remembered between requests, ended posts go on opening doors."""
    known, describe = {}, viewer._describe[0]

    def remembered(user: Any, on: Any) -> Any:
        return known.setdefault(user.pk, describe(user, on))

    monkeypatch.setattr(viewer, "_describe", [remembered])
    assert stopped_by(school, post_ended) == 0
    assert stopped_by(school, account_closed) == EACH
