"""The clerk's workbooks for the browser test, as files on disk."""

from pathlib import Path

from openpyxl import Workbook

from tests.cast import id_number_of

ROSTER = ("序号", "姓名", "公民身份号码", "性别", "人员类别", "所在党支部", "入党日期", "转正日期", "手机号码", "工号")
NEWCOMERS = ("欧阳怀瑾", "迪丽努尔·买买提", "范若曦")


def roster(path: Path, branch: str) -> Path:
    """Write a roster of three newcomers of a branch, under a title row as the national system prints it."""
    book = Workbook()
    sheet = book.active
    sheet.append(["中国共产党党员名册"])
    sheet.append(ROSTER)
    for n, name in enumerate(NEWCOMERS):
        number = id_number_of(900 + n)
        sex = "男" if int(number[16]) % 2 else "女"
        day = f"2012.07.0{n + 1}"
        sheet.append(
            [n + 1, name, number, sex, "正式党员", branch, day, f"2013.07.0{n + 1}", "13800001234", f"2026{n:04d}"]
        )
    sheet.append(["合计", 3])
    book.save(path)
    return path
