"""The invented university: the same every time, never on top of real data, with a login for every persona."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from carehub.access.matrix import PERSONAS
from carehub.access.viewer import viewer_of
from carehub.accounts.models import User
from carehub.demo.invention import PASSWORD, SCHOOL
from carehub.demo.logins import demo_logins
from hardship.cases.hints import hints_for
from hardship.cases.panels import reviews_due
from hardship.models import Activity, Case, Exchange, Need, Pairing, VolunteerAction
from hardship.pairing.pages import rows_of as pairing_rows
from members.models import Affiliation, Organization, OrganizationGrant, Person, PersonGrant, Post, RoleProposal
from talks.models import FollowUp, Talk
from tests.cast import School

ON = dt.date(2026, 11, 23)


@pytest.fixture
def demo(db: None) -> str:
    out = StringIO()
    call_command("demo", people=1600, on=ON, stdout=out)
    return out.getvalue()


def fingerprint() -> tuple[list, list]:
    people = list(Person.objects.order_by("number").values_list("name", "organization__code", "joined_on"))
    return people, list(Talk.objects.order_by("once_key").values_list("held_on", "talker__number"))


def test_the_university_has_its_shape(demo):
    kinds = Organization.objects.values_list("kind", flat=True)
    assert [list(kinds).count(kind) for kind in ("committee", "general", "branch")] == [1, 12, 80]
    assert Organization.objects.get(parent=None).name == SCHOOL
    assert Person.objects.count() == 1600
    assert Affiliation.objects.filter(ending="moved").exists()


def test_every_persona_has_a_login_that_works(demo):
    assert len(demo_logins()) == len(PERSONAS)
    for _words, number, _name in demo_logins():
        assert User.objects.get(number=number).check_password(PASSWORD)
        assert number in demo
    personas = {seat.persona for user in User.objects.all() for seat in viewer_of(user).seats}
    assert personas == set(PERSONAS)


def test_nobody_talks_with_the_dead_or_in_the_future(demo):
    assert not Talk.objects.filter(held_on__gt=ON).exists()
    for died_on, held_on in Person.objects.exclude(died_on=None).values_list("died_on", "talks__held_on"):
        assert held_on is None or held_on <= died_on


def test_there_are_vacancies_and_new_secretaries(demo):
    vacant = Organization.objects.branches().exclude(posts__in=Post.objects.secretaries().in_force(ON).values("pk"))
    assert vacant.count() == 3
    assert Post.objects.secretaries().filter(started_on=dt.date(2026, 6, 15)).count() == 6


@pytest.mark.django_db(transaction=True)
def test_two_runs_invent_the_same_people(transactional_db):
    call_command("demo", people=1600, on=ON, stdout=StringIO())
    first = fingerprint()
    call_command("flush", interactive=False, verbosity=0)
    call_command("demo", people=1600, on=ON, stdout=StringIO())
    assert fingerprint() == first


def test_every_page_says_that_it_is_invented(demo, client):
    assert "均为虚构" in client.get("/login/").content.decode()
    client.force_login(User.objects.get(number=demo_logins()[0][1]))
    assert "均为虚构" in client.get("/mine/").content.decode()


def test_a_real_school_is_not_called_invented(school: School, client):
    assert "虚构" not in client.get("/login/").content.decode()


def test_real_data_is_never_touched(school: School):
    with pytest.raises(CommandError, match="已有真实的党组织"):
        call_command("demo")


def test_there_are_matters_in_every_state(demo):
    items = FollowUp.objects.all()
    assert set(items.values_list("state", flat=True)) == {"open", "done", "impossible"}
    for way in ("to_general_at", "to_department_at", "withdrawn_at", "shared_at", "assignee"):
        assert items.filter(**{f"{way}__isnull": False}).exists(), way
    assert items.open().filter(due_on__lt=ON).exists()
    secretary = User.objects.get(number=next(number for words, number, _name in demo_logins() if words == "支部书记"))
    assert items.visible_to(secretary).count() == 7


def test_there_are_proposals_and_grants_in_every_state(demo):
    assert set(RoleProposal.objects.values_list("state", flat=True)) == {"proposed", "approved", "returned", "done"}
    assert {grant.state(ON) for grant in OrganizationGrant.objects.all()} == {"running", "ended"}
    assert {grant.state(ON) for grant in PersonGrant.objects.all()} == {"running", "withdrawn"}


def test_there_are_hardship_cases_in_every_state(demo):
    cases = Case.objects.select_related("application")
    states = {(one.application.state, one.application.stage) for one in cases if one.is_open}
    assert states == {("running", 0), ("running", 1), ("running", 2), ("returned", -1), ("approved", 3)}
    assert set(cases.closed().values_list("outcome", flat=True)) == {"overcome", "unrecognised"}
    assert cases.exclude(reopens=None).exists()
    assert set(Need.objects.values_list("state", flat=True)) == {"open", "done"}
    secretary = User.objects.get(number=next(number for words, number, _name in demo_logins() if words == "支部书记"))
    assert [row.review.is_overdue for row in reviews_due(secretary, ON)] == [True]
    assert hints_for(secretary, ON)


def test_there_are_pairings_in_every_state(demo):
    department = User.objects.get(
        number=next(number for words, number, _name in demo_logins() if words == "组织部经办")
    )
    rows = pairing_rows(list(Pairing.objects.with_names()), department, ON)
    assert {str(row.look[0]) for row in rows} >= {"open", "overdue", "not_applicable"}
    assert max(len(row.helpers) for row in rows) == 2
    assert Exchange.objects.filter(partner=None).exists()
    assert Exchange.objects.running().exclude(partner=None).exists()
    assert Exchange.objects.exclude(ended_on=None).exists()
    assert Activity.objects.exists()
    assert VolunteerAction.objects.filter(hours=None).exists()
