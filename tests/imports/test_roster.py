"""What an import does to people: new, changed, moved, missing; nothing blanked, nothing twice."""

import datetime as dt

import pytest

from carehub.accounts.models import User
from carehub.audit.models import AuditEvent
from members.models import Affiliation, Person, RosterImport
from tests.imports.making import ON, bring, codes, counts, id_of, person, roster, workbook

pytestmark = pytest.mark.usefixtures("school")
SECOND = "外国语学院教工第二党支部"


def stored(n: int = 1) -> Person:
    return Person.objects.with_id_number(id_of(n)).get()


def test_a_new_person_has_pinyin_hash_path_and_has_been_there_since_joining() -> None:
    bring(roster(person(1, 姓名="曾 小满")))
    one = stored()
    assert (one.name, one.pinyin, one.pinyin_joined, one.initials) == ("曾小满", "zeng xiao man", "zengxiaoman", "zxm")
    assert one.path == one.organization.path
    assert (one.id_number, one.ethnicity, one.education, one.occupation) == (id_of(1), "汉族", "大学本科", "staff")
    assert one.affiliations.get().started_on == dt.date(2012, 6, 20)


def test_the_day_of_transfer_comes_before_the_day_of_joining() -> None:
    bring(roster(person(1, 进入支部日期="2020年9月1日"), extra=["进入支部日期"]))
    assert stored().affiliations.get().started_on == dt.date(2020, 9, 1)


def test_without_any_date_a_person_begins_on_the_day_of_import() -> None:
    bring(roster(person(1, 人员类别="入党积极分子", 入党日期=None, 转正日期=None)))
    assert stored().affiliations.get().started_on == ON


def test_the_same_file_twice_changes_nothing() -> None:
    data = roster(person(1, 手机号="138 0000 0001"), person(2, 入党日期="2012年6月"), person(3, 民族="01"))
    assert counts(bring(data)) == (3, 0, 0, 0)
    assert counts(bring(data)) == (0, 0, 3, 0)
    assert counts(bring(data, on=ON + dt.timedelta(days=40))) == (0, 0, 3, 0)


def test_a_dry_run_reports_the_same_and_writes_nothing() -> None:
    before = [model.objects.count() for model in (Person, Affiliation, RosterImport, User, AuditEvent)]
    data = roster(person(1), person(2, 民族="01"), extra=["工号"])
    dry = bring(data, dry_run=True).report
    assert [model.objects.count() for model in (Person, Affiliation, RosterImport, User, AuditEvent)] == before
    assert dry == bring(data).report


def test_an_empty_cell_keeps_what_is_known() -> None:
    bring(roster(person(1)))
    empty = {
        "学历": "—",
        "手机号": None,
        "转正日期": "无",
        "民族": "",
        "工作岗位": None,
        "性别": None,
        "出生日期": None,
    }
    reading = bring(roster(person(1, **empty)))
    assert (counts(reading), codes(reading)) == ((0, 0, 1, 0), [])
    assert (stored().education, stored().phone) == ("大学本科", "13800000001")


def test_a_vaguer_date_does_not_replace_an_exact_one() -> None:
    bring(roster(person(1)))
    assert counts(bring(roster(person(1, 入党日期="2012年6月")))) == (0, 0, 1, 0)
    assert stored().joined_on == dt.date(2012, 6, 20)


def test_a_change_is_shown_field_by_field_and_masked() -> None:
    bring(roster(person(1)))
    reading = bring(roster(person(1, 学历="博士", 手机号="13900001234", 姓名="张新名")))
    changes = {change.label: (change.before, change.after) for change in reading.entries[0].changes}
    assert changes["学历"] == ("大学本科", "博士研究生")
    assert changes["手机号码"] == ("138****0001", "139****1234")
    assert (stored().phone, stored().pinyin) == ("13900001234", "zhang xin ming")


def test_a_move_ends_the_old_affiliation_on_the_day_before() -> None:
    bring(roster(person(1)))
    moved = bring(roster(person(1, 所在党支部=SECOND)))
    assert counts(moved)[1] == 1
    old, new = stored().affiliations.all()
    assert (old.ended_on, old.ending) == (ON - dt.timedelta(days=1), "moved")
    assert (new.started_on, new.ended_on, str(new.organization)) == (ON, None, SECOND)
    assert stored().path == new.organization.path


def test_a_second_move_on_one_day_corrects_the_first() -> None:
    bring(roster(person(1)))
    bring(roster(person(1, 所在党支部=SECOND)))
    bring(roster(person(1, 所在党支部="图书馆直属党支部")))
    assert [str(row.organization) for row in stored().affiliations.all()] == [
        "外国语学院教工第一党支部",
        "图书馆直属党支部",
    ]


def test_a_branch_named_for_a_member_of_its_group_is_no_move() -> None:
    bring(roster(person(1, 所在党支部="教工第一党支部第一党小组")))
    assert counts(bring(roster(person(1)))) == (0, 0, 1, 0)


def test_who_left_and_came_back_begins_again(school) -> None:
    from members.actions import leave

    bring(roster(person(1)))
    leave(person=stored(), on=dt.date(2025, 6, 30), ending="left")
    bring(roster(person(1)))
    assert [row.ended_on for row in stored().affiliations.all()] == [dt.date(2025, 6, 30), None]


def test_the_missing_are_to_be_verified_and_cleared_when_they_appear(school) -> None:
    reading = bring(roster(person(1)))
    assert "黎小满" in [one["name"] for one in reading.report["missing"]]
    assert "谭明" not in [one["name"] for one in reading.report["missing"]]
    school.member.refresh_from_db()
    assert (school.member.verify_since_on, school.member.organization) == (ON, school.first)
    bring(roster(person(2)))
    assert counts(bring(roster(person(1)), on=ON)) == (0, 1, 0, 0)
    assert stored().verify_since_on is None


def test_a_rejected_row_is_not_missing(school) -> None:
    reading = bring(roster(person(1), person(2, 姓名="黎小满", 公民身份号码="99010119900101")))
    assert "黎小满" not in [one["name"] for one in reading.report["missing"]]


def test_a_staff_number_opens_an_account_without_a_password() -> None:
    bring(roster(person(1, 工号=20260017), extra=["工号"]))
    user = User.objects.get(number="20260017")
    assert (user.person, user.has_usable_password(), user.must_change_password) == (stored(), False, True)


def test_a_staff_number_of_another_person_is_an_error(school) -> None:
    reading = bring(roster(person(1, 工号=school.owner.number), extra=["工号"]))
    assert (codes(reading), counts(reading)) == (["person-mismatch"], (0, 0, 0, 1))


def test_one_import_is_one_batch_and_one_audit_entry() -> None:
    before = AuditEvent.objects.count()
    bring(roster(person(1), person(2)))
    assert (RosterImport.objects.count(), AuditEvent.objects.count() - before) == (1, 1)
    assert id_of(1) not in str(AuditEvent.objects.latest("pk").detail)


def test_titles_footers_empty_rows_and_repeated_headers_are_passed_over() -> None:
    above = [["党员名册"], ["填报单位：外国语学院", None, "2026年"], []]
    header = dict.fromkeys(["姓名"], "姓名")
    rows = [person(1), {}, {name: name for name in person(1)} | header, person(2), {"姓名": "合计", "性别": 2}]
    rows += [{"姓名": "填表人：王某"}, {"姓名": "注：以上属实"}]
    reading = bring(roster(*rows, above=above))
    assert (reading.report["header_row"], counts(reading), codes(reading)) == (4, (2, 0, 0, 0), [])


def test_headers_are_known_by_synonyms_hints_and_stars_and_named_as_the_file_spells_them() -> None:
    spelled = {
        "公民身份号码": "*公民身份证号\n（18位）",
        "所在党支部": " 所属 支部",
        "入党日期": "*加入党组织日期\n(YYYYMMDD)",
    }
    reading = bring(roster(person(1, 入党日期="2001-02-29"), header=spelled))
    assert [finding["column"] for finding in reading.report["findings"]] == ["*加入党组织日期\n(YYYYMMDD)"]


def test_a_unit_merged_downwards_stands_for_all_its_people() -> None:
    rows = [person(1), person(2, 所在党支部=None), person(3, 所在党支部=None)]
    assert counts(bring(roster(*rows, merged=["C2:C4"]))) == (3, 0, 0, 0)


def test_a_two_row_header_is_read_by_its_lower_row() -> None:
    above = [["姓名", "公民身份号码", "所在党支部", "党内情况"]]
    reading = bring(roster(person(1), above=above, merged=["A1:A2", "B1:B2", "C1:C2"]))
    assert (reading.report["header_row"], counts(reading)) == (2, (1, 0, 0, 0))


def test_the_table_is_found_on_any_sheet() -> None:
    assert counts(bring(roster(person(1), sheets_before=2))) == (1, 0, 0, 0)


def test_without_the_three_columns_the_file_is_refused() -> None:
    reading = bring(workbook([person(1)], ["姓名", "公民身份号码", "人员类别"]))
    assert reading.report["refused"] == "header-not-found"
    assert not RosterImport.objects.exists()


@pytest.mark.parametrize("mac_epoch", [False, True])
def test_real_dates_are_read_in_both_day_systems(mac_epoch: bool) -> None:
    bring(roster(person(1, 入党日期=dt.date(2012, 6, 20)), mac_epoch=mac_epoch))
    assert stored().joined_on == dt.date(2012, 6, 20)


def test_what_any_clerk_would_mend_is_mended_in_silence() -> None:
    digits = str.maketrans("0123456789X", "０１２３４５６７８９ｘ")
    cells = {
        "姓名": "阿卜杜 • 热合曼\u200b", "公民身份号码": f"\t'{id_of(1).translate(digits)}\u00a0", "民族": "汉",
        "所在党支部": "外国语学院 教工第一党支部\u3000", "手机号": "１３８ 0000 0001", "入党日期": "2012年6月20日",
        "转正日期": "2013/6/20", "出生日期": 19900307,
    }  # fmt: skip
    reading = bring(roster(person(1, **cells)))
    assert (codes(reading), counts(reading)) == ([], (1, 0, 0, 0))
    assert (stored().name, stored().phone) == ("阿卜杜·热合曼", "13800000001")
    assert stored().joined_on == dt.date(2012, 6, 20)


@pytest.mark.parametrize("look", ["×", "Χ", "х", "Ｘ", "x"])
def test_what_looks_like_x_is_x(look: str) -> None:
    number = next(id_of(n) for n in range(400) if id_of(n).endswith("X"))
    bring(roster(person(1, 公民身份号码=number[:17] + look)))
    assert Person.objects.with_id_number(number).exists()
