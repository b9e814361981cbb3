"""Excuses: in force from a day to a day, one at a time, taken back, on the trail."""

import pytest
from django.db import IntegrityError, transaction

from carehub.audit.models import AuditEvent
from carehub.catalog import RULES
from carehub.duties.actions import excuse, set_rule, withdraw_excuse
from carehub.duties.duty import DutyKey, parse_key
from carehub.duties.models import Excuse
from carehub.duties.rule import find_duty
from tests.cast import School
from tests.duties.asking import NOV_23, day, duty, state, talk


def key_of(school: School) -> DutyKey:
    return DutyKey("C-2.3", "2026", school.first.pk, school.member.pk)


def say(school: School, reason: str = "出国访学", *, on: str = "11-01", until: str = "12-31") -> Excuse:
    return excuse(key_of(school), reason=reason, until_on=day(until), by=school.user("owner"), on=day(on))


def test_an_excuse_in_force_stands_instead_of_the_date(school: School) -> None:
    say(school, until="11-30")
    assert state("C-2.3", school.member, on="10-31") == "open"
    found = duty("C-2.3", school.member, on="11-01")
    assert found
    assert (found.state, found.why) == ("excused", "出国访学")
    assert state("C-2.3", school.member, on="11-30") == "excused"
    assert state("C-2.3", school.member, on="12-01") == "due_soon"


def test_an_excused_duty_that_is_done_is_done(school: School) -> None:
    say(school)
    talk(school.owner, school.member, on="11-10")
    assert state("C-2.3", school.member) == "done"


def test_an_excuse_holds_for_one_window_and_one_branch(school: School) -> None:
    say(school, until="2027-06-30")
    assert state("C-2.3", school.member, on="2027-01-02", window="2026") == "excused"
    assert state("C-2.3", school.member, on="2027-01-02") == "open"
    assert state("C-2.3", school.officer) == "open"


def test_a_new_excuse_ends_the_old_one_the_day_before(school: School) -> None:
    say(school, "出国访学")
    say(school, "住院", on="11-20")
    before, after = duty("C-2.3", school.member, on="11-19"), duty("C-2.3", school.member)
    assert before
    assert after
    assert (before.why, after.why) == ("出国访学", "住院")


def test_a_second_excuse_of_the_same_day_replaces_the_first(school: School) -> None:
    say(school, "出国访学")
    say(school, "住院")
    assert Excuse.objects.get().reason == "住院"


def test_the_database_keeps_one_excuse_a_day(school: School) -> None:
    made = say(school)
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_an_excuse_taken_back_never_counts(school: School) -> None:
    say(school)
    assert withdraw_excuse(key_of(school), by=school.user("owner"), on=NOV_23)
    assert not withdraw_excuse(key_of(school), by=school.user("owner"), on=NOV_23)
    assert state("C-2.3", school.member) == "open"


def test_excuses_are_on_the_trail_without_their_reason(school: School) -> None:
    say(school)
    withdraw_excuse(key_of(school), by=school.user("owner"), on=NOV_23)
    events = AuditEvent.objects.filter(target__startswith="duties.Excuse").order_by("pk")
    assert [event.detail["what"] for event in events] == ["excuse", "withdraw excuse"]
    assert not any("出国" in str(event.detail) for event in events)


@pytest.mark.parametrize(("reason", "until"), [("  ", "12-31"), ("住院", "10-31")])
def test_an_excuse_needs_a_reason_and_a_day_ahead(school: School, reason: str, until: str) -> None:
    with pytest.raises(ValueError, match=r"原因|有效期"):
        say(school, reason, until=until)
    assert not Excuse.objects.exists()


def test_a_key_is_read_and_written_alike() -> None:
    assert str(parse_key("C-2.2:2026Q3:12:17")) == "C-2.2:2026Q3:12:17"
    assert parse_key("C-2.3:2026:12:17") == DutyKey("C-2.3", "2026", 12, 17)


@pytest.mark.parametrize(
    "key", ["", "C-2.3", "C-2.3:2026:12", "C-2.3:2026Q5:1:2", "C-2.3:2026:0:1", "x:2026:1:2", "C-2.3:2026:1:2\n"]
)
def test_anything_else_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="没有这项任务"):
        parse_key(key)


def test_a_duty_is_found_by_its_key(school: School) -> None:
    found = find_duty(RULES, key_of(school), NOV_23)
    assert found
    assert found.subject == "黎小满"
    assert find_duty(RULES, DutyKey("C-2.3", "2026", school.first.pk, school.outsider.pk), NOV_23) is None
    assert find_duty(RULES, DutyKey("C-2.3", "2026Q1", school.first.pk, school.member.pk), NOV_23) is None


def test_a_setting_is_added_and_never_edited(school: School) -> None:
    set_rule("entry-grace-days", "10", by=None, on=day("2027-01-01"))
    with pytest.raises(ValueError, match="已经登记过"):
        set_rule("entry-grace-days", "12", by=None, on=day("2027-01-01"))


@pytest.mark.parametrize(("name", "value"), [("entry-grace-days", "many"), ("C-2.3-late-joiner", "02-30"), ("x", "1")])
def test_a_setting_that_cannot_be_is_refused(db: None, name: str, value: str) -> None:
    with pytest.raises(ValueError, match="不能是"):
        set_rule(name, value, by=None, on=NOV_23)
