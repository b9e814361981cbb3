"""The rows of an uploaded workbook that need a look, as a workbook to put right and upload again: cells marked."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from carehub.sheets.writing import Column, Look, Pen, packed, row_height, tab_name, text_width

WRONG, ODD = PatternFill("solid", fgColor="F4C7C3"), PatternFill("solid", fgColor="FCE8B2")
NARROW, WIDE, WORDS, LOOKED_AT = 8, 30, 60, 200
AUTHOR, A4 = "CareHub", 9
HEADING, PLAIN = Look("黑体", 11, bold=True, align="center", tint=True), Look()


@dataclass(frozen=True)
class Remark:
    """What is said about one cell: its heading, whether the row is kept out by it, the sentence."""

    header: str
    is_error: bool
    words: str


@dataclass(frozen=True)
class Line:
    """One row as the file has it: its number there, its cells in the order of the headings, the remarks."""

    number: int
    cells: Sequence[str]
    remarks: Sequence[Remark]


def annotated_workbook(title: str, headers: Sequence[str], lines: Sequence[Line]) -> bytes:
    """Return a workbook with the file's own headings; the importer passes over the first and the last column."""
    book, pen, columns = Workbook(), Pen(), columns_of(headers, lines)
    sheet: Any = book.active
    sheet.title = tab_name(title)
    for place, column in enumerate(columns, 1):
        pen.put(sheet, 1, place, column.title, HEADING)
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    for row, line in enumerate(lines, 2):
        _draw_line(sheet, pen, row, columns, line)
    sheet.freeze_panes, sheet.print_title_rows = "C2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return packed(book)


def columns_of(headers: Sequence[str], lines: Sequence[Line]) -> list[Column]:
    """Return the columns, each as wide as its words need; the row's number in the file first, what is wrong last."""
    widest = [max(text_width(line.cells[place]) for line in lines[:LOOKED_AT]) for place in range(len(headers))]
    widths = [min(max(text_width(header), found) + 2, WIDE) for header, found in zip(headers, widest, strict=True)]
    own = [Column(header, width) for header, width in zip(headers, widths, strict=True)]
    return [Column(_("原行号"), NARROW), *own, Column(_("问题"), WORDS)]


def _draw_line(sheet: Worksheet, pen: Pen, row: int, columns: Sequence[Column], line: Line) -> None:
    said = "\n".join(f"{remark.header}：{remark.words}" for remark in line.remarks)
    values = [str(line.number), *line.cells, said]
    cells = {
        column.title: pen.put(sheet, row, place, value, PLAIN)
        for place, (column, value) in enumerate(zip(columns, values, strict=True), 1)
    }
    for remark in line.remarks:
        if remark.header in cells:
            _mark(cells[remark.header], remark)
    sheet.row_dimensions[row].height = row_height(values, columns)


def _mark(cell: Cell, remark: Remark) -> None:
    """Colour a cell and pin the sentence to it; an error outweighs a reminder."""
    said = f"{cell.comment.text}\n{remark.words}" if cell.comment else remark.words
    if remark.is_error or not cell.comment:
        cell._style = copy(cell._style)  # cells of one look share it
        cell.fill = WRONG if remark.is_error else ODD
    cell.comment = Comment(said, AUTHOR)
