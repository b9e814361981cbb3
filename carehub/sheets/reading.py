"""Uploaded workbooks: through the gate, then by calamine; the table is found by its header, wherever it stands."""

import io
import logging
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from carehub.sheets.gate import NOT_A_WORKBOOK, SAVE_AS, Layout, Parts, Refused, check, check_text, layout_of
from carehub.sheets.words import header_word, is_placeholder, squeezed, tidy

HEADER_WITHIN = 15
FOOTER = (
    "合计", "总计", "小计", "填表人", "填报人", "制表人", "制表", "审核人", "审核", "经办人", "负责人", "填表日期",
    "填表时间", "填报单位", "填报时间", "注:", "备注:", "说明:", "联系电话:", "党组织盖章", "盖章",
)  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """One row that holds data: its number as Excel shows it, and its cells by column key."""

    number: int
    cells: dict[str, Any]
    hidden: bool


@dataclass
class Table:
    """The table of a workbook: where its header stands, how the file spells it, and its rows."""

    sheet: str
    header_row: int
    headers: dict[str, str]
    lines: list[Line] = field(default_factory=list)
    mac_epoch: bool = False


@dataclass(frozen=True)
class Header:
    row: int
    places: dict[str, int]
    headers: dict[str, str]


KeyOf = Callable[[str], str | None]


def read_table(data: bytes, key_of: KeyOf, required: list[str], wanted: str) -> Table:
    """Return the first table whose header names all required columns; Refused with the reason otherwise.

    `key_of` turns a header word into a column key; `wanted` says the required columns to a person.
    """
    layouts, mac_epoch = look_at(check(data))
    workbook = opened(data)
    for name in sheet_names(workbook):
        layout = layouts.get(name, Layout())
        rows = rows_of(workbook, name)
        filled = unmerge(rows, layout)
        header = find_header(rows, key_of, required)
        if header:
            table = Table(name, header.row + 1, header.headers, mac_epoch=mac_epoch)
            table.lines = list(lines_below(rows, header, layout, key_of, filled))
            return table
    message = _("前 15 行里没有找到表头。表头要有：%(columns)s。可以下载模板对照。") % {"columns": wanted}
    raise Refused("header-not-found", message)


def look_at(parts: Parts) -> tuple[dict[str, Layout], bool]:
    """Return the layout of each sheet by name, and whether days count from 1904.

    Sheets and strings are known by what they hold: a workbook may keep them under any name.
    """
    sheets = {path: part for path, part in parts.items() if b"sheetData" in part}
    for part in parts.values():
        if b"sst" in part[:2048]:
            check_text(part, list(sheets.values()))
    layouts = {path: layout_of(part) for path, part in sheets.items()}
    try:
        return named(parts, layouts)
    except Exception as trouble:  # any kind of broken XML
        raise damaged() from trouble


def named(parts: Parts, layouts: dict[str, Layout]) -> tuple[dict[str, Layout], bool]:
    """Join the sheets' names with their parts."""
    workbook = fromstring(bytes(parts["xl/workbook.xml"]))
    relations = fromstring(bytes(parts.get("xl/_rels/workbook.xml.rels", b"<none/>")))
    targets = {node.get("Id"): path_of(node.get("Target", "")) for node in relations}
    found: dict[str, Layout] = {}
    mac_epoch = False
    for node in workbook.iter():
        tag = node.tag.rpartition("}")[2]
        if tag == "workbookPr":
            mac_epoch = node.get("date1904") in ("1", "true")
        elif tag == "sheet":
            relation = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
            found[node.get("name", "")] = layouts.get(targets.get(relation, ""), Layout())
    return found, mac_epoch


def path_of(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def damaged() -> Refused:
    return Refused(NOT_A_WORKBOOK, _("文件已损坏，打不开。") + _(SAVE_AS))


def guarded(read: Callable[[], Any]) -> Any:
    """Return what the parser reads; any failure of the parser is a damaged file."""
    try:
        return read()
    except Exception as trouble:
        raise damaged() from trouble
    except BaseException as trouble:  # a panic of the parser is not an Exception
        if type(trouble).__name__ != "PanicException":
            raise
        raise damaged() from trouble


def opened(data: bytes) -> CalamineWorkbook:
    return guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))


def sheet_names(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets, the visible ones first."""
    plain = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    return [sheet.name for sheet in sorted(plain, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)]


def rows_of(workbook: CalamineWorkbook, name: str) -> list[list[Any]]:
    return guarded(lambda: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))


def unmerge(rows: list[list[Any]], layout: Layout) -> set[tuple[int, int]]:
    """Fill merged cells downwards: a unit written once stands for all its people. Return the places filled."""
    filled: set[tuple[int, int]] = set()
    for first, column, last in layout.merged:
        if first >= len(rows) or column >= len(rows[first]) or rows[first][column] == "":
            continue
        for number in range(first + 1, min(last + 1, len(rows))):
            if rows[number][column] == "":
                rows[number][column] = rows[first][column]
                filled.add((number, column))
    return filled


def find_header(rows: list[list[Any]], key_of: KeyOf, required: list[str]) -> Header | None:
    """Return the row that names most columns among the first 15; of two equal ones the lower (a two-row header)."""
    best: Header | None = None
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        header = header_in(number, row, key_of)
        if all(key in header.places for key in required) and (best is None or len(header.places) >= len(best.places)):
            if best is not None and number != best.row + 1:
                continue
            best = header
    return best


def header_in(number: int, row: list[Any], key_of: KeyOf) -> Header:
    """Return the columns that a row names; the first of two columns of one meaning counts."""
    places: dict[str, int] = {}
    headers: dict[str, str] = {}
    for place, value in enumerate(row):
        key = key_of(header_word(squeezed(value))) if isinstance(value, str) and value else None
        if key and key not in places:
            places[key], headers[key] = place, value
    return Header(number, places, headers)


def lines_below(
    rows: list[list[Any]], header: Header, layout: Layout, key_of: KeyOf, filled: set[tuple[int, int]]
) -> Iterator[Line]:
    """Yield the rows that hold data; empty rows, footers and repeated headers are passed over."""
    for number in range(header.row + 1, len(rows)):
        row = rows[number]
        cells = {key: row[place] for key, place in header.places.items() if place < len(row) and row[place] != ""}
        own = {key: cells[key] for key in cells if (number, header.places[key]) not in filled} if filled else cells
        if not has_words(own) or is_footer(row, cells) or is_header_again(cells, key_of):
            continue
        yield Line(number + 1, cells, number in layout.hidden)


def has_words(cells: dict[str, Any]) -> bool:
    return any(not isinstance(value, str) or tidy(value) for value in cells.values())


def is_footer(row: list[Any], cells: dict[str, Any]) -> bool:
    """Return whether a row is a sum or a signature: it begins as such and names hardly anything else."""
    first = next((word for value in row if isinstance(value, str) and (word := squeezed(value))), "")
    if not first.startswith(FOOTER):
        return False
    words = [value for value in cells.values() if not isinstance(value, str) or not is_placeholder(tidy(value))]
    return len(words) <= 2 or first.startswith(("合计", "总计", "小计"))


def is_header_again(cells: dict[str, Any], key_of: KeyOf) -> bool:
    """Return whether the header is repeated (a printed page began here)."""
    words = {key: value for key, value in cells.items() if isinstance(value, str) and len(value) < 30}
    if len(words) < 2 or key_of(header_word(squeezed(next(iter(words.values()))))) != next(iter(words)):
        return False
    same = sum(key_of(header_word(squeezed(value))) == key for key, value in words.items())
    return same >= 3 or (same >= 2 and same == len(cells))
