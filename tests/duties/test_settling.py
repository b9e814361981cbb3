"""What a talk would settle is known before it is saved."""

from carehub.catalog import RULES
from carehub.duties.rule import Draft, duties_settled_by, remaining_after
from members.actions import affiliate
from members.models import Oversight
from tests.cast import START, School
from tests.duties.asking import NOV_23, day, dismiss, duties, setting, settled, talk


def test_a_talk_settles_what_it_would_then_prove(school: School) -> None:
    keys = settled(school.owner, school.member, school.officer, on="11-23")
    assert len(keys) == 2
    talk(school.owner, school.member, school.officer, on="11-23")
    done = {duty.key for duty in duties("C-2.3") if duty.state == "done"}
    assert done == set(keys)
    assert settled(school.owner, school.member, on="11-23") == []


def test_a_talk_by_an_outsider_settles_nothing(school: School) -> None:
    assert settled(school.outsider, school.member, on="11-23") == []
    assert settled(school.member, school.owner, on="11-23") == []


def test_one_talk_may_settle_duties_of_several_rules(school: School) -> None:
    Oversight.objects.create(leader=school.leader, person=school.owner, started_on=START)
    dismiss(school.languages, until="2025-12-31")
    school.languages.posts.create(person=school.leader, role="secretary", started_on=day("01-01"))
    keys = settled(school.leader, school.owner, on="11-23")
    assert [key.split(":")[0] for key in keys] == ["C-2.1", "C-2.2"]


def test_a_back_dated_talk_settles_last_years_duty(school: School) -> None:
    keys = settled(school.owner, school.member, on="2025-12-30")
    assert keys == [f"C-2.3:2025:{school.first.pk}:{school.member.pk}"]


def test_a_talk_in_the_old_branch_settles_the_duty_of_the_new_one(school: School) -> None:
    affiliate(person=school.member, organization=school.second, on=day("05-01"))
    assert settled(school.owner, school.member, on="04-30") == [f"C-2.3:2026:{school.second.pk}:{school.member.pk}"]
    assert settled(school.owner, school.member, on="05-02") == []


def test_a_talk_in_the_old_branch_settles_nothing_where_it_does_not_count(school: School) -> None:
    setting("C-2.3-other-branch", "no")
    affiliate(person=school.member, organization=school.second, on=day("05-01"))
    assert settled(school.owner, school.member, on="04-30") == []


def test_the_quarters_talk_is_settled_with_the_branch_secretary_of_that_day(school: School) -> None:
    assert settled(school.general_secretary, school.owner, on="10-02") == [
        f"C-2.2:2026Q4:{school.languages.pk}:{school.first.pk}"
    ]
    assert settled(school.general_secretary, school.member, on="10-02") == []


def test_where_any_one_is_enough_a_leaders_talk_settles_all_his_duties(school: School) -> None:
    setting("C-2.1-with", "any")
    Oversight.objects.create(leader=school.leader, organization=school.maths, started_on=START)
    assert len(settled(school.leader, school.maths_secretary, on="11-01")) == 2


def test_a_date_ahead_settles_nothing(school: School) -> None:
    assert settled(school.owner, school.member, on="11-24") == []


def test_what_remains_after_the_talk_is_said(school: School) -> None:
    draft = Draft(school.owner.pk, frozenset({school.member.pk}), NOV_23, NOV_23)
    left = remaining_after(RULES, duties_settled_by(RULES, draft), NOV_23)
    assert [(row.rule, row.window, row.settles, row.left) for row in left] == [("C-2.3", "2026", 1, 3)]
