"""Empty workbooks to fill in: the header of a kind of file, every cell as text so that no number loses its end."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from carehub.sheets.writing import Look, Pen

TEXT, ROWS, WIDTH = "@", 300, 18
FILLED = Look("宋体", 11, box=False, wrap=False)
HEAD, MUST = PatternFill("solid", fgColor="EEE9DE"), Font(bold=True)


def template_workbook(
    title: str, columns: Iterable[tuple[str, str, bool]], rows: Iterable[Sequence[str]] = ()
) -> bytes:
    """Return a workbook with a row of headers; `columns` are (label, hint, required), `rows` what is known already."""
    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    for place, (label, hint, required) in enumerate(columns, 1):
        cell = sheet.cell(1, place, f"{label}\n（{hint}）" if hint else label)
        cell.fill, cell.alignment = HEAD, Alignment(wrap_text=True, vertical="center", horizontal="center")
        cell.font = MUST if required else Font()
        sheet.column_dimensions[get_column_letter(place)].width = WIDTH
        for row in range(2, ROWS + 2):
            sheet.cell(row, place).number_format = TEXT
    pen = Pen()
    for row, values in enumerate(rows, 2):
        for place, value in enumerate(values, 1):
            pen.put(sheet, row, place, value, FILLED)
    sheet.row_dimensions[1].height = 54  # a hint may take three lines
    sheet.freeze_panes = "A2"
    print_on_one_width(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def print_on_one_width(sheet: Any) -> None:
    """Let a clerk print it as it is: A4 across, all columns on one page, the header on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
