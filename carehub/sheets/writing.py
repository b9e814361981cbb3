"""Writing workbooks: the only place that touches openpyxl to write, and the one function that makes a cell.

Contract. Hand in values, get bytes; the same input gives the same bytes.

    ledger = Ledger(
        name="党员名册",                      # the tab
        title="外国语学院党总支党员名册",       # row 1, the office's title
        unit="外国语学院党总支",               # row 2 left: 单位：…
        on=dt.date(2026, 11, 23),            # row 2 right: 填报时间：2026年11月23日
        note="范围：…",                       # row 3: who, when, scope (trust.md, part 3); every sheet says it
        columns=[Column("姓名", 10), Column("公民身份号码", 22, "id"), Column("入党日期", 14, "date")],
        rows=[("林晓岚", person_masked_id, person.joined_on)],
    )
    data = write_ledger(ledger, by="周启明", at=timezone.now())
    return ledger_response(file_name("外国语学院党总支", "党员名册", "2026年"), data)

A row is a sequence of values in the order of the columns; a `Total(...)` row stands out in bold. `Column.kind`:

- `text`    whatever comes is text, also 0012 and =1+1
- `id`      text, centred: ID numbers, codes, staff numbers; never a number
- `date`    a date becomes a real date shown as 2026年7月1日; text (1975年7月, 待核实) stays text
- `number`  int or Decimal becomes a number; anything else stays text
- `money`   the same with two decimals
- `percent` a Decimal from 0 to 1 shown as 93.3%; text (—) stays text

What holds for each cell (trust.md, X7): text carries the format @, text that starts like a formula also quotePrefix;
no cell is ever a formula, an error value or a link; a number of more than 15 digits is written as text; characters
that XML forbids are dropped; a line break is one line feed. Audit the export before you send it: this module writes
no trail.
"""

import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from carehub.audit.models import AuditEvent
from carehub.calendar import date_words

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TEXT = 32_767  # Excel's own limit of a cell
LONGEST_NUMBER = 10**15  # Excel keeps 15 digits of a number
TEXT, DATE = "@", 'yyyy"年"m"月"d"日"'
NUMBER_FORMATS = {"number": "#,##0", "money": "#,##0.00", "percent": "0.0%"}
ALIGN = {"text": "left", "id": "center", "date": "center", "number": "right", "money": "right", "percent": "right"}

# XML 1.0 knows no control characters but tab and line feed, no half surrogate pairs, no U+FFFE and U+FFFF.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A reader turns _x0041_ into A: a literal one is written with its underscore spelled out (ECMA-376, 22.4.2.4).
SPELLED_OUT = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
LIKE_A_FORMULA = re.compile(r"\s*[=+\-@\t\r\n|%＝＋－＠]")
UNFIT_FOR_FILES = re.compile(r'[\\/:*?"<>|\s_\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')

THIN = Side(style="thin", color="000000")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TINT = PatternFill("solid", fgColor="F2EFE8")


@dataclass(frozen=True)
class Column:
    """One column: its heading, its width in half-width characters (a Chinese one counts two), what it holds."""

    title: Any  # text, or text that is translated when it is written
    width: float = 12
    kind: str = "text"
    align: str = ""


class Total(tuple[Any, ...]):
    """A row of sums or a subheading, set in bold: Total(("合计", 12, 9))."""


@dataclass(frozen=True)
class Ledger:
    """One sheet in the office's form."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    unit: str = ""
    on: dt.date | None = None
    note: str = ""
    frozen_columns: int = 0
    signed: bool = True  # the line 经办人 审核人 单位（盖章） 日期 under the table
    one_page: bool = False  # shrink it to one page
    empty: str = ""  # the sentence that stands where no row is


@dataclass(frozen=True)
class Look:
    """How a cell looks: one style of the workbook, made once and shared."""

    font: str = "仿宋"
    size: float = 11
    bold: bool = False
    align: str = "left"
    box: bool = True
    tint: bool = False
    wrap: bool = True


TITLE = Look("方正小标宋简体", 20, align="center", box=False)
SIDE_LEFT = Look(size=11, box=False)
SIDE_RIGHT = Look(size=11, align="right", box=False)
NOTE = Look(size=9, box=False)
HEAD = Look("黑体", 11, bold=True, align="center", tint=True)
SIGN_OFF = Look(size=12, box=False, wrap=False)


def clean_text(value: Any) -> str:
    """Return a value as a cell may hold it: text without what XML forbids, one kind of line break, not too long."""
    text = "" if value is None else str(value)
    return FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST_TEXT]


def typed_value(value: Any, kind: str) -> tuple[Any, str]:
    """Return what is written and its number format: a date or number where the column asks for one, else text."""
    if kind == "date" and isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value.year >= 1900:
        return value, DATE
    if kind == "date" and isinstance(value, dt.date):
        return date_words(value), TEXT
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    if kind in NUMBER_FORMATS and is_number and Decimal(value).is_finite() and abs(value) < LONGEST_NUMBER:
        return value, NUMBER_FORMATS[kind]
    return clean_text(value), TEXT


class Pen:
    """Writes the cells of one workbook. Every cell of every export is made by `put`."""

    def __init__(self) -> None:
        self.styles: dict[tuple[Look, str, bool], Any] = {}

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, look: Look, kind: str = "text") -> Cell:
        """Make one cell."""
        written, number_format = typed_value(value, kind)
        cell = sheet.cell(row, column)
        is_text = isinstance(written, str)
        if written == "":
            cell.value = None
        else:
            cell.value = SPELLED_OUT.sub("_x005F_", written) if is_text else written
            if is_text:
                cell.data_type = "s"  # openpyxl takes =… for a formula and #N/A for an error
        self._dress(cell, look, number_format, is_text and bool(LIKE_A_FORMULA.match(written)))
        return cell

    def _dress(self, cell: Cell, look: Look, number_format: str, quoted: bool) -> None:
        key = (look, number_format, quoted)
        if key in self.styles:
            cell._style = self.styles[key]
            return
        cell.font = Font(name=look.font, size=look.size, bold=look.bold)
        cell.alignment = Alignment(horizontal=look.align, vertical="center", wrap_text=look.wrap)
        cell.number_format = number_format
        if look.box:
            cell.border = BOX
        if look.tint:
            cell.fill = TINT
        cell._style.quotePrefix = int(quoted)
        self.styles[key] = cell._style


def write_ledger(ledger: Ledger, *, by: str, at: dt.datetime) -> bytes:
    """Return a workbook of one sheet. `by` and `at` are who made it and when, also in the file's properties."""
    return write_workbook([ledger], by=by, at=at)


def write_workbook(ledgers: Iterable[Ledger], *, by: str, at: dt.datetime) -> bytes:
    """Return a workbook of several sheets, in their order."""
    workbook, pen = Workbook(), Pen()
    workbook.remove(workbook.active)
    for ledger in ledgers:
        draw(workbook.create_sheet(tab_name(ledger.name)), ledger, pen, by)
    stamp = at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    workbook.properties.creator = workbook.properties.lastModifiedBy = clean_text(by)
    workbook.properties.created = workbook.properties.modified = stamp
    return packed(workbook)


def draw(sheet: Worksheet, ledger: Ledger, pen: Pen, by: str) -> None:
    """Fill one sheet from title to signature line."""
    head = draw_title(sheet, ledger, pen) + 1
    for n, column in enumerate(ledger.columns, 1):
        pen.put(sheet, head, n, column.title, HEAD)
        sheet.column_dimensions[get_column_letter(n)].width = column.width
    sheet.row_dimensions[head].height = row_height([c.title for c in ledger.columns], ledger.columns, least=26)
    last = draw_rows(sheet, ledger, pen, head)
    if ledger.signed:
        draw_sign_off(sheet, ledger, pen, last + 2)
    set_up_print(sheet, ledger, head, by)


def draw_title(sheet: Worksheet, ledger: Ledger, pen: Pen) -> int:
    """Write title, unit and day, note; return the last row used."""
    width = len(ledger.columns)
    pen.put(sheet, 1, 1, ledger.title, TITLE)
    pen.put(sheet, 3, 1, ledger.note, NOTE)
    merge(sheet, 1, 1, width)
    draw_unit(sheet, ledger, pen)
    merge(sheet, 3, 1, width)
    heights = {1: 36.0, 2: 20.0, 3: text_height(ledger.note, total_width(ledger), least=16, line=12)}
    for row, height in heights.items():
        sheet.row_dimensions[row].height = height
    return 3


def draw_unit(sheet: Worksheet, ledger: Ledger, pen: Pen) -> None:
    """Write 单位 on the left and 填报时间 on the right, or both in one cell where the left columns are too narrow."""
    unit = _("单位：%s") % ledger.unit if ledger.unit else ""
    day = _("填报时间：%s") % date_words(ledger.on) if ledger.on else ""
    half, width = max(1, len(ledger.columns) // 2), len(ledger.columns)
    if half < width and text_width(unit) < sum(column.width for column in ledger.columns[:half]):
        pen.put(sheet, 2, 1, unit, SIDE_LEFT)
        pen.put(sheet, 2, half + 1, day, SIDE_RIGHT)
        merge(sheet, 2, 1, half)
        merge(sheet, 2, half + 1, width)
    else:
        pen.put(sheet, 2, 1, "　　".join(part for part in (unit, day) if part), SIDE_LEFT)
        merge(sheet, 2, 1, width)


def draw_rows(sheet: Worksheet, ledger: Ledger, pen: Pen, head: int) -> int:
    """Write the rows under the heading; return the last row used."""
    looks = [Look(align=column.align or ALIGN[column.kind]) for column in ledger.columns]
    bold_looks = [Look("黑体", 11, bold=True, align=look.align, tint=True) for look in looks]
    row = head
    for row, values in enumerate(ledger.rows, head + 1):
        row_looks = bold_looks if isinstance(values, Total) else looks
        for n, (value, column) in enumerate(zip(values, ledger.columns, strict=True)):
            pen.put(sheet, row, n + 1, value, row_looks[n], column.kind)
        sheet.row_dimensions[row].height = row_height(values, ledger.columns)
    if row == head:
        row += 1
        for n in range(1, len(ledger.columns) + 1):
            pen.put(sheet, row, n, ledger.empty or _("没有记录。") if n == 1 else "", Look(align="center"))
        sheet.row_dimensions[row].height = 28
        merge(sheet, row, 1, len(ledger.columns))
    return row


def draw_sign_off(sheet: Worksheet, ledger: Ledger, pen: Pen, row: int) -> None:
    """Write the line that is signed and stamped by hand."""
    gap = "　" * max(4, min(12, round(total_width(ledger) / 12)))
    places = (_("经办人："), _("审核人："), _("单位（盖章）："), _("日期：　　　　年　　月　　日"))
    pen.put(sheet, row, 1, gap.join(places), SIGN_OFF)
    sheet.row_dimensions[row].height = 36
    merge(sheet, row, 1, len(ledger.columns))


def merge(sheet: Worksheet, row: int, first: int, last: int) -> None:
    """Merge cells of one row, if there are several."""
    if last > first:
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)


def set_up_print(sheet: Worksheet, ledger: Ledger, head: int, by: str) -> None:
    """Set A4 landscape, one page wide, the heading on every page, page numbers, panes that stay."""
    sheet.freeze_panes = f"{get_column_letter(ledger.frozen_columns + 1)}{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(ledger.one_page)
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    margins = {"left": 0.6, "right": 0.6, "top": 0.8, "bottom": 0.8, "header": 0.4, "footer": 0.4}
    for side, inches in margins.items():
        setattr(sheet.page_margins, side, inches)
    sheet.oddFooter.left.text = footer_text(ledger.title, 40)
    sheet.oddFooter.center.text = _("第 &P 页，共 &N 页")
    sheet.oddFooter.right.text = footer_text(by, 30)


def footer_text(text: str, longest: int) -> str:
    """Return text for a page's foot, where & would begin a code."""
    return " ".join(clean_text(text).split())[:longest].replace("&", "&&")


def tab_name(name: str) -> str:
    """Return a sheet's name as Excel allows it: no []:*?/\\, no apostrophe at an end, 31 characters."""
    return re.sub(r"[\[\]:*?/\\\n\t]", " ", clean_text(name)).strip(" '")[:31] or _("表")


def text_width(text: str) -> int:
    """Return the width of a line in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def total_width(ledger: Ledger) -> float:
    return sum(column.width for column in ledger.columns)


def lines_needed(value: Any, width: float) -> int:
    """Return how many lines a value takes in a column of that width."""
    if isinstance(value, (int, Decimal, dt.date)) or not value:
        return 1
    if 2 * len(text := str(value)) <= width - 1.5 and "\n" not in text:
        return 1
    return sum(max(1, ceil(text_width(line) / max(1.0, width - 1.5))) for line in text[:3000].splitlines())


def row_height(values: Iterable[Any], columns: Sequence[Column], least: float = 22) -> float:
    """Return the height that shows every value of a row in full (409 points are Excel's limit)."""
    lines = max(lines_needed(value, column.width) for value, column in zip(values, columns, strict=False))
    return min(409.0, max(least, lines * 15.0 + 4))


def text_height(text: str, width: float, least: float, line: float) -> float:
    """Return the height of text that runs over merged cells."""
    return min(409.0, max(least, lines_needed(text, width) * line + 4))


def packed(workbook: Workbook) -> bytes:
    """Return the workbook's file, with nothing of the clock in it: every entry bears the same time stamp."""
    loose, tight = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED) as archive:
        ExcelWriter(workbook, archive).save()
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(tight, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            target.writestr(entry, source.read(name))
    return tight.getvalue()


def file_name(unit: str, sheet: str, period: str) -> str:
    """Return the office's file name: 单位_表名_年度.xlsx, without what file systems refuse."""
    parts = [
        re.sub(r'[\\/:*?"<>|\s_\u200b-\u200f\u202a-\u202e\u2066-\u2069]+', "", clean_text(p))
        for p in (unit, sheet, period)
    ]
    return "_".join(part[:60] for part in parts if part) + ".xlsx"


def ledger_response(name: str, data: bytes, *, after: AuditEvent, media_type: str = MEDIA_TYPE) -> HttpResponse:
    """Return the answer that a browser saves under a Chinese name (RFC 5987): a workbook, unless it says otherwise.

    It leaves after the row of the audit trail that says so (`record_first`); ValueError for one that was not written.
    """
    if after.pk is None:
        raise ValueError("A file leaves the house after its audit row.")
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=media_type, headers=headers)
