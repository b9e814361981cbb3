"""What stands in the month's workbook, and what never does."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from carehub.duties.duty import Tally
from carehub.reports import building
from carehub.reports.facts import month_window, read_facts, scope_words
from carehub.reports.models import Inspection
from carehub.reports.sheets import figures, share, summary_rows
from members.models import Organization, Post
from talks.models import Talk
from tests.cast import START, make_person
from tests.reports.making import DAY, MONTH, asked, talk

OCTOBER = month_window(MONTH)
SHEETS = ["说明", "汇总", "谈心谈话台账", "党费减免台账", "困难党员台账", "结对帮扶台账", "未完成名单"]


def built(school, organization, **fields):
    inspection = asked(school, organization, **fields)
    assert building.build(inspection.pk)
    return load_workbook(io.BytesIO(bytes(Inspection.objects.get(pk=inspection.pk).content)))


def rows_of(sheet):
    """Return the rows under the heading as {heading: value}, up to the first empty row."""
    heading = [cell.value for cell in sheet[4]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    end = next((n for n, row in enumerate(rows) if not any(row)), len(rows))
    return [dict(zip(heading, row, strict=True)) for row in rows[:end]]


def everything(workbook):
    return "\n".join(
        str(c.value) for sheet in workbook for row in sheet.iter_rows() for c in row if c.value is not None
    )


def tally(school, organization, **counts):
    place = {"organization_id": organization.pk, "organization": organization.code, "path": organization.path}
    named = {"organization_name": organization.name, "rule": "C-2.3", "window": "2026", "vacant": False}
    return Tally(**place, **{**named, **counts})


def test_the_sheets_stand_in_the_offices_order(school):
    assert built(school, school.committee).sheetnames == SHEETS


def test_each_sheet_says_who_when_and_for_which_scope(school):
    for sheet in built(school, school.languages):
        assert sheet.cell(1, 1).value.startswith("2026年10月")
        assert sheet.cell(2, 1).value == "单位：外国语学院党总支"
        assert sheet.cell(3, 1).value.startswith("范围：外国语学院党总支，2 个支部。统计截至2026年10月31日，由周启明于")


def test_every_sheet_is_set_up_for_a4_landscape_with_a_repeated_heading(school):
    for sheet in built(school, school.languages):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.freeze_panes


def test_the_scope_is_said_in_words(school):
    assert scope_words(school.committee) == "全校，2 个党总支、1 个直属党支部，共 4 个支部"
    assert scope_words(school.first) == "外国语学院教工第一党支部"


def test_the_ledger_holds_the_months_talks_of_the_scope_and_no_others(school):
    talk(school.owner, [school.member])
    talk(school.outsider, [school.outsider_member])
    talk(school.owner, [school.officer], on=dt.date(2026, 9, 30))
    talk(school.owner, [school.officer], on=dt.date(2026, 11, 1))
    withdrawn = talk(school.owner, [school.officer])
    Talk.objects.filter(pk=withdrawn.pk).update(withdrawn_at="2026-10-13T00:00Z", withdrawn_because="重复")
    rows = rows_of(built(school, school.languages)["谈心谈话台账"])
    assert [(row["谈话人"], row["谈话对象"]) for row in rows] == [("林晓岚", "黎小满")]
    assert rows[0]["谈话时间"] == dt.datetime.combine(DAY, dt.time())


def test_a_collective_talk_has_one_number_and_a_row_for_each_who_came(school):
    met = talk(school.owner, [school.member, school.officer, school.group_leader], form="collective")
    met.participations.filter(person=school.officer).update(attended=False)
    rows = rows_of(built(school, school.languages)["谈心谈话台账"])
    assert [(row["序号"], row["谈话对象"], row["形式"]) for row in rows] == [
        (1, "陈立群", "集体"),
        (1, "黎小满", "集体"),
    ]


def test_an_id_number_is_masked_text(school):
    talk(school.owner, [school.member])
    sheet = built(school, school.languages)["谈心谈话台账"]
    cell = next(cell for cell in sheet[5] if cell.value == rows_of(sheet)[0]["公民身份号码"])
    number = school.member.id_number
    assert cell.value == f"{number[:6]}********{number[-4:]}"
    assert (cell.data_type, cell.number_format) == ("s", "@")


def test_who_has_left_the_scope_since_is_named_without_identity(school):
    talk(school.owner, [school.outsider_member])
    row = rows_of(built(school, school.languages)["谈心谈话台账"])[0]
    assert (row["谈话对象"], row["公民身份号码"], row["身份"]) == ("孙秉钧", None, None)


def test_no_full_id_number_no_phone_and_no_word_of_a_talk_leaves(school):
    talk(school.owner, list(school.people.values())[1:], line="canary-一句话")
    text = everything(built(school, school.committee))
    for person in school.people.values():
        assert person.id_number not in text
        assert person.phone not in text
    assert "canary" not in text


@pytest.mark.parametrize("reason", ["sanction", "complaint", "honoured", "transfer"])
def test_every_must_talk_is_written_alike(school, reason):
    talk(school.owner, [school.member], reasons=[reason])
    row = rows_of(built(school, school.languages)["谈心谈话台账"])[0]
    assert row["谈话类型"] == "五必谈"


def test_the_export_shows_nothing_that_the_screen_does_not(school):
    for talker, person in ((school.owner, school.member), (school.outsider, school.outsider_member)):
        talk(talker, [person])
    shown = Talk.objects.visible_to(school.user("general_secretary"))
    names = {person.name for held in shown for person in held.people.all()}
    rows = rows_of(built(school, school.languages, by="general_secretary")["谈心谈话台账"])
    assert {row["谈话对象"] for row in rows} <= names
    assert "数学" not in everything(built(school, school.languages, by="general_secretary"))


def test_what_is_listed_as_undone_is_what_the_summary_counts(school):
    talk(school.owner, [school.member])
    facts = read_facts(school.committee, OCTOBER, OCTOBER.ends_on)
    assert facts.tallies
    assert len(facts.undone) == sum(row.missing for row in facts.tallies)


def test_the_undone_are_named_with_obligor_clause_and_deadline(school):
    rows = rows_of(built(school, school.first)["未完成名单"])
    row = next(row for row in rows if row["对象"] == "黎小满" and row["时段"] == "2026年")
    assert (row["党组织"], row["责任人"], row["依据"]) == (school.first.name, "林晓岚", "三（二）1")
    assert row["期限"] == dt.datetime(2026, 12, 31)


def test_a_vacant_post_is_said_instead_of_a_name(school):
    school.owner.posts.update(ended_on="2021-01-01")
    workbook = built(school, school.first)
    assert {row["责任人"] for row in rows_of(workbook["未完成名单"])} == {"书记空缺"}
    assert "书记空缺" in {row["备注"] for row in rows_of(workbook["汇总"])}


def test_last_years_overdue_stand_in_the_workbook_of_this_year(school):
    rows = rows_of(built(school, school.first)["未完成名单"])
    late = [row for row in rows if row["时段"] == "2025年"]
    assert late
    assert all(row["状态"] == "逾期 304 天" for row in late)


def test_a_talk_of_the_month_is_done_in_the_summary(school):
    before = rows_of(built(school, school.first)["汇总"])
    talk(school.owner, [school.member])
    after = rows_of(built(school, school.first)["汇总"])
    this_year = next(n for n, row in enumerate(before) if row["时段"] == "2026年")
    assert (before[this_year]["已办"], after[this_year]["已办"]) == (0, 1)
    assert before[this_year]["应办"] == after[this_year]["应办"]


def test_a_share_is_never_rounded_up_to_all(school):
    assert share(1999, 2000) == Decimal("0.999")
    assert share(3, 3) == 1
    assert share(0, 0) == "—"


def test_what_is_due_is_the_sum_of_the_figures_beside_it(school):
    row = tally(
        school, school.first, open=1, due_soon=2, overdue=3, done=4, late_entry=5, done_late=6, excused=7, upcoming=8
    )
    due, finished, late_entry, ahead, overdue, excused, _share = figures([row])
    assert (due, finished, late_entry, ahead, overdue, excused) == (36, 15, 5, 11, 3, 7)
    assert due == finished + ahead + overdue + excused


def test_a_general_branch_with_several_organisations_has_a_subtotal_and_the_end_a_total(school):
    facts = read_facts(school.committee, OCTOBER, OCTOBER.ends_on)
    lines = [row for row in summary_rows(facts) if row[1].endswith("小计") or row[1].startswith("合计：")]
    branches = [row for row in lines if row[2] == "年度谈话" and row[4] == "2026年"]
    assert [row[1] for row in branches][-1].startswith("合计：")
    assert "外国语学院党总支小计" in {row[1] for row in branches}
    assert branches[-1][5] == sum(row.due for row in facts.tallies if (row.rule, row.window) == ("C-2.3", "2026"))


def test_organisations_stand_in_official_order(school):
    facts = read_facts(school.committee, OCTOBER, OCTOBER.ends_on)
    codes = [row.organization for row in facts.tallies]
    assert codes == sorted(codes)


def test_the_explanation_cites_every_clause_and_counts_every_sheet(school):
    talk(school.owner, [school.member])
    text = everything(built(school, school.languages))
    assert "党支部书记每年至少与本支部每一名党员谈心谈话一次。" in text
    assert "谈话 1 次，谈话对象 1 人次" in text
    assert "公民身份号码只留前6位和后4位" in text


def test_a_running_month_says_that_it_is_not_over(school):
    text = everything(built(school, school.languages, month_on=dt.date(2026, 11, 1)))
    assert "2026年11月23日（当月尚未结束，以下为截至当日的数字）" in text


def test_twenty_branches_and_people_take_as_many_queries_as_two(school):
    counts = []
    for more in (2, 18):
        for n in range(more):
            code = f"06000001{more}{n:02d}"
            branch = Organization.objects.create(code=code, name=code, kind="branch", parent=school.languages)
            secretary = make_person(f"书记{n}", branch)
            Post.objects.create(person=secretary, organization=branch, role=Post.Role.SECRETARY, started_on=START)
            talk(secretary, [make_person(f"新人{n}", branch)])
        with CaptureQueriesContext(connection) as queries:
            read_facts(school.committee, OCTOBER, OCTOBER.ends_on)
        counts.append(len(queries))
    assert counts[0] == counts[1]
