"""List and tally: pages, scope, and a number of queries that does not grow with the school."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carehub.access.viewer import Reach
from carehub.calendar import window_named
from carehub.catalog import RULES
from carehub.duties.rule import Ask, Draft, duties_settled_by, list_duties, tally_duties
from members.models import LifeEvent, Organization, Oversight
from tests.cast import START, School, make_person
from tests.duties.asking import NOV_23, appoint, duties, rule, talk


def grow(school: School, n: int, *, first: int = 50) -> None:
    """Add n branches with a secretary and a member each, all overseen; things happen to the member."""
    for i in range(first, first + n):
        code = f"06000001{i}"
        branch = Organization.objects.create(code=code, name=code, kind="branch", parent=school.languages)
        secretary, member = make_person(f"书记{i}", branch), make_person(f"党员{i}", branch)
        appoint(secretary, branch, since="2021-01-01")
        talk(secretary, member, on="03-12")
        Oversight.objects.create(leader=school.leader, person=secretary, started_on=START)
        for kind in ("joined-work", "honoured"):
            LifeEvent.objects.create(
                person=member, kind=kind, happened_on=NOV_23, organization=branch, path=branch.path, source="branch"
            )


QUESTIONS: list[Callable[[School], object]] = [
    lambda school: list_duties(RULES, Ask(on=NOV_23)),
    lambda school: tally_duties(RULES, Ask(on=NOV_23)),
    lambda school: duties_settled_by(
        RULES, Draft(school.owner.pk, frozenset(range(school.owner.pk, school.owner.pk + 500)), NOV_23, NOV_23)
    ),
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_the_number_of_queries_does_not_grow_with_the_school(school: School, ask: Callable[[School], object]) -> None:
    counts = []
    list_duties(RULES, Ask(on=NOV_23))  # SQLite looks once whether it knows JSON
    for n, first in ((2, 50), (20, 60)):
        grow(school, n, first=first)
        with CaptureQueriesContext(connection) as queries:
            ask(school)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


@pytest.mark.parametrize("code", ["C-2.1", "C-2.2", "C-2.3"])
def test_pages_put_together_are_the_list(school: School, code: str) -> None:
    grow(school, 5)
    whole = [duty.key for duty in duties(code)]
    pages = [duty.key for start in range(0, len(whole), 3) for duty in duties(code, limit=3, offset=start)]
    assert pages == whole
    assert len(set(whole)) == len(whole) > 4


@pytest.mark.parametrize("code", ["C-2.1", "C-2.2", "C-2.3"])
def test_the_tally_is_the_list_counted(school: School, code: str) -> None:
    grow(school, 4)
    tally = rule(code).tally(Ask(on=NOV_23), window_named("2026Q4" if code == "C-2.2" else "2026"))
    counted = [duty for duty in duties(code) if duty.state != "not_applicable"]
    assert sum(row.due for row in tally) == len(counted)
    assert sum(row.done for row in tally) == sum(duty.state == "done" for duty in counted)


def test_scope_is_where_the_obligor_is_or_whom_it_is_about(school: School) -> None:
    below = {duty.organization for duty in duties("C-2.3", scope=Reach(paths=(school.languages.path,)))}
    assert below == {"0600000101", "0600000102"}
    own = duties("C-2.3", scope=Reach(people=frozenset({school.member.pk})))
    assert [duty.subject for duty in own] == ["黎小满"]
    assert duties("C-2.3", scope=Reach(occupations=frozenset({"retired"}))) == []
    assert duties("C-2.3", scope=Reach()) == []


def test_people_owners_and_states_narrow_the_list(school: School) -> None:
    talk(school.owner, school.member, on="03-12")
    assert len(duties("C-2.3", people=frozenset({school.member.pk, school.outsider_member.pk}))) == 2
    assert {duty.owner_id for duty in duties("C-2.3", owners=frozenset({school.second.pk}))} == {school.second.pk}
    assert [duty.subject for duty in duties("C-2.3", states=frozenset({"done"}))] == ["黎小满"]
    assert duties("C-2.3", states=frozenset()) == []


def test_names_stand_by_pinyin_inside_an_organisation(school: School) -> None:
    names = [duty.subject for duty in duties("C-2.3", owners=frozenset({school.first.pk}))]
    assert names == ["陈立群", "程立新", "黎小满", "王志远"]


def test_what_a_leader_owes_lies_at_the_committee_and_not_below(school: School) -> None:
    assert duties("C-2.1", scope=Reach(paths=(school.committee.path,)))
    assert duties("C-2.1", scope=Reach(paths=(school.languages.path,))) == []
