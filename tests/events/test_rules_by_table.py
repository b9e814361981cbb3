"""The event rules by table: unit, days, states, moves, deaths (duties.md, Event rules; domain.md, 4 and 8)."""

import datetime as dt
from typing import Any

import pytest

from carehub.calendar import year_of
from carehub.catalog import CLAUSE_RULES
from carehub.duties.duty import Duty
from carehub.duties.rule import Ask, list_duties
from members.actions import affiliate, leave
from members.models import Affiliation, LifeEvent, Organization, Person
from tests.cast import School, make_person
from tests.duties.asking import appoint, day, dismiss, setting, talk

pytestmark = pytest.mark.django_db


def happens(person: Person, kind: str, on: str, **more: Any) -> LifeEvent:
    place = person.organization or Organization.objects.get(kind="committee")
    return LifeEvent.objects.create(
        person=person, kind=kind, happened_on=day(on), organization=place, path=place.path, source="branch", **more
    )


def found(event: LifeEvent, on: str) -> Duty | None:
    duties = list_duties(CLAUSE_RULES, Ask(on=day(on)), year_of(day(on)))
    return next((duty for duty in duties if duty.event_id == event.pk), None)


def state(event: LifeEvent, on: str) -> str:
    duty = found(event, on)
    return duty.state if duty else ""


CLAUSES = (
    ("joined-work", "C-2.4", 30), ("retired", "C-2.4", 30), ("activist", "C-2.5a", 30), ("confirmed", "C-2.5a", 30),
    ("moved-in", "C-2.5a", 30), ("moved-out", "C-2.5a", 30), ("post-changed", "C-2.5b", 30), ("honoured", "C-2.5c", 30),
    ("sanctioned", "C-2.5d", 15), ("warning-sign", "C-2.5d", 15), ("complaint", "C-2.5e", 15),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "clause", "days"), CLAUSES)
def test_each_event_opens_its_duty_on_its_day(school: School, kind: str, clause: str, days: int):
    event = happens(school.member, kind, "09-01")
    duty = found(event, "09-02")
    assert duty is not None
    assert (duty.rule, duty.state, duty.subject, duty.obligor) == (clause, "open", "黎小满", "林晓岚")
    assert (duty.opens_on, duty.due_on) == (day("09-01"), day("09-01") + dt.timedelta(days=days))
    assert found(event, "08-31") is None


@pytest.mark.parametrize("kind", ["hospitalised", "near-death", "died"])
def test_what_asks_for_a_visit_asks_for_no_talk(school: School, kind: str):
    assert found(happens(school.member, kind, "09-01"), "09-02") is None


@pytest.mark.parametrize(
    ("on", "expected"),
    [("09-01", "open"), ("09-27", "open"), ("09-28", "due_soon"), ("10-01", "due_soon"), ("10-02", "overdue")],
)
def test_states_follow_the_days(school: School, on: str, expected: str):
    assert state(happens(school.member, "honoured", "09-01"), on) == expected


@pytest.mark.parametrize(
    ("held", "entered", "expected"),
    [
        ("08-24", "08-24", "overdue"),
        ("08-25", "08-25", "done"),
        ("10-01", "10-08", "done"),
        ("10-01", "10-09", "late_entry"),
        ("10-02", "10-02", "done_late"),
    ],
)
def test_a_talk_counts_by_its_day_and_its_entry(school: School, held: str, entered: str, expected: str):
    event = happens(school.member, "honoured", "09-01")
    talk(school.owner, school.member, on=held, entered=entered)
    assert state(event, "11-23") == expected


def test_an_early_talk_stands_before_a_late_one(school: School):
    event = happens(school.member, "honoured", "09-01")
    talk(school.owner, school.member, on="10-20")
    assert state(event, "11-23") == "done_late"
    talk(school.owner, school.member, on="09-20", entered="11-01")
    duty = found(event, "11-23")
    assert duty is not None
    assert (duty.state, duty.done_on) == ("late_entry", day("09-20"))


def test_a_talk_by_somebody_else_an_absence_and_a_withdrawn_talk_count_for_nothing(school: School):
    event = happens(school.member, "honoured", "09-01")
    talk(school.colleague, school.member, on="09-02")
    talk(school.owner, on="09-03", absent=(school.member,))
    talk(school.owner, school.member, on="09-04", withdrawn_at="2026-09-05T00:00Z", withdrawn_because="记错")
    assert state(event, "11-23") == "overdue"


def test_one_talk_settles_several_events(school: School):
    events = [happens(school.member, kind, "09-01") for kind in ("honoured", "post-changed", "complaint")]
    talk(school.owner, school.member, on="09-03")
    assert [state(event, "11-23") for event in events] == ["done"] * 3


def test_any_holder_of_the_post_counts_and_a_vacancy_stays_visible(school: School):
    event = happens(school.member, "honoured", "09-01")
    dismiss(school.first, until="09-05")
    duty = found(event, "09-10")
    assert duty is not None
    assert (duty.vacant, duty.state, duty.obligor) == (True, "open", "")
    appoint(school.officer, school.first, since="09-15")
    talk(school.officer, school.member, on="09-16")
    assert state(event, "09-20") == "done"


def test_the_branch_secretary_is_the_general_branchs_business(school: School):
    event = happens(school.owner, "sanctioned", "09-01")
    duty = found(event, "09-02")
    assert duty is not None
    assert (duty.organization, duty.obligor) == (school.languages.code, "程立新")
    talk(school.general_secretary, school.owner, on="09-03")
    assert state(event, "09-04") == "done"


def test_a_directly_attached_branchs_secretary_is_the_departments_heads(school: School):
    event = happens(school.librarian, "honoured", "09-01")
    duty = found(event, "09-02")
    assert duty is not None
    assert (duty.organization, duty.obligor) == (school.committee.code, "唐婉清")
    setting("event-direct-branch", "none")
    duty = found(event, "09-02")
    assert duty is not None
    assert (duty.state, duty.why) == ("not_applicable", "直属党支部")


def test_nobody_owes_himself_a_talk(school: School):
    dismiss(school.first, until="08-01")
    appoint(school.general_secretary, school.first, since="08-02")
    duty = found(happens(school.general_secretary, "honoured", "09-01"), "09-02")
    assert duty is not None
    assert (duty.state, duty.why) == ("not_applicable", "兼任")


def test_who_moves_takes_the_duty_along_and_what_was_done_stays_done(school: School):
    open_one, done_one = happens(school.member, "honoured", "09-01"), happens(school.member, "retired", "08-20")
    talk(school.owner, school.member, on="08-22")
    affiliate(person=school.member, organization=school.second, on=day("09-10"))
    duty = found(open_one, "09-12")
    assert duty is not None
    assert (duty.organization_name, duty.state) == (str(school.second), "open")
    assert state(done_one, "09-12") == "done"
    talk(school.colleague, school.member, on="09-13")
    assert state(open_one, "09-14") == "done"


def test_who_moves_after_the_deadline_leaves_the_duty_behind(school: School):
    event = happens(school.member, "honoured", "09-01")
    affiliate(person=school.member, organization=school.second, on=day("10-20"))
    duty = found(event, "11-23")
    assert duty is not None
    assert (duty.organization_name, duty.state) == (str(school.first), "overdue")


def test_the_new_branch_welcomes_and_the_old_one_says_goodbye(school: School):
    affiliate(person=school.member, organization=school.second, on=day("09-10"))
    came, left = happens(school.member, "moved-in", "09-10"), happens(school.member, "moved-out", "09-09")
    talk(school.owner, school.member, on="09-08")
    assert (state(came, "09-12"), state(left, "09-12")) == ("open", "done")
    talk(school.colleague, school.member, on="09-12")
    assert state(came, "09-12") == "done"


def test_a_goodbye_counts_up_to_the_day_of_leaving(school: School):
    event = happens(school.member, "moved-out", "09-01")
    affiliate(person=school.member, organization=school.second, on=day("09-10"))
    talk(school.owner, school.member, on="09-10")
    talk(school.colleague, school.member, on="09-09")
    assert state(event, "09-09") == "open"
    duty = found(event, "09-10")
    assert duty is not None
    assert (duty.state, duty.why) == ("not_applicable", "已转出")


@pytest.mark.parametrize(
    ("ending", "first_day_out"), [("died", "09-10"), ("left-party", "09-10"), ("suspended", "09-10"), ("left", "09-11")]
)
def test_who_is_gone_is_owed_nothing_and_what_was_done_stays(school: School, ending: str, first_day_out: str):
    open_one, done_one = happens(school.member, "honoured", "09-05"), happens(school.member, "retired", "08-20")
    talk(school.owner, school.member, on="08-22")
    leave(person=school.member, on=day("09-10"), ending=ending)
    before = (day(first_day_out) - dt.timedelta(days=1)).isoformat()
    assert (state(open_one, before), state(open_one, first_day_out)) == ("open", "not_applicable")
    assert state(open_one, "11-23") == "not_applicable"
    assert state(done_one, "11-23") == "done"


def test_a_withdrawn_event_asks_for_nothing(school: School):
    event = happens(school.member, "honoured", "09-01", withdrawn_at="2026-09-05T00:00Z", withdrawn_because="记错")
    assert found(event, "09-02") is None


def test_who_belongs_to_no_branch_is_owed_nothing(school: School):
    stranger = Person.objects.create(name="无组织", category="activist")
    official = make_person("在机关", school.languages)
    assert found(happens(stranger, "activist", "09-01"), "09-02") is None
    assert found(happens(official, "activist", "09-01"), "09-02") is None


def test_a_changed_setting_judges_what_happens_from_its_day_on(school: School):
    setting("C-2.5c-days", "10", since="09-01")
    before, after = happens(school.member, "honoured", "08-31"), happens(school.officer, "honoured", "09-01")
    assert [found(event, "09-05").due_on for event in (before, after)] == [day("09-30"), day("09-11")]


def test_the_leap_day_and_the_turn_of_the_year(school: School):
    assert found(happens(school.member, "honoured", "2024-01-30"), "2024-02-01").due_on == dt.date(2024, 2, 29)
    event = happens(school.member, "honoured", "2025-12-20")
    duty = found(event, "01-10")
    assert duty is not None
    assert (duty.window, duty.state, duty.due_on) == ("2025", "open", day("01-19"))
    talk(school.owner, school.member, on="01-11")
    assert state(event, "01-12") == "done"
    assert state(event, "2027-01-12") == ""


def test_what_was_never_done_stays_in_the_list_of_every_year(school: School):
    event = happens(school.member, "honoured", "2024-05-01")
    assert state(event, "11-23") == "overdue"
    talk(school.owner, school.member, on="2024-05-02")
    assert state(event, "11-23") == ""


def test_a_group_counts_in_its_branch(school: School):
    duty = found(happens(school.group_leader, "honoured", "09-01"), "09-02")
    assert duty is not None
    assert (duty.organization, duty.obligor) == (school.first.code, "林晓岚")
    assert not Affiliation.objects.filter(branch__kind="group").exists()
