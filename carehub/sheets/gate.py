"""The gate before any parser: what is not a plain workbook of sane size is refused here, in plain words.

Everything is measured while inflating, in pieces, and given up at the first limit passed; nothing is believed that the
file says about itself. What passes is safe for calamine: few entries, no entities, a bounded grid, bounded text.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

NOT_A_WORKBOOK, ENCRYPTED, TOO_LARGE = "not-a-workbook", "encrypted", "too-large"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_ZIPS = {
    "xl/workbook.bin": "这是 .xlsb 工作簿。",
    "content.xml": "这是 .ods 表格。",
    "word/document.xml": "这是 Word 文档。",
}
PIECE = 64 * 1024
RATIO_FROM = 2**20  # a small part may well shrink a thousand times
MAX_CELLS = 1_000_000
MAX_TEXT = 60 * 2**20
SAVE_AS = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再导入。"
# A RuntimeError is also what zipfile raises for a way of compressing that it does not know: refused like any other.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, LookupError)
TRAILING = 64  # a tag may be cut by the end of a piece
TAG = re.compile(rb"<(?:\w+:)?(row|c|mergeCell)\b([^<>]*)>")
REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})(\d{1,9})["']""")
ROW_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d{1,9})["']""")
# A tag in the common form; an entity within it may say anything.
CELL_COLUMN, CELL_ROW = re.compile(rb'<c r="([A-Z]{1,3})\d{1,9}"[^<>&]*>'), re.compile(rb'<c r="[A-Z]{1,3}(\d{1,9})"')
PLAIN_ROW = re.compile(rb'<row r="(\d{1,9})"[^<>&]*>')
HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
RANGE = re.compile(rb"""\bref\s*=\s*["']([A-Za-z]{1,4})(\d{1,9}):([A-Za-z]{1,4})(\d{1,9})["']""")
STRING = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
SHARED_VALUE = re.compile(rb"""<(?:\w+:)?c\b[^<>]*\bt\s*=\s*["']s["'][^<>]*>\s*<(?:\w+:)?v[^<>]*>\s*(\d{1,9})\s*<""")


Parts = dict[str, bytearray]


class Refused(Exception):
    """The file is not read at all; `code` is one of roster.md's, the text says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Layout:
    """What the parser does not tell about a sheet: hidden rows, merged cells (first row, column, last row; from 0)."""

    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int], ...] = ()


def check(data: bytes) -> Parts:
    """Return the XML parts of a workbook by name, or raise Refused."""
    check_size(len(data))
    if not data.startswith(b"PK"):
        raise other_kind(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return inflate(archive, len(data))
    except BROKEN as trouble:
        raise Refused(NOT_A_WORKBOOK, _("文件已损坏，打不开。") + _(SAVE_AS)) from trouble


def check_size(size: int) -> None:
    """Refuse a file of too many bytes."""
    most = settings.SHEET_LIMITS["bytes"]
    if size > most:
        words = _("文件超过 %(mb)s MB。请只保留名册这一张表，或分几次导入。")
        raise Refused(TOO_LARGE, words % {"mb": most // 2**20})


def other_kind(data: bytes) -> Refused:
    """Say what a file that is no zip is."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return Refused(ENCRYPTED, _("工作簿设了打开密码。请用 Excel 或 WPS 打开，取消密码后保存，再导入。"))
        return Refused(NOT_A_WORKBOOK, _("这是旧版 .xls 文件。") + _(SAVE_AS))
    if not data.strip():
        return Refused(NOT_A_WORKBOOK, _("文件是空的。") + _(SAVE_AS))
    if b"<html" in head or b"<table" in head or b"<!doctype html" in head:
        return Refused(NOT_A_WORKBOOK, _("这是网页（html），只是改了扩展名。") + _(SAVE_AS))
    if head.startswith(b"<?xml"):
        return Refused(NOT_A_WORKBOOK, _("这是 XML 表格，不是 .xlsx。") + _(SAVE_AS))
    if b"\0" not in data[:4096] and (b"," in head or b"\t" in head or b"\n" in head):
        return Refused(NOT_A_WORKBOOK, _("这是文本（csv），不是 .xlsx。") + _(SAVE_AS))
    return Refused(NOT_A_WORKBOOK, _("这不是 Excel 工作簿。") + _(SAVE_AS))


def inflate(archive: zipfile.ZipFile, size: int) -> Parts:
    """Return the parts that a parser reads, measured while they are inflated."""
    limits = settings.SHEET_LIMITS
    entries = archive.infolist()
    if len(entries) > limits["entries"]:
        raise Refused(TOO_LARGE, _("压缩包里的文件太多，不像一份名册。") + _(SAVE_AS))
    check_names(entries)
    parts: Parts = {}
    meter = Meter(limits["unpacked"], limits["ratio"])
    for entry in entries:
        content = meter.inflate(archive, entry)
        if content:
            parts[entry.filename] = content
    meter.total_ratio(size)
    return parts


def check_names(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what is a zip but no workbook."""
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(ENCRYPTED, _("压缩包设了密码。请用 Excel 或 WPS 打开，取消密码后保存，再导入。"))
    if len(set(names)) != len(names):
        raise Refused(NOT_A_WORKBOOK, _("压缩包里有重名文件。") + _(SAVE_AS))
    if "xl/workbook.xml" in names:
        return
    found = next((words for name, words in OTHER_ZIPS.items() if name in names), "这不是 Excel 工作簿。")
    raise Refused(NOT_A_WORKBOOK, _(found) + _(SAVE_AS))


class Meter:
    """Counts what comes out, over all entries."""

    def __init__(self, most: int, ratio: int) -> None:
        self.most, self.ratio, self.total, self.cells, self.filled = most, ratio, 0, 0, 0

    def inflate(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytearray:
        """Return one entry if it is XML, whatever its name; give up at the first limit passed."""
        content = bytearray()
        out, tail, is_text = 0, b"", False
        with archive.open(entry) as stream:
            while piece := stream.read(PIECE):
                out += len(piece)
                self.add(len(piece), out, entry)
                if out == len(piece):
                    is_text = looks_like_text(piece)
                if is_text:
                    self.look(piece, tail)
                    tail = piece[-TRAILING:]
                    content += piece
        return content

    def add(self, more: int, out: int, entry: zipfile.ZipInfo) -> None:
        self.total += more
        if self.total > self.most or (out > RATIO_FROM and out > self.ratio * max(entry.compress_size, 1)):
            raise too_large()

    def look(self, piece: bytes, tail: bytes) -> None:
        """Refuse entities (a few letters may stand for gigabytes), other encodings and too many cells."""
        text = tail + piece
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise Refused(TOO_LARGE, _("文件里有实体定义，可能被人改动过，没有读取。") + _(SAVE_AS))
        self.cells += piece.count(b"<c ") + piece.count(b":c ")
        self.filled += piece.count(b"</v>") + piece.count(b":v>") // 2
        if self.cells > 3 * MAX_CELLS or self.filled > MAX_CELLS:
            raise too_large()

    def total_ratio(self, size: int) -> None:
        if self.total > RATIO_FROM and self.total > self.ratio * size:
            raise too_large()


def looks_like_text(piece: bytes) -> bool:
    """Return whether a part is XML; an archive within the archive is refused."""
    if piece.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Refused(TOO_LARGE, _("工作簿里还夹带了压缩包。请删去插入的附件，只留表格，再导入。"))
    if piece.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        raise Refused(NOT_A_WORKBOOK, _("表格的编码不是 UTF-8。") + _(SAVE_AS))
    return piece.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def too_large() -> Refused:
    return Refused(TOO_LARGE, _("解压后太大，不像一份名册。请新建工作簿，只粘贴名册的数据，再导入。"))


def column_number(letters: bytes) -> int:
    """Return the place of a column, A = 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def layout_of(part: bytearray) -> Layout:
    """Return what a sheet's XML says of hidden rows and merged cells; Refused if its grid passes the limits."""
    if is_plain(part):
        return Layout()
    grid = Grid()
    for match in TAG.finditer(part):
        tag, attributes = match.groups()
        if b"&" in attributes:
            raise Refused(NOT_A_WORKBOOK, _("文件已损坏，打不开。") + _(SAVE_AS))
        if tag == b"c":
            grid.cell(attributes)
        elif tag == b"row":
            grid.row(attributes)
        else:
            grid.merge(attributes)
    grid.judge()
    return Layout(frozenset(grid.hidden), tuple(grid.merged))


def is_plain(part: bytearray) -> bool:
    """Return whether a sheet is written as Excel and WPS write it, well inside the limits, nothing hidden or merged.

    Nearly every roster is, and then nothing more has to be known about its layout.
    """
    if any(word in part for word in (b"hidden", b"mergeCell", b":sheetData", b":c", b":row")):
        return False
    columns, rows, numbers = CELL_COLUMN.findall(part), CELL_ROW.findall(part), PLAIN_ROW.findall(part)
    table = part.find(b"<sheetData"), part.rfind(b"</sheetData")  # within it <c begins a cell and nothing else
    if -1 in table or len(columns) != part.count(b"<c", *table) or len(numbers) != part.count(b"<row", *table):
        return False
    grid = Grid()
    grid.filled, grid.last_column = len(columns), max(map(column_number, set(columns)), default=0) + 1
    grid.last_row = max(map(int, {*rows, *numbers}), default=0)
    return grid.is_small()


class Grid:
    """How far a sheet reaches, by the places of its filled cells: a parser fills the whole rectangle in memory."""

    def __init__(self) -> None:
        self.rows, self.columns = settings.SHEET_LIMITS["rows"], settings.SHEET_LIMITS["columns"]
        self.at_row, self.at_column, self.last_row, self.last_column = 0, 0, 0, 0
        self.filled = 0
        self.hidden: list[int] = []
        self.merged: list[tuple[int, int, int]] = []

    def row(self, attributes: bytes) -> None:
        number = ROW_NUMBER.search(attributes)
        self.at_row, self.at_column = int(number[1]) if number else self.at_row + 1, 0
        if b"hidden" in attributes and HIDDEN.search(attributes):
            self.hidden.append(self.at_row - 1)

    def cell(self, attributes: bytes) -> None:
        place = REFERENCE.search(attributes)
        if place:
            self.at_row, self.at_column = int(place[2]), column_number(place[1]) + 1
        else:
            self.at_column += 1
        if attributes.endswith(b"/"):
            return  # only a format, no value
        self.filled += 1
        self.last_row = max(self.last_row, self.at_row)
        self.last_column = max(self.last_column, self.at_column)
        if self.filled > MAX_CELLS or self.last_column > self.columns or self.last_row > self.rows:
            self.judge()

    def merge(self, attributes: bytes) -> None:
        span = RANGE.search(attributes)
        if span and span[2] != span[4]:
            self.merged.append((int(span[2]) - 1, column_number(span[1]), int(span[4]) - 1))

    def is_small(self) -> bool:
        sides = self.last_column <= self.columns and self.last_row <= self.rows
        return sides and self.filled <= MAX_CELLS and self.last_row * self.last_column <= 2 * MAX_CELLS

    def judge(self) -> None:
        """Refuse too many rows, columns or cells."""
        if self.last_column > self.columns:
            words = _("超过 %(n)s 列。请删去名册以外的列，再导入。")
            raise Refused(TOO_LARGE, words % {"n": self.columns})
        if self.last_row > self.rows:
            words = _("超过 %(n)s 行。请删去名册以外的行，或分几次导入。")
            raise Refused(TOO_LARGE, words % {"n": self.rows})
        if self.filled > MAX_CELLS or self.last_row * self.last_column > 2 * MAX_CELLS:
            raise too_large()


def check_text(strings: bytearray, sheets: list[bytearray]) -> None:
    """Refuse few long strings that are repeated into gigabytes: each use of one is a copy for the parser."""
    lengths = [len(match[1] or b"") for match in STRING.finditer(strings)]
    used = sum(sheet.count(b'"s"') + sheet.count(b"'s'") for sheet in sheets)  # at the most
    if max(lengths, default=0) * used <= MAX_TEXT:
        return
    total = 0
    for sheet in sheets:
        for match in SHARED_VALUE.finditer(sheet):
            total += lengths[int(match[1])] if int(match[1]) < len(lengths) else 0
            if total > MAX_TEXT:
                raise too_large()
