"""Who left long enough ago keeps a name and dates; everything sensitive about him goes, once, and is counted."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from carehub.access.classes import HASHED, FieldClass, classed_fields, own_models
from carehub.accounts.models import SecondFactor, User
from carehub.audit.models import Action, AuditEvent
from carehub.calendar import months_before
from carehub.catalog import RULES
from carehub.duties.actions import excuse, set_rule
from carehub.duties.duty import DutyKey
from carehub.duties.models import Excuse
from carehub.survival import erasure
from carehub.survival.erasure import KEPT, PLACES, departed, erase_departed, sensitive_fields
from carehub.sweep import sweep
from members.actions import affiliate, leave
from members.models import Affiliation, Person, Post, RosterImport
from talks.actions import log_talk, withdraw_talk
from talks.models import FollowUp, Talk
from tests.cast import School, make_person

pytestmark = pytest.mark.django_db
Ending = Affiliation.Ending
LEFT, ON = dt.date(2024, 6, 30), dt.date(2026, 11, 23)
CANARIES = {"phone": "13899990000", "address": "滨河路金丝雀巷 7 号", "id_number": "510000199001010011"}


@pytest.fixture
def months(school: School) -> None:
    set_rule("erase-after-months", "24", by=None, on=dt.date(2020, 1, 1))


def person(school: School, name: str = "金丝雀", **fields: Any) -> Person:
    known = CANARIES | {"born_on": dt.date(1990, 1, 1), "id_hash": uuid.uuid4().hex} | fields
    return make_person(name, school.first, since=dt.date(2021, 1, 1), **known)


def gone(school: School, name: str = "金丝雀", *, ending: str = Ending.LEFT_SCHOOL, on: dt.date = LEFT) -> Person:
    made = person(school, name)
    leave(person=made, on=on, ending=ending)
    return made


def raw(someone: Person) -> dict[str, Any]:
    columns = ["name", "phone", "address", "id_number", "born_on", "id_hash", "joined_on", "confirmed_on"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM members_person WHERE id = %s", [someone.pk])
        return dict(zip(columns, cursor.fetchone(), strict=True))


def test_every_sensitive_field_of_the_project_has_its_place():
    """A new field of class C1 to C4 stands in a place that is erased, or says why it is kept."""
    sensitive = {f"{m._meta.label}.{one.name}" for m in own_models() for one in sensitive_fields(m)}
    erased = {f"{place.label}.{name}" for place in PLACES for name in place.blanks()}
    kept = {name for name in sensitive if name.rpartition(".")[0] in KEPT}
    assert erased & kept == set()
    assert sensitive - erased - kept == set(), "name it in PLACES or KEPT of carehub/survival/erasure.py"
    classed = {one.name for one, code in classed_fields(Person) if code > FieldClass.C0} - HASHED
    assert set(PLACES[0].blanks()) == classed >= {"phone", "address", "id_number", "born_on"}


def test_nothing_is_erased_as_long_as_no_number_is_set(school: School):
    someone = gone(school)
    assert erase_departed(on=ON) == {}
    assert Person.objects.get(pk=someone.pk).phone == CANARIES["phone"]


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("ending", [Ending.LEFT_SCHOOL, Ending.LEFT_PARTY, Ending.DIED])
def test_who_left_long_ago_keeps_a_name_and_dates_only(school: School, ending: str):
    someone = gone(school, ending=ending)
    before = raw(someone)
    assert erase_departed(on=ON)["people"] == 1
    after = raw(someone)
    assert [after[name] for name in ("phone", "address", "id_number", "born_on")] == ["", "", "", None]
    for name in ("name", "id_hash", "joined_on", "confirmed_on"):
        assert after[name] == before[name]


@pytest.mark.usefixtures("months")
def test_the_day_counts_by_the_calendar(school: School):
    gone(school, on=dt.date(2024, 11, 23))
    assert erase_departed(on=dt.date(2026, 11, 22)) == {}
    assert erase_departed(on=dt.date(2026, 11, 23))["people"] == 1
    assert months_before(dt.date(2026, 3, 31), 1) == dt.date(2026, 2, 28)
    assert months_before(dt.date(2026, 1, 15), 25) == dt.date(2023, 12, 15)


@pytest.mark.usefixtures("months")
def test_who_came_back_who_stayed_and_who_is_suspended_keep_everything(school: School):
    back = gone(school, "归来")
    affiliate(person=back, organization=school.second, on=dt.date(2026, 9, 1))
    lately = gone(school, "新离", on=dt.date(2026, 6, 30))
    suspended = gone(school, "停籍", ending=Ending.SUSPENDED)
    moved = person(school, "调动")
    affiliate(person=moved, organization=school.second, on=dt.date(2022, 1, 1))
    visited = Person.objects.create(name="非党员", **CANARIES)
    assert list(departed(ON, 24)) == []
    assert erase_departed(on=ON) == {}
    for someone in (back, lately, suspended, moved, visited):
        assert Person.objects.get(pk=someone.pk).phone == CANARIES["phone"]


@pytest.mark.usefixtures("months")
def test_what_stands_elsewhere_about_him_goes_too(school: School):
    set_rule("talk-text", "line", by=None, on=dt.date(2020, 1, 1))
    user = User.objects.create_user("20219999", "p", email="bird@example.invalid")
    someone, staying = person(school, user=user), school.member
    SecondFactor.objects.create(user=user, secret="JBSWY3DPEHPK3PXP")
    alone, together = (talk(school, people) for people in ([someone], [someone, staying]))
    matter = FollowUp.objects.create(
        talk=alone, person=someone, what="肝癌晚期的救助", organization=school.first, path=school.first.path,
        asked_by=school.user("owner"), asked_on=dt.date(2023, 5, 4), due_on=dt.date(2023, 6, 4),
    )  # fmt: skip
    withdraw_talk(talk=alone, version=1, because="写了病情", by=school.user("owner"))
    for person_id in (someone.pk, staying.pk):
        key = DutyKey("C-2.3", "2023", school.first.pk, person_id)
        excuse(key, reason="长期住院", until_on=dt.date(2023, 12, 31), by=school.user("owner"), on=dt.date(2023, 5, 4))
    leave(person=someone, on=LEFT, ending=Ending.DIED)
    counts = erase_departed(on=ON)
    erased = "people|accounts|second factors|excuses|talk words|talk reasons|corrections|follow-ups"
    assert counts == dict.fromkeys(erased.split("|"), 1)
    assert not SecondFactor.objects.filter(user=user).exists()
    assert User.objects.get(pk=user.pk).email == ""
    assert [Talk.objects.get(pk=one.pk).line for one in (alone, together)] == ["", "肝癌晚期"]
    assert [Talk.objects.get(pk=one.pk).reasons for one in (alone, together)] == [[], ["complaint"]]
    assert Talk.objects.get(pk=alone.pk).withdrawn_because == ""
    assert FollowUp.objects.get(pk=matter.pk).what == ""
    assert list(Excuse.objects.order_by("pk").values_list("reason", "erased_on")) == [("", ON), ("长期住院", None)]


def talk(school: School, people: list[Person]) -> Talk:
    return log_talk(
        talker=school.owner, people=people, held_on=dt.date(2023, 5, 4), line="肝癌晚期", reasons=["complaint"],
        once_key=uuid.uuid4(),
        by=school.user("owner"), on=dt.date(2023, 5, 4),
    )  # fmt: skip


@pytest.mark.usefixtures("months")
def test_the_talkers_words_go_with_the_talker_and_the_reasons_stay_for_who_is_here(school: School):
    set_rule("talk-text", "line", by=None, on=dt.date(2020, 1, 1))
    made = talk(school, [school.member])
    leave(person=school.owner, on=LEFT, ending=Ending.LEFT_SCHOOL)
    assert erase_departed(on=ON)["talk words"] == 1
    left = Talk.objects.get(pk=made.pk)
    assert (left.line, left.reasons) == ("", ["complaint"])


@pytest.mark.usefixtures("months")
def test_uploads_as_old_as_that_go_whole(school: School):
    for days in (0, 800):
        at = timezone.make_aware(dt.datetime(2026, 11, 20)) - dt.timedelta(days=days)
        RosterImport.objects.create(
            kind="roster", state="done", file_name="名册.xlsx", imported_on=at.date(), finished_at=at, report={"x": "1"}
        )
    assert erase_departed(on=ON) == {"imports": 1}
    assert RosterImport.objects.get().imported_on == dt.date(2026, 11, 20)


@pytest.mark.usefixtures("months")
def test_an_excuse_between_offices_goes_with_the_secretary_of_that_day(school: School):
    someone = person(school)
    Post.objects.filter(person=school.owner).update(ended_on=dt.date(2022, 12, 31))
    Post.objects.create(
        person=someone, organization=school.first, role=Post.Role.SECRETARY, started_on=dt.date(2023, 1, 1)
    )
    for window, on in (("2022Q4", dt.date(2022, 12, 1)), ("2023Q2", dt.date(2023, 5, 4))):
        key = DutyKey("C-2.2", window, school.languages.pk, school.first.pk)
        excuse(key, reason="书记长期住院", until_on=on, by=school.user("general_secretary"), on=on)
    leave(person=someone, on=LEFT, ending=Ending.DIED)
    assert erase_departed(on=ON)["excuses"] == 1
    assert list(Excuse.objects.order_by("made_on").values_list("reason", flat=True)) == ["书记长期住院", ""]


def test_every_rule_says_whom_its_excuses_tell_of():
    about = (erasure.BETWEEN_PEOPLE, erasure.ABOUT_PEOPLE, erasure.BETWEEN_ORGANIZATIONS, erasure.ABOUT_EVENTS)
    known = [code for codes in about for code in codes]
    assert sorted(known) == sorted(rule.code for rule in RULES)


@pytest.mark.usefixtures("months")
def test_a_run_is_one_entry_without_values_and_a_second_run_finds_nothing(school: School, monkeypatch: Any):
    monkeypatch.setattr(erasure, "BATCH", 2)
    for number in range(5):
        gone(school, f"金丝雀{number}")
    assert erase_departed(on=ON, dry_run=True) == {"people": 5}
    assert AuditEvent.objects.filter(action=Action.ERASURE).count() == 0
    assert sweep(on=ON)["erased"] == 5
    assert sweep(on=ON)["erased"] == 0
    (entry,) = AuditEvent.objects.filter(action=Action.ERASURE)
    assert entry.detail["rows"] == {"people": 5}
    assert "金丝雀" not in str(entry.detail)


@pytest.mark.usefixtures("months")
def test_the_number_of_queries_does_not_grow(school: School, django_assert_max_num_queries: Any):
    for number in range(12):
        gone(school, f"金丝雀{number}")
    with django_assert_max_num_queries(2 * len(PLACES) + 6):
        assert erase_departed(on=ON)["people"] == 12


def test_the_command_says_what_it_did(school: School, capsys: Any):
    gone(school)
    call_command("erase_departed")
    assert "没有规定月数" in capsys.readouterr().out
    set_rule("erase-after-months", "12", by=None, on=timezone.localdate())
    call_command("erase_departed", "--dry-run")
    assert "会清除 1 行" in capsys.readouterr().out
    call_command("erase_departed")
    assert "已清除 1 行" in capsys.readouterr().out
    call_command("erase_departed", "--on", "2024-07-01")
    assert "没有规定月数" in capsys.readouterr().out


def test_the_months_are_set_from_a_day_on_at_the_rules(as_: Any):
    client = as_("head")
    assert "不清除" in client.get("/rules/erase-after-months/").content.decode()
    day = timezone.localdate()
    for value, status in (("0", 422), ("601", 422), ("36", 302)):
        form = {"value": value, "from_on": f"{day:%Y-%m-%d}", "once_key": uuid.uuid4()}
        assert client.post("/rules/erase-after-months/set/", form).status_code == status
    assert "36 个月" in client.get("/rules/").content.decode()
    later = {"value": "", "from_on": f"{day + dt.timedelta(days=1):%Y-%m-%d}", "once_key": uuid.uuid4()}
    assert client.post("/rules/erase-after-months/set/", later).status_code == 302
