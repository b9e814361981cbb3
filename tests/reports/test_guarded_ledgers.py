"""The ledgers of hardship and of pairing in the month's workbook: who gets them, what stands in them."""

import datetime as dt
import io
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action, AuditEvent
from carehub.reports import actions, building
from carehub.reports.facts import MonthFacts, month_window, read_facts
from carehub.reports.models import Inspection
from hardship.cases.sheets import month_cases
from hardship.models import Case, Contact, Pairing
from members.actions import affiliate, leave
from members.models import Post
from tests.cast import make_person
from tests.hardship.making import put_down, recognised, registered
from tests.pairing.making import helped_also, paired
from tests.reports.making import MONTH, asked
from tests.reports.test_workbook import built, everything, rows_of

OCTOBER, NOVEMBER = month_window(MONTH), month_window(dt.date(2026, 11, 1))
SEPTEMBER, FIRST, LAST = dt.date(2026, 9, 20), OCTOBER.starts_on, OCTOBER.ends_on
NAMES = ["困难党员台账", "结对帮扶台账"]
SIGN = "canary-密"
WORDS = {name: f"{SIGN}-{name}" for name in ("cause_words", "health", "income_source", "allowances")}


@pytest.fixture
def case(school) -> Case:
    return recognised(school, "member", by="officer", on=SEPTEMBER, income="4321.09", family=f'[["{SIGN}"]]', **WORDS)


@pytest.fixture
def pairing(school, case) -> Pairing:
    words = {"need": SIGN, "measures": SIGN, "responsible": Post.objects.get(person=school.officer)}
    return paired(case, school.colleague, school.user("officer"), started_on=SEPTEMBER, **words)


def contact(pairing: Pairing, on: dt.date, **fields) -> Contact:
    plain = {"how": "met", "done": SIGN, "entered_by": pairing.entered_by, "once_key": uuid.uuid4()}
    return Contact.objects.create(pairing=pairing, helper=pairing.helpers.all()[0], on=on, **(plain | fields))


def of_school(school, month, on) -> MonthFacts:
    return read_facts(school.committee, month, on, viewer_of(school.user("clerk")))


def frozen(school, organization, **fields) -> Inspection:
    inspection = asked(school, organization, **fields)
    assert building.build(inspection.pk)
    return Inspection.objects.get(pk=inspection.pk)


def opened(inspection: Inspection):
    return load_workbook(io.BytesIO(bytes(inspection.content)))


@pytest.mark.parametrize("key", ["clerk", "head"])
def test_who_may_export_the_ledgers_gets_them_of_the_whole_school(school, pairing, key):
    workbook = built(school, school.committee, by=key)
    assert workbook.sheetnames[4:6] == NAMES
    assert [rows_of(workbook[name])[0]["姓名"] for name in NAMES] == ["黎小满", "黎小满"]
    assert "未收录" not in everything(workbook)


@pytest.mark.parametrize(
    ("key", "place"),
    [("general_secretary", "languages"), ("general_officer", "languages"), ("general_officer", "first"),
     (None, "committee"), ("clerk", "languages"), ("head", "first")],
)  # fmt: skip
def test_any_other_workbook_is_without_them_and_says_who_keeps_them(school, pairing, key, place):
    """What the department has made of a general branch is downloaded by its officers, too."""
    workbook = built(school, school.organizations[place], by=key)
    assert not set(NAMES) & set(workbook.sheetnames)
    assert "困难党员台账、结对帮扶台账由党委组织部保存，本工作簿不收录。" in everything(workbook)


def test_who_left_the_office_before_it_was_made_gets_it_without(school, pairing):
    inspection = asked(school, school.committee)
    Post.objects.filter(person=school.clerk).update(ended_on=dt.date(2026, 11, 1))
    assert building.build(inspection.pk)
    inspection.refresh_from_db()
    assert inspection.holds == inspection.people == []
    assert "困难党员台账" not in opened(inspection).sheetnames


def test_nobody_else_takes_along_what_the_department_had_made(school, pairing, as_):
    address = reverse("reports:download", args=[frozen(school, school.committee).pk])
    assert as_("clerk").get(address).status_code == as_("head").get(address).status_code == 200
    assert {as_(key).get(address).status_code for key in ("general_secretary", "officer", "retirees")} == {404}


def test_a_workbook_with_them_is_refused_to_who_sees_it_without_the_right(school, pairing, as_):
    """The second wall: as if a workbook of a general branch held them."""
    inspection = frozen(school, school.languages)
    address, pages = reverse("reports:download", args=[inspection.pk]), (inspection.get_absolute_url(), "/inspections/")
    assert as_("general_officer").get(address).status_code == 200
    Inspection.objects.update(holds=["pairing"])
    assert as_("general_officer").get(address).status_code == 403
    assert not any(address in as_("general_officer").get(page).content.decode() for page in pages)
    assert all(address in as_("clerk").get(page).content.decode() for page in pages)
    with pytest.raises(PermissionDenied):
        actions.hand_over(inspection=Inspection.objects.get(), by=None)


def test_without_both_walls_a_name_would_get_out(school, pairing, as_, monkeypatch):
    """Negative control: a workbook of a general branch with them, and no second wall."""
    monkeypatch.setattr("carehub.reports.facts.is_whole_school", lambda place: True)
    monkeypatch.setattr(Inspection, "is_open_to", lambda inspection, user: True)
    inspection = frozen(school, school.languages)
    response = as_("general_officer").get(reverse("reports:download", args=[inspection.pk]))
    assert "黎小满" in everything(load_workbook(io.BytesIO(response.content)))


def test_who_stands_in_them_reads_who_took_them_along(school, pairing, as_):
    inspection = frozen(school, school.committee)
    assert inspection.people == [school.member.pk]
    as_("clerk").get(reverse("reports:download", args=[inspection.pk]))
    event = AuditEvent.objects.get(action=Action.READ, detail__what="inspection")
    assert (event.target, event.actor) == (f"members.Person:{school.member.pk}", school.user("clerk"))


def test_no_sealed_word_and_no_income_stands_in_it(school, pairing):
    contact(pairing, dt.date(2026, 10, 9), given="money", amount="365.00")
    text = everything(built(school, school.committee))
    assert "黎小满" in text
    for word in (SIGN, "4321", "365", "收入（元）", school.member.id_number, school.member.phone):
        assert word not in text


def test_the_ledger_of_cases_follows_the_export(school, case):
    [row] = rows_of(built(school, school.committee)["困难党员台账"])
    number = school.member.id_number
    assert row["公民身份号码"] == f"{number[:6]}********{number[-4:]}"
    assert (row["所在党组织"], row["困难类型"], row["困难程度"]) == (school.first.name, "生活困难、独居", "比较困难")
    assert (row["困难原因"], row["最低生活保障"]) == ("因病", "是")
    assert row["认定日期"] == dt.datetime(2026, 9, 20)


@pytest.mark.parametrize(("on", "listed"), [(LAST, True), (LAST + dt.timedelta(1), False)])
def test_a_case_counts_from_its_recognition(school, on, listed):
    recognised(school, "member", by="officer", on=on)
    assert bool(rows_of(built(school, school.committee)["困难党员台账"])[0]["姓名"] == "黎小满") == listed


@pytest.mark.parametrize(("on", "listed"), [(LAST, False), (LAST + dt.timedelta(1), True)])
def test_a_case_counts_until_it_is_closed(school, case, on, listed):
    ended = {"is_open": False, "closed_on": on, "closed_by": school.user("officer"), "outcome": "overcome"}
    Case.objects.filter(pk=case.pk).update(**ended)
    facts = of_school(school, OCTOBER, LAST)
    assert bool(facts.cases) == listed


def test_who_moved_or_died_since_stands_where_he_counted_on_the_day(school, case):
    affiliate(person=school.member, organization=school.maths_branch, on=dt.date(2026, 11, 2))
    leave(person=school.member, on=dt.date(2026, 11, 5), ending="died")
    assert [row[3] for row in of_school(school, OCTOBER, LAST).cases] == [school.first.name]
    assert of_school(school, NOVEMBER, NOVEMBER.ends_on).cases == []
    on = dt.date(2026, 11, 4)
    assert [len(month_cases(place.path, on)) for place in (school.first, school.maths)] == [0, 1]


def test_the_ledger_of_pairings_says_who_helps_and_how_often_they_met(school, pairing):
    helped_also(pairing, school.general_officer, from_on=dt.date(2026, 10, 31))
    helped_also(pairing, school.owner, from_on=dt.date(2026, 11, 1))
    for on in (dt.date(2026, 9, 30), FIRST, dt.date(2026, 10, 20), LAST, dt.date(2026, 11, 1)):
        contact(pairing, on)
    contact(pairing, dt.date(2026, 10, 21), withdrawn_at="2026-10-22T00:00Z", withdrawn_by=pairing.entered_by)
    [row] = rows_of(built(school, school.committee)["结对帮扶台账"])
    assert (row["党组织"], row["姓名"], row["帮扶人"]) == (school.first.name, "黎小满", "谭明、罗秀芝")
    assert (row["帮扶责任人"], row["成效"]) == ("王志远（支部组织委员）", "帮扶中")
    assert (row["当月联系次数"], row["最近联系"]) == (3, dt.datetime(2026, 10, 31))


@pytest.mark.parametrize(("started", "ended", "effect"), [
    (LAST, None, "帮扶中"), (LAST + dt.timedelta(1), None, ""), (SEPTEMBER, FIRST, "阶段完成"),
    (SEPTEMBER, FIRST - dt.timedelta(1), ""), (SEPTEMBER, LAST + dt.timedelta(1), "帮扶中"),
])  # fmt: skip
def test_a_pairing_stands_in_the_months_in_which_it_ran(school, pairing, started, ended, effect):
    over = {"ended_by": school.user("officer"), "outcome": "reached"} if ended else {}
    Pairing.objects.filter(pk=pairing.pk).update(started_on=started, ended_on=ended, **over)
    facts = of_school(school, OCTOBER, LAST)
    assert [row[9] for row in facts.pairings] == ([effect] if effect else [])


def test_both_stand_in_official_order(school):
    for key, by in (
        ("direct_member", "librarian"),
        ("outsider_member", "outsider"),
        ("member", "officer"),
        ("owner", "officer"),
    ):
        case = recognised(school, key, by=by, on=SEPTEMBER)
        paired(case, school.colleague, school.user("officer"), started_on=SEPTEMBER)
    facts = of_school(school, OCTOBER, LAST)
    expected = ["黎小满", "林晓岚", "孙秉钧", "袁梦"]
    assert [row[1] for row in facts.cases] == expected
    assert [row[2] for row in facts.pairings] == expected


def test_twenty_cases_and_pairings_take_as_many_queries_as_two(school):
    counts, viewer = [], viewer_of(school.user("clerk"))
    for numbers in (range(2), range(2, 20)):
        for n in numbers:
            case = put_down(
                registered(make_person(f"同志{n}", school.first), school.user("officer"), on=SEPTEMBER),
                school.user("head"),
                SEPTEMBER,
            )
            contact(paired(case, school.colleague, school.user("officer"), started_on=SEPTEMBER), FIRST)
        with CaptureQueriesContext(connection) as queries:
            facts = read_facts(school.committee, OCTOBER, LAST, viewer)
        counts.append(len(queries))
    assert len(facts.cases) == len(facts.pairings) == 20
    assert counts[0] == counts[1]
