"""C-2.2, case by case."""

from members.actions import affiliate
from tests.cast import School, make_person
from tests.duties.asking import appoint, day, dismiss, duties, duty, setting, state, talk


def test_each_branch_is_owed_a_talk_each_quarter(school: School) -> None:
    owed = [row for row in duties("C-2.2") if row.state != "not_applicable"]
    assert [(row.organization, row.subject_id, row.person) for row in owed] == [
        ("06000001", school.first.pk, "林晓岚"),
        ("06000001", school.second.pk, "谭明"),
        ("06000002", school.maths_branch.pk, "赵启文"),
    ]


def test_the_last_talk_of_a_quarter_does_not_reach_into_the_next(school: School) -> None:
    talk(school.general_secretary, school.owner, on="2026-12-31")
    assert state("C-2.2", school.first, on="2027-01-01", window="2026Q4") == "done"
    assert state("C-2.2", school.first, on="2027-01-01") == "open"


def test_a_first_talk_in_the_new_quarter_does_not_cure_the_old_one(school: School) -> None:
    talk(school.general_secretary, school.owner, on="2027-01-01")
    assert state("C-2.2", school.first, on="2027-01-02", window="2026Q4") == "overdue"
    assert state("C-2.2", school.first, on="2027-01-02") == "done"


def test_twenty_days_before_the_end_it_is_due_soon(school: School) -> None:
    assert state("C-2.2", school.first, on="12-10") == "open"
    assert state("C-2.2", school.first, on="12-11") == "due_soon"


def test_a_quarter_not_yet_begun_is_listed_thirty_days_ahead(school: School) -> None:
    assert state("C-2.2", school.first, on="12-02", window="2027Q1") == "upcoming"
    assert state("C-2.2", school.first, on="12-01", window="2027Q1") == ""


def test_the_talk_is_with_whoever_was_branch_secretary_that_day(school: School) -> None:
    talk(school.general_secretary, school.owner, on="10-10")
    dismiss(school.first, until="10-31")
    appoint(school.officer, school.first, since="11-01")
    found = duty("C-2.2", school.first)
    assert found
    assert (found.state, found.person) == ("done", "王志远")


def test_a_talk_with_the_former_or_the_future_secretary_does_not_count(school: School) -> None:
    dismiss(school.first, until="10-31")
    appoint(school.officer, school.first, since="11-01")
    talk(school.general_secretary, school.owner, on="11-02")
    talk(school.general_secretary, school.officer, on="10-30")
    assert state("C-2.2", school.first) == "open"


def test_a_talk_by_the_former_general_branch_secretary_counts_if_he_held_the_post_that_day(school: School) -> None:
    talk(school.general_secretary, school.owner, on="10-10")
    dismiss(school.languages, until="10-31")
    appoint(school.general_officer, school.languages, since="11-01")
    found = duty("C-2.2", school.first)
    assert found
    assert (found.state, found.obligor) == ("done", "罗秀芝")


def test_a_branch_without_secretary_all_quarter_is_owed_nothing(school: School) -> None:
    dismiss(school.first, until="09-30")
    assert state("C-2.2", school.first) == ""


def test_a_branch_with_a_secretary_on_one_day_of_the_quarter_is_owed_a_talk(school: School) -> None:
    dismiss(school.first, until="10-01")
    found = duty("C-2.2", school.first)
    assert found
    assert (found.state, found.person) == ("open", "林晓岚")


def test_a_branch_opens_with_its_first_secretary(school: School) -> None:
    dismiss(school.first, until="09-30")
    appoint(school.officer, school.first, since="11-10")
    found = duty("C-2.2", school.first)
    assert found
    assert found.opens_on == day("11-10")


def test_a_vacant_general_branch_keeps_the_duty(school: School) -> None:
    dismiss(school.languages, until="09-30")
    found = duty("C-2.2", school.first)
    assert found
    assert (found.state, found.vacant, found.obligor) == ("open", True, "")


def test_who_is_secretary_of_both_owes_himself_nothing(school: School) -> None:
    dismiss(school.first, until="09-30")
    appoint(school.general_secretary, school.first, since="10-01")
    found = duty("C-2.2", school.first)
    assert found
    assert (found.state, found.why) == ("not_applicable", "兼任")


def test_a_directly_attached_branch_has_no_quarterly_talk_by_default(school: School) -> None:
    found = duty("C-2.2", school.direct)
    assert found
    assert (found.state, found.why, found.organization, found.vacant) == (
        "not_applicable",
        "直属党支部",
        "060000",
        False,
    )


def test_the_school_may_name_the_department_head_for_directly_attached_branches(school: School) -> None:
    setting("C-2.2-direct-branch", "OH")
    found = duty("C-2.2", school.direct)
    assert found
    assert (found.state, found.obligor) == ("open", "唐婉清")
    talk(school.head, school.librarian, on="10-20")
    assert state("C-2.2", school.direct) == "done"


def test_a_new_post_elsewhere_does_not_move_the_old_talk(school: School) -> None:
    other = make_person("新书记", school.second)
    dismiss(school.second, until="10-31")
    appoint(other, school.second, since="11-01")
    affiliate(person=school.colleague, organization=school.first, on=day("11-01"))
    talk(school.general_secretary, school.colleague, on="11-05")
    assert state("C-2.2", school.second) == "open"
