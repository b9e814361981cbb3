"""The limit on collective talks: earlier first, whoever is beyond it still waits for a talk of his own."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.calendar import year_window
from carehub.catalog import RULES
from carehub.duties.actions import set_rule
from carehub.duties.duty import State
from carehub.duties.rule import Ask, Draft, duties_settled_by, list_duties, tally_duties
from talks.duties.share import share_of
from talks.models import Talk
from tests.talks.writing import talk_of

pytestmark = pytest.mark.django_db
ON, YEAR = dt.date(2026, 11, 23), year_window(2026)
YEARLY = [rule for rule in RULES if rule.code == "C-2.3"]
TOGETHER = Talk.Form.COLLECTIVE


@pytest.fixture
def halved(school):
    """Return the school in which at most half of a branch counts by collective talks; the first branch has four."""
    set_rule("C-2.3-collective-share", "50", by=None, on=dt.date(2026, 1, 1))
    return school


def states(school) -> dict[str, str]:
    duties = list_duties(YEARLY, Ask(on=ON, owners=frozenset({school.first.pk})), YEAR)
    return {duty.subject: duty.state for duty in duties}


def everybody(school):
    return [school.officer, school.member, school.group_leader, school.general_secretary]


def test_without_a_limit_a_collective_talk_counts_for_everybody(school):
    talk_of(school.owner, *everybody(school), held_on=dt.date(2026, 3, 2), form=TOGETHER)
    assert set(states(school).values()) == {State.DONE}


def test_beyond_the_limit_the_last_ones_are_still_owed(halved):
    talk_of(halved.owner, *everybody(halved), held_on=dt.date(2026, 3, 2), form=TOGETHER)
    found = states(halved)
    assert [found[person.name] for person in (halved.officer, halved.member)] == [State.DONE] * 2
    assert [found[person.name] for person in (halved.group_leader, halved.general_secretary)] == [State.OPEN] * 2
    tally = tally_duties(YEARLY, Ask(on=ON, owners=frozenset({halved.first.pk})), YEAR)[0]
    assert (tally.done, tally.open) == (2, 2)


def test_who_was_met_earlier_counts_first(halved):
    talk_of(halved.owner, halved.group_leader, halved.general_secretary, held_on=dt.date(2026, 2, 2), form=TOGETHER)
    talk_of(halved.owner, halved.officer, halved.member, held_on=dt.date(2026, 3, 2), form=TOGETHER)
    assert states(halved)[halved.member.name] == State.OPEN
    assert states(halved)[halved.group_leader.name] == State.DONE


def test_a_talk_of_ones_own_settles_it_and_leaves_room_for_another(halved):
    talk_of(halved.owner, *everybody(halved), held_on=dt.date(2026, 3, 2), form=TOGETHER)
    talk_of(halved.owner, halved.officer, held_on=dt.date(2026, 5, 2))
    assert [states(halved)[one.name] for one in (halved.officer, halved.group_leader)] == [State.DONE] * 2
    assert states(halved)[halved.general_secretary.name] == State.OPEN


def test_the_form_says_only_what_is_within_the_limit(halved):
    people = frozenset(person.pk for person in everybody(halved))
    draft = Draft(halved.owner.pk, people, ON, ON, collective=True)
    assert len([duty for duty in duties_settled_by(YEARLY, draft) if duty.window == "2026"]) == 2
    alone = Draft(halved.owner.pk, frozenset({halved.member.pk}), ON, ON)
    assert len(duties_settled_by(YEARLY, alone)) == 1


def test_a_year_is_judged_by_the_limit_of_its_time(school):
    set_rule("C-2.3-collective-share", "0", by=None, on=dt.date(2027, 1, 1))
    talk_of(school.owner, *everybody(school), held_on=dt.date(2026, 3, 2), form=TOGETHER)
    assert set(states(school).values()) == {State.DONE}


def test_the_limit_asks_one_question_more(school, django_assert_num_queries, django_assert_max_num_queries):
    ask = Ask(on=ON)
    with django_assert_num_queries(3):
        list_duties(YEARLY, ask, YEAR)
    set_rule("C-2.3-collective-share", "50", by=None, on=dt.date(2026, 1, 1))
    with django_assert_num_queries(4):
        list_duties(YEARLY, ask, YEAR)


ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 10_000),
        st.sampled_from([State.DONE, State.LATE_ENTRY, State.OPEN, State.NOT_APPLICABLE]),
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        st.booleans(),
    ),
    unique_by=lambda row: row[1],
    max_size=40,
)


@given(ROWS, st.sampled_from([0, 30, 50]))
def test_no_branch_is_ever_over_its_share(rows, percent):
    share = share_of(rows, percent)
    for branch in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == branch]
        due = sum(row[2] != State.NOT_APPLICABLE for row in own)
        counted = [
            row for row in own if row[2] in (State.DONE, State.LATE_ENTRY) and not row[4] and row[1] not in share.beyond
        ]
        assert len(counted) + share.room[branch] == due * percent // 100 or share.room[branch] == 0
        assert 100 * len(counted) <= due * percent
        assert not any(row[4] for row in own if row[1] in share.beyond)
