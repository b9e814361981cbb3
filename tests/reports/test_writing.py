"""The one writer of workbooks: types, form, print set-up, and the same bytes each time."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from carehub.audit.models import AuditEvent
from carehub.sheets.writing import (
    Column,
    Ledger,
    Total,
    file_name,
    ledger_response,
    tab_name,
    write_ledger,
    write_workbook,
)

AT = dt.datetime(2026, 11, 23, 8, 42, 7, tzinfo=dt.UTC)
COLUMNS = [
    Column("姓名", 10),
    Column("公民身份号码", 22, "id"),
    Column("入党日期", 16, "date"),
    Column("次数", 8, "number"),
    Column("金额", 12, "money"),
    Column("办结率", 10, "percent"),
]
ROW = ("林晓岚", "990101********0015", dt.date(2026, 7, 1), 3, Decimal("12.50"), Decimal("0.933"))


def ledger(rows, **parts):
    defaults = {"name": "名册", "title": "党员名册", "columns": COLUMNS, "unit": "外国语学院党总支"}
    return Ledger(**{**defaults, "on": dt.date(2026, 11, 23), "note": "范围：全校。", **parts}, rows=rows)


def sheet_of(rows, **parts):
    return load_workbook(io.BytesIO(write_ledger(ledger(rows, **parts), by="周启明", at=AT))).worksheets[0]


def test_values_have_the_type_that_their_column_asks_for():
    cells = [(cell.value, cell.data_type, cell.number_format) for cell in sheet_of([ROW])[5]]
    assert cells == [
        ("林晓岚", "s", "@"),
        ("990101********0015", "s", "@"),
        (dt.datetime(2026, 7, 1), "d", 'yyyy"年"m"月"d"日"'),
        (3, "n", "#,##0"),
        (12.5, "n", "#,##0.00"),
        (0.933, "n", "0.0%"),
    ]


def test_an_id_number_is_text_even_if_a_number_is_handed_in():
    cell = sheet_of([("林晓岚", 990101197001010015, None, None, None, None)]).cell(5, 2)
    assert (cell.value, cell.data_type) == ("990101197001010015", "s")


def test_a_number_of_more_than_fifteen_digits_is_text_in_any_column():
    cell = sheet_of([("a", "", None, 10**15, None, None)]).cell(5, 4)
    assert (cell.value, cell.data_type) == ("1000000000000000", "s")


@pytest.mark.parametrize("value", [True, "NaN", Decimal("NaN"), Decimal("Infinity"), 1.5])
def test_what_is_no_plain_number_stays_text(value):
    assert sheet_of([("a", "", None, value, None, None)]).cell(5, 4).data_type == "s"


def test_a_date_of_partial_precision_stays_in_words():
    cell = sheet_of([("a", "", "1975年7月", None, None, None)]).cell(5, 3)
    assert (cell.value, cell.data_type) == ("1975年7月", "s")


def test_a_date_before_1900_is_written_in_words():
    assert sheet_of([("a", "", dt.date(1899, 7, 1), None, None, None)]).cell(5, 3).value == "1899年7月1日"


def test_what_xml_forbids_is_dropped_and_long_text_is_cut_at_the_limit():
    text = sheet_of([("a\x00b\x0b\ud800\uffffc\r\nd" + "长" * 40_000, "", None, None, None, None)]).cell(5, 1).value
    assert text.startswith("abc\nd长")
    assert len(text) == 32_767


def test_a_literal_escape_is_read_back_as_it_was():
    data = write_ledger(ledger([("_x0041_", "", None, None, None, None)]), by="周启明", at=AT)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"_x005F_x0041_" in archive.read("xl/worksheets/sheet1.xml")


def test_the_sheet_has_the_form_of_the_office():
    sheet = sheet_of([ROW, Total(("合计", "", None, 3, None, None))], frozen_columns=1)
    words = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert words[:4] == ["党员名册", "单位：外国语学院党总支", "填报时间：2026年11月23日", "范围：全校。"]
    assert "经办人：" in words[-1]
    assert "单位（盖章）：" in words[-1]
    assert sheet.freeze_panes == "B5"
    assert sheet.cell(6, 1).font.bold
    assert not sheet.cell(5, 1).font.bold
    assert sheet.cell(5, 1).border.top.style == "thin"


def test_it_prints_on_a4_landscape_one_page_wide_with_the_heading_on_each_page():
    sheet = sheet_of([ROW])
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$4"
    assert "&P" in sheet.oddFooter.center.text


def test_an_ampersand_in_a_name_does_not_become_a_footer_code():
    assert sheet_of([], title="A&P处").oddFooter.left.text == "A&&P处"


def test_an_empty_table_says_so():
    sheet = sheet_of([], empty="本月没有记录。", frozen_columns=2)
    assert (sheet.cell(5, 1).value, sheet.freeze_panes) == ("本月没有记录。", "C5")


def test_a_row_that_does_not_fit_the_columns_is_refused():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        sheet_of([("only one",)])


def test_the_same_input_gives_the_same_bytes_whatever_the_clock_says(monkeypatch):
    made = [write_workbook([ledger([ROW])], by="周启明", at=AT)]
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2096, 1, 1, 1, 1, 1, 0, 1, 0))
    made.append(write_workbook([ledger([ROW])], by="周启明", at=AT))
    assert made[0] == made[1]


def test_the_properties_say_who_made_it_and_when():
    properties = load_workbook(io.BytesIO(write_ledger(ledger([]), by="周启明", at=AT))).properties
    assert (properties.creator, properties.modified) == ("周启明", dt.datetime(2026, 11, 23, 8, 42, 7))


def test_names_of_tabs_and_files_lose_what_is_not_allowed():
    assert tab_name("[汇]总:*?/\\" + "长" * 40) == "汇 总     " + "长" * 22 or len(tab_name("长" * 40)) == 31
    assert file_name("外国语/学院 ", "党员_名册", "2026年\u202e") == "外国语学院_党员名册_2026年.xlsx"


def test_a_download_carries_its_chinese_name():
    response = ledger_response("外国语学院_党员名册_2026年.xlsx", b"PK", after=AuditEvent(pk=1))
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%A4%96")
    assert response["Cache-Control"] == "no-store"
