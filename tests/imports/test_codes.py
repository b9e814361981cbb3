"""Every code of the contract, each shown by a workbook that has it and nothing else."""

import datetime as dt
from typing import Any

import pytest

from members.models import Person
from tests.cast import School
from tests.imports.making import ON, bring, codes, counts, id_of, person, roster

NUMBER = int(id_of(7)[:17] + "0")
WRONG_DIGIT = id_of(1)[:17] + ("0" if id_of(1)[17] != "0" else "1")
OLD_15 = "990110500701001"

RECENT = {"入党日期": "2022-01-01", "转正日期": "2023-01-01"}

ERRORS: list[tuple[str, str, dict[str, Any]]] = [
    ("name-missing", "姓名", {"姓名": None}),
    ("name-missing", "姓名", {"姓名": "—"}),
    ("id-missing", "公民身份号码", {"公民身份号码": "无"}),
    ("organization-missing", "所在党支部", {"所在党支部": "/"}),
    ("id-digits-lost", "公民身份号码", {"公民身份号码": NUMBER}),
    ("id-digits-lost", "公民身份号码", {"公民身份号码": float(NUMBER)}),
    ("id-digits-lost", "公民身份号码", {"公民身份号码": "5.13001E+17"}),
    ("id-length", "公民身份号码", {"公民身份号码": id_of(1)[:17]}),
    ("id-length", "公民身份号码", {"公民身份号码": "A" + id_of(1)[1:]}),
    ("id-length", "公民身份号码", {"公民身份号码": 12345678901234}),
    ("id-checksum", "公民身份号码", {"公民身份号码": WRONG_DIGIT}),
    ("id-birth-invalid", "公民身份号码", {"公民身份号码": "513001200102290017", "出生日期": None} | RECENT),
    ("organization-unknown", "所在党支部", {"所在党支部": "物理学院党支部"}),
    ("category-unknown", "人员类别", {"人员类别": "老党员"}),
    ("date-invalid", "入党日期", {"入党日期": "2001-02-29"}),
    ("date-invalid", "入党日期", {"入党日期": "199513"}),
    ("date-invalid", "入党日期", {"入党日期": 199513}),
    ("date-invalid", "入党日期", {"入党日期": "大约九五年"}),
    ("date-ambiguous", "入党日期", {"入党日期": 2012.1}),
    ("date-ambiguous", "入党日期", {"入党日期": "12.6.20"}),
    ("date-order", "转正日期", {"转正日期": "2011-06-20"}),
    ("date-order", "入党日期", {"入党日期": "1989-01-01", "转正日期": None, "人员类别": "预备党员"}),
    ("date-order", "转正日期", {"转正日期": "2026-11-24"}),
]  # fmt: skip

WARNINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("id-upgraded", "公民身份号码", {"公民身份号码": OLD_15, "出生日期": "1950-07-01"}),
    ("id-upgraded", "公民身份号码", {"公民身份号码": int(OLD_15), "出生日期": "1950-07-01"}),
    ("id-sex-mismatch", "性别", {"性别": "女"}),
    ("id-birth-mismatch", "出生日期", {"出生日期": "1990-03-08"}),
    ("date-month-only", "入党日期", {"入党日期": "2012年6月"}),
    ("date-month-only", "入党日期", {"入党日期": 2012.7}),
    ("date-year-only", "入党日期", {"入党日期": "2012"}),
    ("joined-under-18", "入党日期", {"入党日期": "2008-03-06"}),
    ("probation-overdue", "转正日期", {"人员类别": "预备党员", "入党日期": "2025-11-22", "转正日期": None}),
    ("confirmed-missing", "转正日期", {"转正日期": None}),
    ("label-unmatched", "民族", {"民族": "01"}),
    ("label-unmatched", "学历", {"学历": "21"}),
    ("label-unmatched", "工作岗位", {"工作岗位": "宇航员"}),
    ("phone-unreadable", "手机号", {"手机号": "1.38E+10"}),
    ("phone-unreadable", "手机号", {"手机号": "见通讯录"}),
]


@pytest.mark.parametrize(("code", "column", "cells"), ERRORS)
def test_an_error_is_named_and_stops_only_its_row(school: School, code: str, column: str, cells: dict) -> None:
    reading = bring(roster(person(1, **cells), person(2)))
    assert [(f["row"], f["column"], f["level"], f["code"]) for f in reading.report["findings"]] == [
        (2, column, "error", code)
    ]
    assert counts(reading) == (1, 0, 0, 1)


@pytest.mark.parametrize(("code", "column", "cells"), WARNINGS)
def test_a_warning_is_named_and_the_row_is_imported(school: School, code: str, column: str, cells: dict) -> None:
    reading = bring(roster(person(1, **cells)))
    assert [(f["row"], f["column"], f["level"], f["code"]) for f in reading.report["findings"]] == [
        (2, column, "warning", code)
    ]
    assert counts(reading) == (1, 0, 0, 0)


def test_an_id_that_stands_twice_rejects_every_such_row(school: School) -> None:
    reading = bring(roster(person(1), person(1, 姓名="另一人"), person(2)))
    assert [(f["row"], f["code"]) for f in reading.report["findings"]] == [(2, "id-duplicate"), (3, "id-duplicate")]
    assert counts(reading) == (1, 0, 0, 2)


def test_an_old_and_a_new_form_of_one_id_are_the_same_id(school: School) -> None:
    new = "513001194507010011"
    rows = [person(1, 公民身份号码=number, 出生日期="1945-07-01") for number in ("513001450701001", new)]
    assert codes(bring(roster(*rows))).count("id-duplicate") == 2


def test_a_namesake_of_the_same_birth_date_is_named(school: School) -> None:
    Person.objects.create(name="黎小满", born_on=dt.date(1990, 3, 7), id_hash="x")
    reading = bring(roster(person(1, 姓名="黎小满"), person(2, 姓名="黎小满", 出生日期="1990-03-08")))
    assert [(f["row"], f["code"]) for f in reading.report["findings"] if f["code"] == "namesake"] == [(2, "namesake")]


def test_a_hidden_row_is_imported_and_said(school: School) -> None:
    reading = bring(roster(person(1), person(2), hidden=[3]))
    assert [(f["row"], f["code"]) for f in reading.report["findings"]] == [(3, "row-hidden")]
    assert counts(reading) == (2, 0, 0, 0)


def test_who_joined_without_probation_needs_no_confirmation(school: School) -> None:
    row = person(1, 公民身份号码=id_of(1, born="19500701"), 出生日期="1950-07-01", 入党日期="1974-07-01", 转正日期=None)
    assert codes(bring(roster(row))) == []


def test_one_year_to_the_day_is_no_overdue_probation(school: School) -> None:
    row = person(1, 人员类别="预备党员", 入党日期="2025-11-23", 转正日期=None)
    assert codes(bring(roster(row), on=ON)) == []


def test_a_good_row_has_no_finding(school: School) -> None:
    assert codes(bring(roster(person(1), person(2)))) == []


def test_values_of_ids_and_phones_are_masked(school: School) -> None:
    reading = bring(roster(person(1, 公民身份号码=WRONG_DIGIT, 手机号="138000012345")))
    values = {f["code"]: f["value"] for f in reading.report["findings"]}
    assert values == {"id-checksum": f"{WRONG_DIGIT[:4]}…{WRONG_DIGIT[-4:]}", "phone-unreadable": "1380…2345"}
