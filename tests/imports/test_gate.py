"""What is no workbook of sane size is refused before a parser sees it, fast and in little memory (X5)."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from carehub.sheets.gate import PIECE, Refused, check
from carehub.sheets.reading import look_at
from tests.imports.bombs import BOMBS, base, packed, with_sheet
from tests.imports.making import bring, codes, counts, person, roster

NAMESPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MEASURE = """
import json, re, sys, time
import django
django.setup()
from carehub.sheets.gate import Refused, check
from carehub.sheets.reading import look_at
data = open(sys.argv[1], "rb").read()
begun, code = time.process_time(), ""
try:
    look_at(check(data))
except Refused as refused:
    code = refused.code
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps({"code": code, "seconds": time.process_time() - begun, "mb": peak}))
"""


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_a_bomb_is_refused_in_two_seconds_and_200_mb(bomb, tmp_path: Path) -> None:
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(bomb())
    command = [sys.executable, "-c", MEASURE, str(file)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert told["code"] == "too-large", told
    assert told["seconds"] < 2, told
    assert told["mb"] < 200, told


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as trouble:
        look_at(check(data))
    assert "另存为" in trouble.value.message or trouble.value.code != "not-a-workbook"
    return trouble.value.code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
        "姓名,身份证号\n张三,1\n".encode("gb18030"),
        b"<html><table><tr><td>1</td></tr></table></html>",
        b'<?xml version="1.0"?><Workbook/>',
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        roster()[:2000],
        packed({"content.xml": b"<office/>"}),
        packed({"xl/workbook.bin": b"x"}),
        packed(base() | {"xl/workbook.xml": b"<workbook"}),
        packed(base() | {"xl/worksheets/sheet1.xml": '<?xml version="1.0"?><sheetData/>'.encode("utf-16")}),
    ],
    ids=["empty", "xls", "csv", "html", "xml", "png", "cut", "ods", "xlsb", "broken", "utf-16"],
)
def test_what_is_no_workbook_is_named_with_the_way_out(data: bytes) -> None:
    assert refused(data) == "not-a-workbook"


def test_a_password_is_named() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert refused(ole) == "encrypted"


def test_the_limits_are_settings(settings) -> None:
    data = roster(person(1), person(2))
    settings.SHEET_LIMITS = settings.SHEET_LIMITS | {"bytes": len(data) - 1}
    assert refused(data) == "too-large"
    settings.SHEET_LIMITS = settings.SHEET_LIMITS | {"bytes": 2**20, "rows": 2}
    assert refused(data) == "too-large"


def test_sheets_hidden_under_another_name_are_measured_too() -> None:
    parts = base()
    parts["xl/data.bin"] = parts.pop("xl/worksheets/sheet1.xml").replace(b'r="A1"', b"r='XFD1048576'")
    assert refused(packed(parts)) == "too-large"


@pytest.mark.parametrize("space", [b"\t", b"\n", b"\r", b"  "])
def test_a_cell_far_away_is_measured_whatever_parts_its_tag(space: bytes) -> None:
    far = b'<row%sr="1048576"><c%sr="XFD1048576"><v>1</v></c></row></sheetData>' % (space, space)
    parts = base()
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    assert refused(packed(parts)) == "too-large"


@pytest.mark.parametrize("beside", [b"", b"<!-- <sheetData></sheetData> -->"])
def test_a_cell_far_away_is_measured_in_a_table_with_a_prefix(beside: bytes) -> None:
    near = b'<worksheet xmlns="%(ns)s" xmlns:x="%(ns)s"><x:sheetData>' % {b"ns": NAMESPACE}
    far = near + b'<row\tr="1048576"><c\tr="XFD1048576"><v>1</v></c></row></x:sheetData>' + beside + b"</worksheet>"
    assert refused(packed(base() | {"xl/worksheets/sheet1.xml": far})) == "too-large"


def test_a_document_type_is_seen_where_two_pieces_meet() -> None:
    head = b"<?xml version='1.0'?>"
    strings = head + b" " * (PIECE - len(head) - 5) + b"<!DOCTYPE sst SYSTEM 'a'><sst/>"
    assert refused(packed(base() | {"xl/sharedStrings.xml": strings})) == "too-large"


def test_formats_far_below_the_table_do_no_harm(school) -> None:
    parts = base()
    sheet = parts["xl/worksheets/sheet1.xml"]
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", far)
    reading = bring(packed(parts))
    assert (codes(reading), counts(reading)) == ([], (1, 0, 0, 0))


def test_a_broken_checksum_in_the_archive_is_a_damaged_file() -> None:
    data = bytearray(roster(person(1)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    data[info.header_offset + 120] ^= 0xFF
    assert refused(bytes(data)) == "not-a-workbook"


def test_a_good_workbook_passes_the_gate() -> None:
    assert look_at(check(with_sheet(b'<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>')))
