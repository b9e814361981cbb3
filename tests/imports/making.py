"""Workbooks for tests, made with openpyxl as a clerk's Excel would save them."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

from members.identity import check_digit
from members.importing.machine import Reading, importer_of, run

ON = dt.date(2026, 11, 23)
ROSTER = (
    "姓名",
    "公民身份号码",
    "所在党支部",
    "人员类别",
    "入党日期",
    "转正日期",
    "性别",
    "出生日期",
    "民族",
    "学历",
    "手机号",
    "工作岗位",
)


def id_of(n: int, *, born: str = "19900307", sex: int = 1) -> str:
    """Return a valid ID number of an impossible region; `sex` 1 is a man's."""
    body = f"9901{n // 500 % 90 + 10:02d}{born}{n % 500 * 2 + sex:03d}"
    return body + check_digit(body)


def person(n: int = 1, **cells: Any) -> dict[str, Any]:
    """Return a row without any fault; a keyword replaces or adds a cell."""
    row = {
        "姓名": f"张{chr(0x4E00 + n % 5000)}{chr(0x5200 + n // 5000)}",
        "公民身份号码": id_of(n),
        "所在党支部": "外国语学院教工第一党支部",
        "人员类别": "正式党员",
        "入党日期": "2012-06-20",
        "转正日期": "2013-06-20",
        "性别": "男",
        "出生日期": "1990-03-07",
        "民族": "汉族",
        "学历": "大学本科",
        "手机号": f"138{n:08d}",
        "工作岗位": "事业单位专业技术人员",
    }
    return row | cells


def workbook(
    rows: Iterable[Mapping[str, Any] | list[Any]],
    columns: Iterable[str] = ROSTER,
    *,
    above: Iterable[list[Any]] = (),
    hidden: Iterable[int] = (),
    merged: Iterable[str] = (),
    mac_epoch: bool = False,
    header: Mapping[str, str] | None = None,
    sheets_before: int = 0,
    save: bool = True,
) -> bytes:
    """Return a workbook; `header` spells columns in another way."""
    book = openpyxl.Workbook()
    sheet = book.active
    for _n in range(sheets_before):
        sheet = book.create_sheet()
    if mac_epoch:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    columns = list(columns)
    for line in above:
        sheet.append(line)
    sheet.append([(header or {}).get(name, name) for name in columns])
    for row in rows:
        sheet.append([row.get(name) for name in columns] if isinstance(row, Mapping) else row)
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    for span in merged:
        sheet.merge_cells(span)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def roster(*rows: Mapping[str, Any], extra: Iterable[str] = (), **options: Any) -> bytes:
    return workbook(rows, [*ROSTER, *extra], **options)


def bring(data: bytes, kind: str = "roster", *, on: dt.date = ON, dry_run: bool = False, **options: Any) -> Reading:
    """Import a workbook as the command does."""
    return run(data, "名册.xlsx", importer_of(kind, on=on, **options), dry_run=dry_run)


def codes(reading: Reading) -> list[str]:
    return sorted(finding["code"] for finding in reading.report["findings"])


def counts(reading: Reading) -> tuple[int, int, int, int]:
    return tuple(reading.report[key] for key in ("new", "changed", "unchanged", "rejected"))


def saved(folder: Path, data: bytes, name: str = "名册.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
