"""A ledger kept in Excel: it registers and mends as the pages do, recognises nobody, and knows nobody of elsewhere."""

import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from carehub.approvals.machine import Verb
from carehub.approvals.models import Decision
from carehub.audit.models import AuditEvent
from carehub.reminders.models import InboxItem
from carehub.sheets.words import header_word, squeezed
from hardship.cases.actions import amend, values_of
from hardship.cases.importing import CaseImporter
from hardship.cases.sheets import COLUMNS
from hardship.models import Case
from members.imports_forms import offered_to
from members.models import RosterImport
from tests.cast import School, make_person
from tests.hardship.ledgers import HEAD, blank, bring_in, brought_in, ledger, row, uploaded
from tests.hardship.making import ON, closed, decide, opened, recognised, registered, said
from tests.imports.making import codes, counts
from tests.imports.test_wizard import confirm, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def words_of(reading: Any) -> str:
    return "\n".join(finding["message"] for finding in reading.report["findings"])


def test_a_row_registers_somebody_who_then_goes_the_three_steps(school: School, as_: As):
    assert counts(bring_in(school, "officer", row(school.member))) == (1, 0, 0, 0)
    case = Case.objects.get()
    assert (case.person, case.is_paper, case.recognised_on, case.consent_on) == (
        school.member, True, None, dt.date(2026, 11, 20),
    )  # fmt: skip
    assert (case.categories, case.degree, case.income, case.household) == (["living", "alone"], "hard", "1200.00", 2)
    for key in ("owner", "general_secretary", "head"):
        case = decide(school, case, key)
    assert case.is_recognised


def facts(case: Case) -> list[Any]:
    """Return all that registering somebody leaves behind, without keys and moments."""
    one = case.application
    trail = AuditEvent.objects.filter(target__in=[f"hardship.Case:{case.pk}", f"approvals.Application:{one.pk}"])
    told = InboxItem.objects.filter(key__startswith=f"case:{case.pk}:")
    same = ("kind", "author", "path", "way", "state", "stage", "stage_path", "due_on", "version", "form_hash")
    deeds = ("number", "verb", "step", "person", "post", "on", "at_after", "before_id", "form_hash")
    return [
        values_of(case), case.consent_on, case.is_paper, [getattr(one, name) for name in same],
        list(one.decisions.values_list(*deeds)), list(one.stays.values_list("step", "path", "came_on", "due_on")),
        list(trail.order_by("pk").values_list("action", "actor", "post", "path", "detail")),
        list(told.order_by("recipient").values_list("recipient", "title")),
    ]  # fmt: skip


def test_it_leaves_what_the_page_leaves(school: School):
    """The same hardship of two people side by side, entered and brought in: evidence, trail and message are equal."""
    one, other = (make_person(name, school.first, number=f"9{name}") for name in ("甲", "乙"))
    day = dt.date(2026, 11, 20)
    entered = registered(one, school.user("officer"), income_on=day, consent_on=day, family="")
    bring_in(school, "officer", row(other))
    assert facts(Case.objects.get(person=other)) == facts(Case.objects.get(pk=entered.pk))


def test_an_empty_cell_overwrites_nothing(school: School):
    case = opened(school, "member", by="officer")
    reading = bring_in(school, "officer", blank(school.member, 困难程度="特别困难", 健康状况="无"))
    assert counts(reading) == (0, 1, 0, 0)
    was, case = values_of(case), Case.objects.get()
    assert values_of(case) == was | {"degree": "severe"}
    assert (case.revision, Decision.objects.latest("number").verb) == (2, Verb.AMEND)


def test_the_same_file_twice_changes_nothing_the_second_time(school: School):
    bring_in(school, "officer", row(school.member))
    assert counts(bring_in(school, "officer", row(school.member))) == (0, 0, 1, 0)
    assert Case.objects.get().revision == 1


def test_what_is_recognised_stays_and_the_clerk_is_told_to_review(school: School):
    case = recognised(school, "member", by="officer")
    reading = bring_in(school, "officer", blank(school.member, 困难程度="特别困难", 家庭人均月收入="1200.00"))
    assert (counts(reading), codes(reading)) == ((0, 0, 1, 0), ["case-kept"])
    assert "已认定的内容用复核修改" in words_of(reading)
    assert values_of(Case.objects.get()) == values_of(case)


def test_what_a_step_decided_on_stays(school: School):
    decide(school, opened(school, "member", by="officer"), "owner")
    assert "已有一级办过" in words_of(bring_in(school, "officer", blank(school.member, 困难程度="特别困难")))
    assert Case.objects.get().degree == "hard"


def test_what_was_returned_is_sent_again_from_its_page_only(school: School):
    decide(school, opened(school, "member", by="officer"), "owner", Verb.RETURN, to=-1)
    assert "已退回补正" in words_of(bring_in(school, "officer", blank(school.member, 困难程度="特别困难")))
    assert Case.objects.get().application.state == "returned"


@pytest.mark.parametrize("author", ["member", "owner"])
def test_a_file_mends_no_more_than_the_page_lets_its_uploader_mend(school: School, author: str):
    opened(school, "member", by=author)
    reading = bring_in(school, "officer", blank(school.member, 困难程度="特别困难"))
    assert (counts(reading), codes(reading)) == ((0, 0, 1, 0), ["case-kept"])
    assert Case.objects.get().degree == "hard"


def test_who_is_of_elsewhere_looks_like_nobody(school: School):
    stranger = row(school.outsider_member, 身份证号="20999999")
    reading = bring_in(school, "owner", row(school.outsider_member), row(school.colleague_member), stranger)
    assert counts(reading) == (0, 0, 0, 3)
    assert codes(reading) == ["person-unknown"] * 3
    assert len({finding["message"] for finding in reading.report["findings"]}) == 1
    assert not Case.objects.exists()


def test_nobody_enters_his_own_case_by_file(school: School):
    reading = bring_in(school, "officer", row(school.officer))
    assert (codes(reading), counts(reading)) == (["person-self"], (0, 0, 0, 1))


def test_somebody_who_stands_twice_is_taken_once(school: School):
    reading = bring_in(school, "officer", row(school.member), row(school.member, 困难程度="特别困难"))
    assert (codes(reading), counts(reading)) == (["person-twice"], (1, 0, 0, 1))
    assert Case.objects.get().degree == "hard"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"category": "activist"}, "登记党员和预备党员"),
        ({"left_party_on": ON}, "登记党员和预备党员"),
        ({"died_on": ON}, "已去世"),
    ],
)
def test_the_ledger_is_for_members_who_are_here(school: School, fields: dict[str, Any], words: str):
    for name, value in fields.items():
        setattr(school.member, name, value)
    school.member.save()
    assert words in words_of(bring_in(school, "officer", row(school.member)))
    assert not Case.objects.exists()


def test_who_has_left_the_school_is_told_to_the_department(school: School):
    type(school.member).objects.filter(pk=school.member.pk).update(organization=None, path="")
    assert "现在不在本校党支部" in words_of(bring_in(school, "clerk", row(school.member)))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"本人同意登记的日期": ""}, "先征得本人同意"),
        ({"本人同意登记的日期": "2026-12-01"}, "这一天还没有到"),
        ({"具体情况": "号码 51300119521231002X"}, "请不要写身份证号"),
        ({"健康状况": "肾" * 61}, "太长了，最多 60 个字"),
        ({"具体情况": "穷"}, "至少 4 个字"),
        ({"家庭人均月收入（元）": "1e3"}, "金额读不出来"),
        ({"收入日期": ""}, "还没有选收入是哪一天的数"),
        ({"收入日期": "2026-02-30"}, "日期不存在"),
        ({"家庭人口": ""}, "还没有填家里几口人"),
        ({"家庭人口": "50"}, "1 到 30"),
        ({"困难类型": "懒"}, "有的困难类型认不出来"),
        ({"困难程度": "很困难"}, "没有这种写法"),
        ({"困难程度": ""}, "还没有选困难程度"),
        ({"低保": "也许"}, "请填“是”或“否”"),
        ({"帮扶止": "2026-01-01"}, "比开始的日子还早"),
        ({"身份证号": "990101********0012"}, "号码是遮盖过的"),
        ({"身份证号": ""}, "没有填身份证号"),
        ({"身份证号": 990101199001011230}, "末几位已丢失"),
        ({"姓名": "黎大满"}, "这个号码是另一位同志的"),
    ],
)
def test_a_bad_cell_gets_a_sentence_and_its_row_is_left_out(school: School, cells: dict[str, Any], words: str):
    reading = bring_in(school, "officer", row(school.member, **cells), row(school.group_leader))
    assert words in words_of(reading)
    assert len(codes(reading)) == 1
    assert counts(reading) == (1, 0, 0, 1)


def test_people_are_found_by_id_number_too_and_it_stands_masked(school: School):
    reading = bring_in(school, "officer", row(school.member, 身份证号=school.member.id_number, 困难程度="?"))
    assert codes(reading) == ["label-unknown"]
    assert school.member.id_number not in json.dumps(reading.report)


def test_who_was_in_the_ledger_before_is_registered_anew(school: School):
    closed(school, "member", by="officer")
    assert counts(bring_in(school, "officer", row(school.member))) == (1, 0, 0, 0)
    assert Case.objects.open().count() == 1


def test_the_number_of_queries_does_not_follow_the_number_of_rows(school: School):
    people = [make_person(f"甲{n}", school.first, number=f"9{n:03d}") for n in range(22)]
    seen = []
    for some in (people[:2], people[2:]):
        with CaptureQueriesContext(connection) as asked:
            assert counts(bring_in(school, "officer", *map(row, some), dry_run=True))[0] == len(some)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12


def test_only_who_keeps_the_ledger_is_offered_it(school: School, as_: As):
    keepers = ("owner", "officer", "general_officer", "clerk")
    others = ("member", "general_secretary", "head", "approver", "leader", "retirees", "union", "auditor")
    offered = {key: [kind.kind for kind in offered_to(school.user(key))] for key in (*keepers, *others)}
    assert {key for key, kinds in offered.items() if "hardship" in kinds} == set(keepers)
    assert offered["owner"] == ["hardship"]
    answer = upload(as_("general_secretary"), ledger(row(school.member)), kind="hardship")
    assert (answer.status_code, RosterImport.objects.exists()) == (404, False)


def test_a_secretary_brings_in_the_ledger_and_no_roster(school: School, as_: As):
    brought_in(as_("owner"), row(school.member))
    assert Case.objects.get().application.author == school.user("owner")
    assert upload(as_("owner"), ledger(row(school.member)), kind="roster").status_code == 422
    assert [as_("owner").get(f"/imports/template/{kind}/").status_code for kind in ("hardship", "roster")] == [
        200,
        404,
    ]


def test_a_preview_is_its_uploaders_own_and_shows_no_sealed_word(school: School, as_: As):
    opened(school, "member", by="officer")
    line = blank(school.member, 具体情况="旧房倒塌需要重建", 家庭人口="3")
    batch = uploaded(as_("officer"), line)
    for key in ("owner", "clerk", "general_officer"):
        assert as_(key).get(batch.get_absolute_url()).status_code == 404, key
    page = as_("officer").get(batch.get_absolute_url()).content.decode()
    assert "家庭人口：<span" in page
    assert "不会直接认定" in page
    assert [word for word in ("旧房", "透析", "肾病", "1200") if word in page] == []


def test_what_was_mended_meanwhile_is_shown_again(school: School, as_: As):
    case = opened(school, "member", by="officer")
    batch = uploaded(as_("officer"), blank(school.member, 具体情况="旧房倒塌需要重建"))
    amend(case=case, seen=1, said=said(cause_words="又写了别的话"), by=school.user("officer"), on=ON)
    confirm(as_("officer"), batch.pk)
    batch.refresh_from_db()
    assert (batch.state, Case.objects.get().cause_words) == ("ready", "又写了别的话")


def sheet_of(client: Client) -> list[list[Any]]:
    answer = client.get("/hardship/sheet/")
    assert answer.status_code == 200
    return [[cell.value for cell in line] for line in load_workbook(io.BytesIO(answer.content)).active.iter_rows()]


def test_the_sheet_of_the_department_holds_who_is_in_and_no_sealed_word(school: School, as_: As):
    recognised(school, "member", by="officer")
    opened(school, "colleague_member", by="general_officer")
    rows = sheet_of(as_("clerk"))
    words = json.dumps(rows, ensure_ascii=False)
    assert [line[:2] for line in rows[1:3]] == [
        ["黎小满", school.member.number],
        ["何静怡", school.colleague_member.number],
    ]
    assert [word for word in ("透析", "肾病", "1200", "退休金", school.member.id_number) if word in words] == []
    event = AuditEvent.objects.get(action="export")
    assert (event.detail["what"], event.detail["rows"]) == ("hardship-sheet", 2)
    assert AuditEvent.objects.filter(action="read", detail__what="hardship-sheet").count() == 2


def test_the_sheet_comes_back_without_a_change(school: School, as_: As):
    recognised(school, "member", by="officer")
    opened(school, "colleague_member", by="clerk")
    data = as_("clerk").get("/hardship/sheet/").content
    upload(as_("clerk"), data, kind="hardship")
    report = RosterImport.objects.get().report
    assert (report["unchanged"], report["rows"], report["findings"]) == (2, 2, [])


def test_the_sheet_of_who_may_not_export_is_empty(school: School, as_: As):
    recognised(school, "member", by="officer")
    rows = sheet_of(as_("officer"))
    assert [line for line in rows[1:] if any(line)] == []
    assert AuditEvent.objects.get(action="download").detail["what"] == "template"


def test_the_headings_of_the_export_are_understood():
    ours = {"序号", "所在党组织", "认定日期", "备注"}
    heads = {str(column.title) for column in COLUMNS} - ours
    assert {head for head in heads if not CaseImporter.column_of(header_word(squeezed(head)))} == set()
    assert all(CaseImporter.column_of(header_word(squeezed(head))) for head in HEAD)
