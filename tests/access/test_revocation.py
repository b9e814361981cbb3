"""A5: whatever takes a right away takes effect at the very next request of every live session."""

import uuid
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
from members.grants_actions import share_file, withdraw_grant
from members.models import Affiliation, OrganizationGrant, PersonGrant, Post
from tests.cast import PASSWORD, School
from tests.figures import Figure

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


@pytest.mark.walk
def test_every_live_session_stops_at_the_next_request(school: School, figure: Figure):
    stopped = {way.__name__: stopped_by(school, way) for way in WAYS}
    figure("A5 live sessions stopped", sum(stopped.values()))
    assert EACH * len(WAYS) >= 100
    assert stopped == {way.__name__: EACH for way in WAYS}


def lend_office(school: School) -> OrganizationGrant:
    """Let a member of another branch act for an officer of the first."""
    terms = {"started_on": today(), "ended_on": today() + DAY, "reason": "产假期间", "once_key": uuid.uuid4()}
    officer, head = school.user("colleague_member"), school.user("head")
    return OrganizationGrant.objects.assign_dated(
        "act_as_organizer", officer, school.organizations["first"], granted_by=head, **terms
    )


def share(school: School) -> PersonGrant:
    return share_file(
        person=school.people["member"], to=school.user("colleague_member"), reason="大病救助", started_on=today(),
        ended_on=today() + DAY, once_key=uuid.uuid4(), by=school.user("head"), on=today(),
    )  # fmt: skip


def taken_back(school: School, grant: OrganizationGrant | PersonGrant) -> None:
    assert withdraw_grant(grant=grant, by=school.user("head"), on=today())


def run_out(school: School, grant: OrganizationGrant | PersonGrant) -> None:
    type(grant).objects.filter(pk=grant.pk).update(started_on=today() - 2 * DAY, ended_on=today() - DAY)


@pytest.mark.parametrize("end", [taken_back, run_out])
@pytest.mark.parametrize("give", [lend_office, share])
def test_what_was_lent_stops_at_the_next_request(school: School, give: Any, end: Any, figure: Figure):
    address = OFFICE if give is lend_office else school.people["member"].get_absolute_url()
    grant, clients = give(school), [Client() for _n in range(EACH)]
    for client in clients:
        client.force_login(school.user("colleague_member"))
        assert client.get(address).status_code == 200
    end(school, grant)
    assert {client.get(address).status_code for client in clients} <= {403, 404}
    figure("A5 live sessions stopped", EACH)


def test_a_viewer_kept_from_before_would_be_seen(school: School, monkeypatch: pytest.MonkeyPatch):
    """Negative control: with posts remembered between requests, ended posts go on opening doors."""
    known, describe = {}, viewer._describe[0]

    def remembered(user: Any, on: Any) -> Any:
        return known.setdefault(user.pk, describe(user, on))

    monkeypatch.setattr(viewer, "_describe", [remembered])
    assert stopped_by(school, post_ended) == 0
    assert stopped_by(school, account_closed) == EACH
