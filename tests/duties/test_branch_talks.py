"""C-2.3, case by case (domain.md, parts 4 and 8)."""

import datetime as dt

from members.actions import affiliate, leave
from members.models import Affiliation, Person, Post
from tests.cast import School, make_person
from tests.duties.asking import appoint, day, dismiss, duties, duty, setting, state, talk

Ending = Affiliation.Ending


def test_a_year_without_a_talk_is_open_then_due_soon_then_overdue(school: School) -> None:
    assert state("C-2.3", school.member, on="11-30") == "open"
    assert state("C-2.3", school.member, on="12-01") == "due_soon"
    assert state("C-2.3", school.member, on="12-31") == "due_soon"
    assert state("C-2.3", school.member, on="2027-01-01", window="2026") == "overdue"


def test_the_next_year_is_listed_thirty_days_ahead(school: School) -> None:
    assert state("C-2.3", school.member, on="12-01", window="2027") == ""
    assert state("C-2.3", school.member, on="12-02", window="2027") == "upcoming"


def test_a_talk_in_the_year_is_the_evidence(school: School) -> None:
    first = talk(school.owner, school.member, on="03-12")
    talk(school.owner, school.member, on="05-20")
    found = duty("C-2.3", school.member)
    assert found
    assert (found.state, found.done_on, found.evidence_id) == ("done", day("03-12"), first.pk)


def test_a_talk_after_the_year_never_cures_it(school: School) -> None:
    talk(school.owner, school.member, on="2027-01-02")
    assert state("C-2.3", school.member, on="2027-01-02", window="2026") == "overdue"
    assert state("C-2.3", school.member, on="2027-01-02") == "done"


def test_a_talk_on_the_last_day_entered_on_3_january_is_done(school: School) -> None:
    talk(school.owner, school.member, on="12-31", entered="2027-01-03")
    assert state("C-2.3", school.member, on="2027-01-10", window="2026") == "done"


def test_an_entry_on_7_january_is_in_time_and_on_8_january_late(school: School) -> None:
    talk(school.owner, school.member, on="12-31", entered="2027-01-07")
    talk(school.owner, school.officer, on="12-31", entered="2027-01-08")
    assert state("C-2.3", school.member, on="2027-01-10", window="2026") == "done"
    assert state("C-2.3", school.officer, on="2027-01-10", window="2026") == "late_entry"


def test_one_entry_in_time_is_enough_and_the_earliest_talk_the_evidence(school: School) -> None:
    talk(school.owner, school.member, on="03-12", entered="2027-02-01")
    talk(school.owner, school.member, on="09-01")
    found = duty("C-2.3", school.member, on="2027-02-02", window="2026")
    assert found
    assert (found.state, found.done_on) == ("done", day("03-12"))


def test_the_day_of_entry_plays_no_part_in_looking_back(school: School) -> None:
    talk(school.owner, school.member, on="03-12", entered="11-20")
    assert state("C-2.3", school.member, on="04-01") == "done"


def test_a_talk_after_the_day_of_looking_is_ignored(school: School) -> None:
    talk(school.owner, school.member, on="11-23")
    assert state("C-2.3", school.member, on="11-22") == "open"
    assert state("C-2.3", school.member, on="11-23") == "done"


def test_a_withdrawn_talk_never_counts(school: School) -> None:
    held = talk(school.owner, school.member, on="03-12")
    held.withdrawn_at, held.withdrawn_because = dt.datetime(2026, 4, 1, tzinfo=dt.UTC), "记错了人"
    held.save()
    assert state("C-2.3", school.member) == "open"


def test_a_collective_talk_counts_for_each_of_thirty_who_came(school: School) -> None:
    people = [make_person(f"党员{n}", school.first) for n in range(30)]
    talk(school.owner, *people, on="06-01", absent=(school.member,), form="collective")
    assert {state("C-2.3", person) for person in people} == {"done"}
    assert state("C-2.3", school.member) == "open"


def test_a_talk_by_anybody_else_does_not_count(school: School) -> None:
    talk(school.officer, school.member, on="03-12")
    talk(school.colleague, school.member, on="03-13")
    assert state("C-2.3", school.member) == "open"


def test_the_secretary_owes_nothing_to_himself(school: School) -> None:
    assert state("C-2.3", school.owner) == ""


def test_after_a_change_of_secretary_the_predecessors_talk_still_counts(school: School) -> None:
    talk(school.owner, school.member, on="03-12")
    dismiss(school.first, until="06-15")
    appoint(school.officer, school.first, since="06-16")
    found = duty("C-2.3", school.member)
    assert found
    assert (found.state, found.obligor) == ("done", "王志远")
    assert state("C-2.3", school.owner) == "open"
    assert state("C-2.3", school.officer) == ""


def test_a_talk_by_the_former_secretary_after_his_last_day_does_not_count(school: School) -> None:
    dismiss(school.first, until="06-15")
    talk(school.owner, school.member, on="06-16")
    assert state("C-2.3", school.member) == "open"


def test_an_acting_secretary_is_a_secretary(school: School) -> None:
    dismiss(school.first, until="06-15")
    Post.objects.filter(pk=appoint(school.officer, school.first, since="06-16").pk).update(manner="acting")
    talk(school.officer, school.member, on="07-01")
    assert state("C-2.3", school.member) == "done"


def test_a_vacant_post_keeps_its_duties(school: School) -> None:
    dismiss(school.first, until="06-15")
    found = duty("C-2.3", school.member)
    assert found
    assert (found.state, found.vacant, found.obligor) == ("open", True, "")


def test_people_of_a_group_count_in_its_branch(school: School) -> None:
    found = duty("C-2.3", school.group_leader)
    assert found
    assert found.organization == "0600000101"


def test_moving_between_the_groups_of_a_branch_is_no_move(school: School) -> None:
    affiliate(person=school.member, organization=school.first_group, on=day("05-01"))
    found = duty("C-2.3", school.member)
    assert found
    assert found.opens_on == day("01-01")


def test_who_moved_from_another_branch_opens_on_that_day(school: School) -> None:
    affiliate(person=school.member, organization=school.second, on=day("05-01"))
    found = duty("C-2.3", school.member)
    assert found
    assert (found.organization, found.opens_on, found.state) == ("0600000102", day("05-01"), "open")


def test_a_talk_in_the_old_branch_counts_and_says_so(school: School) -> None:
    talk(school.owner, school.member, on="03-12")
    affiliate(person=school.member, organization=school.second, on=day("05-01"))
    found = duty("C-2.3", school.member)
    assert found
    assert (found.state, found.why, found.organization) == ("done", "原支部已谈", "0600000102")


def test_a_talk_in_the_old_branch_does_not_count_where_the_school_says_so(school: School) -> None:
    setting("C-2.3-other-branch", "no")
    talk(school.owner, school.member, on="03-12")
    appoint(school.owner, school.second, since="2021-01-01", until="2025-12-31")
    affiliate(person=school.member, organization=school.second, on=day("05-01"))
    assert state("C-2.3", school.member) == "open"


def test_who_moved_twice_is_owed_once_by_the_last_branch(school: School) -> None:
    affiliate(person=school.member, organization=school.second, on=day("03-01"))
    affiliate(person=school.member, organization=school.first, on=day("08-01"))
    found = [row for row in duties("C-2.3") if row.subject_id == school.member.pk]
    assert [(row.organization, row.opens_on) for row in found] == [("0600000101", day("08-01"))]


def test_a_new_member_opens_on_the_day_of_joining(school: School) -> None:
    new = make_person("新党员", school.first, joined_on=day("06-20"), category=Person.Category.PROBATIONARY)
    assert state("C-2.3", new, on="06-19") == ""
    found = duty("C-2.3", new)
    assert found
    assert (found.opens_on, found.due_on, found.state) == (day("06-20"), day("12-31"), "open")


def test_a_talk_before_joining_the_party_counts_in_the_same_year(school: School) -> None:
    new = make_person("新党员", school.first, joined_on=day("06-20"))
    talk(school.owner, new, on="03-01")
    assert state("C-2.3", new) == "done"


def test_applicants_and_non_members_are_owed_nothing(school: School) -> None:
    applicant = make_person("申请人", school.first, category=Person.Category.APPLICANT)
    assert state("C-2.3", applicant) == ""


def test_who_came_to_the_school_from_1_december_on_is_optional(school: School) -> None:
    new = make_person("转入者", school.first, since=day("12-01"))
    found = duty("C-2.3", new, on="12-20")
    assert found
    assert (found.state, found.why) == ("not_applicable", "新转入宽限")
    talk(school.owner, new, on="12-15")
    assert state("C-2.3", new, on="12-20") == "done"


def test_who_came_on_30_november_is_owed_a_talk(school: School) -> None:
    new = make_person("转入者", school.first, since=day("11-30"))
    assert state("C-2.3", new, on="12-20") == "due_soon"


def test_a_move_inside_the_school_in_december_brings_no_grace(school: School) -> None:
    affiliate(person=school.member, organization=school.second, on=day("12-05"))
    assert state("C-2.3", school.member, on="12-20") == "due_soon"


def test_who_came_back_in_december_after_a_gap_is_optional(school: School) -> None:
    leave(person=school.member, on=day("10-31"), ending=Ending.LEFT_SCHOOL)
    affiliate(person=school.member, organization=school.first, on=day("12-05"))
    assert state("C-2.3", school.member, on="12-20") == "not_applicable"


def test_death_ends_the_duty_on_that_very_day(school: School) -> None:
    leave(person=school.member, on=day("08-08"), ending=Ending.DIED)
    assert state("C-2.3", school.member, on="08-07") == "open"
    found = duty("C-2.3", school.member, on="08-08")
    assert found
    assert (found.state, found.why) == ("not_applicable", "已去世")


def test_a_death_after_the_year_leaves_the_year_as_it_was(school: School) -> None:
    leave(person=school.member, on=day("2027-01-05"), ending=Ending.DIED)
    assert state("C-2.3", school.member, on="2027-01-10", window="2026") == "overdue"
    assert state("C-2.3", school.member, on="2027-01-10") == "not_applicable"


def test_who_left_the_school_is_not_counted_as_missing(school: School) -> None:
    leave(person=school.member, on=day("06-30"), ending=Ending.LEFT_SCHOOL)
    assert state("C-2.3", school.member, on="06-30") == "open"
    found = duty("C-2.3", school.member, on="07-01")
    assert found
    assert (found.state, found.why) == ("not_applicable", "已转出")


def test_who_left_after_a_talk_stays_done(school: School) -> None:
    talk(school.owner, school.member, on="03-12")
    leave(person=school.member, on=day("06-30"), ending=Ending.LEFT_SCHOOL)
    assert state("C-2.3", school.member) == "done"
    assert state("C-2.3", school.member, on="2027-03-01") == ""


def test_a_probationary_member_whose_probation_is_cancelled_leaves_the_scope(school: School) -> None:
    Person.objects.filter(pk=school.member.pk).update(category="probationary")
    school.member.refresh_from_db()
    leave(person=school.member, on=day("06-30"), ending=Ending.LEFT_PARTY)
    found = duty("C-2.3", school.member)
    assert found
    assert (found.state, found.why) == ("not_applicable", "已出党")


def test_suspended_membership_ends_the_duty(school: School) -> None:
    leave(person=school.member, on=day("06-30"), ending=Ending.SUSPENDED)
    found = duty("C-2.3", school.member)
    assert found
    assert (found.state, found.why) == ("not_applicable", "停止党籍")


def test_lost_contact_stands_apart(school: School) -> None:
    Person.objects.filter(pk=school.member.pk).update(lost_contact_on=day("04-01"))
    assert state("C-2.3", school.member, on="03-31") == "open"
    found = duty("C-2.3", school.member)
    assert found
    assert (found.state, found.why) == ("not_applicable", "失联")


def test_floating_and_retired_members_are_owed_a_talk_like_all(school: School) -> None:
    Person.objects.filter(pk=school.member.pk).update(is_floating=True, occupation="retired")
    assert state("C-2.3", school.member) == "open"


def test_a_leader_is_owed_the_talk_by_his_own_branch(school: School) -> None:
    assert state("C-2.3", school.leader) == "open"


def test_a_changed_number_of_days_judges_only_the_time_after(school: School) -> None:
    setting("entry-grace-days", "30", since="2027-01-01")
    talk(school.owner, school.member, on="12-31", entered="2027-01-20")
    talk(school.owner, school.member, on="2027-12-31", entered="2028-01-20")
    assert state("C-2.3", school.member, on="2028-02-01", window="2026") == "late_entry"
    assert state("C-2.3", school.member, on="2028-02-01", window="2027") == "done"


def test_a_setting_changed_in_mid_year_holds_from_its_day(school: School) -> None:
    setting("due-soon-days-year", "60", since="11-15")
    assert state("C-2.3", school.member, on="11-14") == "open"
    assert state("C-2.3", school.member, on="11-15") == "due_soon"
