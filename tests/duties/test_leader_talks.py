"""C-2.1, case by case."""

from carehub.access.viewer import Reach
from carehub.calendar import window_named
from carehub.duties.rule import Ask
from members.models import Oversight, Person, Post
from tests.cast import START, School, make_person
from tests.duties.asking import NOV_23, appoint, day, dismiss, duties, duty, rule, setting, state, talk


def test_the_leader_owes_the_secretary_of_an_organisation_under_his_oversight(school: School) -> None:
    found = duties("C-2.1")
    assert [(row.key, row.obligor, row.organization, row.state) for row in found] == [
        (f"C-2.1:2026:{school.leader.pk}:{school.general_secretary.pk}", "高建国", "060000", "open")
    ]


def test_only_the_leaders_own_talk_counts(school: School) -> None:
    talk(school.head, school.general_secretary, on="03-12")
    assert state("C-2.1", school.general_secretary) == "open"
    talk(school.leader, school.general_secretary, on="03-13")
    assert state("C-2.1", school.general_secretary) == "done"


def test_a_cadre_who_is_also_secretary_counts_once(school: School) -> None:
    Oversight.objects.create(leader=school.leader, person=school.general_secretary, started_on=START)
    assert len(duties("C-2.1")) == 1
    tally = rule("C-2.1").tally(Ask(on=NOV_23), window_named("2026"))
    assert [row.open for row in tally] == [1]


def test_a_cadre_outside_the_party_is_owed_the_talk(school: School) -> None:
    cadre = make_person("处长", school.direct, category=Person.Category.NON_MEMBER, joined_on=None)
    Oversight.objects.create(leader=school.leader, person=cadre, started_on=day("05-01"))
    found = duty("C-2.1", cadre)
    assert found
    assert (found.state, found.opens_on) == ("open", day("05-01"))


def test_after_a_change_of_secretary_the_talk_is_owed_to_the_new_one(school: School) -> None:
    talk(school.leader, school.general_secretary, on="03-12")
    dismiss(school.languages, until="06-15")
    appoint(school.general_officer, school.languages, since="06-16")
    found = duty("C-2.1", school.general_officer)
    assert found
    assert (found.state, found.opens_on) == ("open", day("06-16"))
    assert state("C-2.1", school.general_secretary) == ""


def test_an_oversight_renewed_without_a_break_opens_no_new_duty(school: School) -> None:
    Oversight.objects.update(ended_on=day("06-30"))
    Oversight.objects.create(leader=school.leader, organization=school.languages, started_on=day("07-01"))
    found = duty("C-2.1", school.general_secretary)
    assert found
    assert found.opens_on == day("01-01")


def test_a_vacant_post_under_oversight_leaves_nobody_to_talk_to(school: School) -> None:
    dismiss(school.languages, until="06-15")
    assert duties("C-2.1") == []


def test_a_leader_owes_himself_nothing(school: School) -> None:
    dismiss(school.languages, until="06-15")
    appoint(school.leader, school.languages, since="06-16")
    assert duties("C-2.1") == []


def test_who_is_no_leader_any_more_owes_nothing(school: School) -> None:
    Post.objects.leaders().update(ended_on=day("06-30"))
    assert duties("C-2.1") == []
    assert state("C-2.1", school.general_secretary, on="06-30") == "open"


def test_the_death_of_a_cadre_ends_the_duty(school: School) -> None:
    Person.objects.filter(pk=school.general_secretary.pk).update(died_on=day("08-08"))
    assert state("C-2.1", school.general_secretary) == "not_applicable"


def test_where_any_one_is_enough_one_talk_settles_all(school: School) -> None:
    setting("C-2.1-with", "any")
    Oversight.objects.create(leader=school.leader, organization=school.maths, started_on=START)
    talk(school.leader, school.general_secretary, on="03-12")
    found = duty("C-2.1", school.maths_secretary)
    assert found
    assert (found.state, found.why) == ("done", "任选一人，已与他人谈")


def test_the_list_of_the_committee_is_not_that_of_a_general_branch(school: School) -> None:
    assert duties("C-2.1", scope=Reach(paths=(school.committee.path,)))
    assert not duties("C-2.1", scope=Reach(paths=(school.languages.path,)))
    assert duties("C-2.1", scope=Reach(people=frozenset({school.general_secretary.pk})))
    assert duties("C-2.1", owners=frozenset({school.leader.pk}))
    assert not duties("C-2.1", owners=frozenset({school.owner.pk}))
