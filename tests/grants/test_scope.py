"""Grants open exactly what they say, from their first day to their last, and are folded in at one place."""

import ast
import datetime as dt
import uuid
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from guardian.models import UserObjectPermission

from carehub.access.viewer import can, viewer_of
from carehub.accounts.models import User
from members.grants_actions import Refused, share_file, withdraw_grant
from members.models import OrganizationGrant, Person, PersonGrant
from members.scope import describe
from tests.cast import School

ON = dt.date(2026, 11, 23)
UNTIL = dt.date(2027, 2, 28)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_november_morning():
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def lend(school: School, to: str, codename: str, place: str, **terms) -> OrganizationGrant:
    """Let somebody act for an officer of an organisation."""
    terms = {"started_on": ON, "ended_on": UNTIL, "reason": "产假期间", "once_key": uuid.uuid4()} | terms
    terms.setdefault("granted_by", school.user("head"))
    return OrganizationGrant.objects.assign_dated(codename, school.user(to), school.organizations[place], **terms)


def share(school: School, to: str = "union", whose: str = "member", **terms) -> PersonGrant:
    terms = {"started_on": ON, "ended_on": UNTIL, "reason": "大病救助", "once_key": uuid.uuid4()} | terms
    return share_file(person=school.people[whose], to=school.user(to), by=school.user("head"), on=ON, **terms)


def names(user: User) -> set[str]:
    return set(Person.objects.visible_to(user).values_list("name", flat=True))


def test_who_acts_for_an_officer_sees_what_the_officer_sees(school: School):
    lend(school, "colleague_member", "act_as_organizer", "first")
    user = school.user("colleague_member")
    assert names(user) == names(school.user("officer")) | {"何静怡"}
    assert can(user, "e", school.member)
    assert not can(user, "e", school.outsider_member)
    assert viewer_of(user).main_seat.title == "代理组织委员"


def test_who_acts_as_clerk_of_a_general_branch_reaches_its_branches(school: School):
    lend(school, "direct_member", "act_as_clerk", "languages")
    assert names(school.user("direct_member")) == names(school.user("general_officer")) | {"袁梦"}


def test_a_shared_file_opens_one_file_and_no_more(school: School, as_):
    share(school)
    user, client = school.user("union"), as_("union")
    assert names(user) == {"谢雨薇", "黎小满"}
    assert client.get(school.member.get_absolute_url()).status_code == 200
    assert client.get(school.owner.get_absolute_url()).status_code == 404
    assert not can(user, "e", school.member)
    page = client.get(school.member.get_absolute_url()).content.decode()
    assert "138****0002" not in page
    assert "公民身份号码" not in page


@pytest.mark.parametrize(
    ("first", "last", "opens"),
    [
        (ON, ON, True),
        (dt.date(2026, 1, 1), UNTIL, True),
        (dt.date(2026, 11, 24), UNTIL, False),
        (dt.date(2026, 1, 1), dt.date(2026, 11, 22), False),
    ],
)
def test_a_grant_counts_from_its_first_day_to_its_last(school: School, first, last, opens):
    lend(school, "colleague_member", "act_as_organizer", "first", started_on=first, ended_on=last)
    assert can(school.user("colleague_member"), "v", school.member) is opens


def test_a_grant_that_was_taken_back_stops_at_the_next_request(school: School, as_):
    grant = share(school)
    client = as_("union")
    assert client.get(school.member.get_absolute_url()).status_code == 200
    assert withdraw_grant(grant=grant, by=school.user("head"), on=ON)
    assert client.get(school.member.get_absolute_url()).status_code == 404
    assert not withdraw_grant(grant=grant, by=school.user("head"), on=ON)


def test_a_grant_that_ran_out_stops_at_midnight(school: School, as_, a_november_morning):
    share(school, ended_on=ON)
    address = school.member.get_absolute_url()
    assert as_("union").get(address).status_code == 200
    a_november_morning.move_to(dt.datetime(2026, 11, 23, 16, 1, tzinfo=dt.UTC))  # 24 November in Shanghai
    assert as_("union").get(address).status_code == 404


def test_a_closed_account_has_no_grant_whoever_asks(school: School):
    share(school)
    lend(school, "union", "act_as_organizer", "first")
    user = school.user("union")
    assert can(user, "v", school.member)
    User.objects.filter(pk=user.pk).update(is_active=False)
    closed = school.user("union")
    assert not can(closed, "v", school.member)
    seen = describe(closed, ON)
    assert (seen.seats, seen.shared) == ((), frozenset())


def test_who_leaves_holds_no_grant_any_more(school: School):
    from members.actions import leave
    from members.models import Affiliation

    share(school)
    leave(person=school.union, on=ON, ending=Affiliation.Ending.LEFT_SCHOOL)
    assert PersonGrant.objects.get().withdrawn_at is not None
    assert not can(school.user("union"), "v", school.member)


def test_a_grant_without_its_terms_cannot_be_written(school: School):
    """Guardian's plain helper knows no days: the database refuses what it would write."""
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonGrant.objects.assign_perm("read_file", school.user("union"), school.member)
    assert not PersonGrant.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"ended_on": dt.date(2026, 1, 1)}, {"granted_by": "self"}, {"withdrawn_by": "head"}, {"same": True}],
)
def test_the_database_keeps_the_terms_right(school: School, wrong):
    terms = {"granted_by": school.user("colleague_member")} if wrong.get("granted_by") else dict(wrong)
    if "withdrawn_by" in wrong:
        terms = {"withdrawn_by": school.user("head")}
    if terms.pop("same", False):
        lend(school, "colleague_member", "act_as_organizer", "first")
    with pytest.raises(IntegrityError), transaction.atomic():
        lend(school, "colleague_member", "act_as_organizer", "first", **terms)


def test_sharing_refuses_what_may_not_be(school: School):
    for wrong in (
        {"to": "head"}, {"whose": "head"}, {"to": "member"}, {"ended_on": dt.date(2028, 1, 1)},
        {"ended_on": dt.date(2026, 11, 1)}, {"started_on": dt.date(2026, 11, 1)},
    ):  # fmt: skip
        with pytest.raises(Refused):
            share(school, **wrong)
    User.objects.filter(number="union").update(is_active=False)
    with pytest.raises(Refused):
        share(school)
    assert not PersonGrant.objects.exists()


def test_the_same_form_posted_again_shares_once(school: School):
    key = uuid.uuid4()
    assert share(school, once_key=key) == share(school, once_key=key)
    with pytest.raises(Refused):
        share(school)


def test_there_is_no_row_for_an_anonymous_account(school: School):
    assert not User.objects.filter(number__icontains="anonymous").exists()
    assert not UserObjectPermission.objects.exists()


def test_whoever_holds_no_grant_pays_no_query_for_it(school: School):
    def asked(key: str) -> int:
        user = school.user(key)
        with CaptureQueriesContext(connection) as queries:
            describe(user, ON)
        return len(queries)

    assert asked("union") == 2
    share(school)
    assert asked("union") == 4
    for n in range(5):
        share(school, started_on=ON + dt.timedelta(days=n + 1))
    assert asked("union") == 4
    assert asked("finance") == 2


def test_only_the_scope_reads_grants_and_nobody_asks_guardian_for_rights():
    """Guardian's own helpers serve closed accounts and know no days (trust.md): nothing in the product calls them."""
    callers, asking = set(), set()
    for path in (p for root in ("carehub", "members", "talks", "hardship") for p in Path(root).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("guardian"):
                asking.add((str(path), node.module))
            if isinstance(node, ast.ImportFrom) and node.module == "members.grants":
                callers.add(str(path))
    assert {path for path, _module in asking} == {"members/models/grant.py"}
    assert not {module for _path, module in asking} & {"guardian.shortcuts", "guardian.core", "guardian.backends"}
    assert callers == {"members/scope.py", "members/readers.py"}  # the second tells names, and opens nothing
