"""Eight kinds of bombs: small files that would fill a parser's memory."""

import io
import zipfile

from tests.imports.making import person, roster

CELLS = b'<c r="A1"><v>1</v></c>'
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def base() -> dict[str, bytes]:
    """Return the parts of a good workbook."""
    with zipfile.ZipFile(io.BytesIO(roster(person(1)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_sheet(content: bytes) -> bytes:
    return packed(base() | {"xl/worksheets/sheet1.xml": SHEET % content})


def zeros() -> bytes:
    """A part of nothing that unpacks a thousandfold."""
    return packed(base() | {"xl/media/image1.png": bytes(300 * 2**20)})


def nested() -> bytes:
    """An archive within the archive."""
    return packed(base() | {"xl/embeddings/inner.xlsx": zeros()})


def huge_grid() -> bytes:
    """Two cells at the far ends: a parser fills everything between them."""
    return with_sheet(b'<row r="1">' + CELLS + b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def many_entries() -> bytes:
    return packed(base() | {f"xl/media/{n}.xml": b"<a/>" for n in range(5000)})


def shared_strings() -> bytes:
    """A few long strings, used over and over."""
    long = b"".join(b"<si><t>%032000d</t></si>" % n for n in range(20))
    used = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (n, n, n % 20) for n in range(1, 40_000))
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + long + b"</sst>"
    return packed(base() | {"xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": SHEET % used})


def laughs() -> bytes:
    """Entities that stand for entities."""
    lines = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    head = b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">' + lines + b"]>"
    return packed(base() | {"xl/sharedStrings.xml": head + b"<sst><si><t>&l9;</t></si></sst>"})


def many_columns() -> bytes:
    row = b"".join(b"<c><v>%d</v></c>" % n for n in range(16_000))
    return with_sheet(b'<row r="1">' + row + b"</row>")


def many_cells() -> bytes:
    """More filled cells than any roster has, in small rows."""
    cells = b"".join(b"<c><v>%d</v></c>" % n for n in range(60))
    return with_sheet(b"".join(b'<row r="%d">%s</row>' % (n, cells) for n in range(1, 45_000)))


BOMBS = (zeros, nested, huge_grid, many_entries, shared_strings, laughs, many_columns, many_cells)
