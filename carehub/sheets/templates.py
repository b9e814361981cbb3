"""Empty workbooks to fill in: the header of a kind of file, every cell as text so that no number loses its end."""

import io
from collections.abc import Iterable, Sequence

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
    sheet.row_dimensions[1].height = 36
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
