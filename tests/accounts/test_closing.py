"""Accounts close with their ground, by the administrator's hand, and open again; every sign-in ends with them."""

import datetime as dt

import pytest
from django.core.management import call_command

from carehub.access.viewer import viewer_of
from carehub.accounts.actions import close_account, issue_first_password, reopen_account
from carehub.accounts.models import Closing, Session, User
from carehub.audit.models import Action, AuditEvent
from carehub.calendar import DAY, today
from carehub.sweep import sweep
from members.actions import affiliate, leave, settle_accounts
from members.ground import has_ground
from members.importing.roster_writing import rename_accounts
from members.models import Affiliation, Post
from tests.cast import PASSWORD

Ending = Affiliation.Ending


def of(key):
    user = User.objects.get(number=key)
    return user.is_active, user.closed_because


@pytest.mark.django_db
def test_a_fresh_portal_has_no_account():
    assert User.objects.count() == 0


def test_the_administrator_closes_and_opens(school, as_):
    client, by, user = as_("member"), school.user("security_admin"), school.user("member")
    assert client.get("/mine/").status_code == 200
    assert close_account(user=user, by=by)
    assert of("member") == (False, Closing.BY_HAND)
    assert Session.objects.filter(user=user).count() == 0
    assert client.get("/mine/").status_code == 302
    assert reopen_account(user=user, by=by)
    assert of("member") == (True, "")
    assert client.get("/mine/").status_code == 302
    told = AuditEvent.objects.filter(action=Action.ACCOUNT, target=f"accounts.User:{user.pk}", actor=by)
    assert {event.detail["what"] for event in told} == {"close", "reopen"}


def test_what_is_done_is_not_done_again(school):
    user = school.user("member")
    assert [close_account(user=user), close_account(user=user)] == [True, False]
    assert [reopen_account(user=user), reopen_account(user=user)] == [True, False]
    assert AuditEvent.objects.filter(action=Action.ACCOUNT).count() == 2


def test_a_first_password_ends_every_sign_in_and_must_be_changed(school, as_, client):
    signed_in = as_("member")
    password = issue_first_password(user=school.user("member"), by=school.user("security_admin"))
    assert signed_in.get("/mine/").status_code == 302
    assert client.post("/login/", {"username": "member", "password": PASSWORD}).status_code == 200
    client.post("/login/", {"username": "member", "password": password})
    assert client.get("/mine/")["Location"] == "/password/"


def test_a_closed_account_gets_no_first_password(school):
    close_account(user=school.user("member"))
    assert issue_first_password(user=school.user("member"), by=None) is None


@pytest.mark.parametrize(("ending", "code"), [("died", "died"), ("left", "left"), ("left-party", "left")])
def test_who_leaves_or_dies_is_closed_in_the_same_breath(school, as_, ending, code):
    client = as_("owner")
    leave(person=school.owner, on=today(), ending=ending)
    assert of("owner") == (False, code)
    assert client.get("/mine/")["Location"].startswith("/login/")


def test_who_comes_back_is_opened_again(school):
    leave(person=school.owner, on=today() - DAY, ending=Ending.LEFT_SCHOOL)
    school.owner.refresh_from_db()
    affiliate(person=school.owner, organization=school.second, on=today())
    assert of("owner") == (True, "")


def test_what_the_administrator_closed_stays_closed(school):
    close_account(user=school.user("member"))
    affiliate(person=school.member, organization=school.second, on=today())
    settle_accounts(on=today())
    assert of("member") == (False, Closing.BY_HAND)


def without_organization(school, key):
    """Take somebody out of the organisations long ago, as an import of old data would, without closing the account."""
    person = school.people[key]
    Affiliation.objects.filter(person=person).update(ended_on=dt.date(2021, 1, 1))
    type(person).objects.filter(pk=person.pk).update(organization=None, path="")


def test_a_post_alone_is_ground_until_its_last_day(school, as_):
    client = as_("owner")
    without_organization(school, "owner")
    assert has_ground(school.owner, today())
    assert client.get("/mine/").status_code == 200
    Post.objects.filter(person=school.owner).update(ended_on=today() - DAY)
    assert not has_ground(school.owner, today())
    assert viewer_of(school.user("owner")).seats == ()
    answer = client.get("/mine/", follow=True)
    assert "账号已停用" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_without_ground_the_right_password_reads_like_a_wrong_one(school, client):
    without_organization(school, "member")
    right, wrong = (
        client.post("/login/", {"username": "member", "password": password}) for password in (PASSWORD, "wrong")
    )
    words = [answer.context["form"].non_field_errors() for answer in (right, wrong)]
    assert words[0] == words[1]


def test_the_sweep_writes_it_down_and_takes_it_back(school):
    without_organization(school, "member")
    assert sweep(on=today())["closed"] == 1
    assert of("member") == (False, Closing.NO_GROUND)
    assert sweep(on=today())["closed"] == 0
    type(school.member).objects.filter(pk=school.member.pk).update(organization=school.first)
    assert sweep(on=today())["reopened"] == 1
    assert of("member") == (True, "")


def test_an_account_without_a_person_is_closed(school, capsys):
    User.objects.create_user("nobody", PASSWORD)
    call_command("run_due")
    assert of("nobody") == (False, Closing.NO_GROUND)


def test_the_account_follows_the_number_unless_it_is_anothers(school):
    school.member.number, school.owner.number = "20269999", "officer"
    rename_accounts([school.member, school.owner])
    school.member.user.refresh_from_db()
    school.owner.user.refresh_from_db()
    assert (school.member.user.number, school.owner.user.number) == ("20269999", "owner")
