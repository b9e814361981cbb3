"""Hardship ledgers as a branch keeps them in Excel, brought in as the wizard does it."""

from typing import Any

from django.test import Client

from carehub.access.viewer import viewer_of
from members.importing.machine import Reading, importer_of, run
from members.models import Person, RosterImport
from tests.cast import School
from tests.hardship.making import ON
from tests.imports.making import workbook
from tests.imports.test_wizard import confirm, upload

HEAD = (
    "姓名", "身份证号", "困难类型", "困难程度", "困难原因", "具体情况", "健康状况", "收入来源", "家庭人均月收入（元）",
    "收入日期", "家庭人口", "低保", "优抚", "建国前老党员", "已享受的补助", "帮扶起", "帮扶止", "本人同意登记的日期",
)  # fmt: skip
SAID = (
    "生活困难、独居", "比较困难", "因病", "长期透析，花费大", "肾病", "退休金", "1,200", "2026-11-20", "2", "是", "否",
    "否", "学校补助一次", "2026-11-23", "", "2026-11-20",
)  # fmt: skip


def row(person: Person, **cells: Any) -> dict[str, Any]:
    """Return one line of a ledger; a keyword replaces a cell."""
    return dict(zip(HEAD, (person.name, person.number, *SAID), strict=True)) | cells


def blank(person: Person, **cells: Any) -> dict[str, Any]:
    """Return a line in which only these cells are filled."""
    return {"姓名": person.name, "身份证号": person.number} | cells


def ledger(*rows: dict[str, Any]) -> bytes:
    return workbook(rows, HEAD, above=[["困难党员台账"]])


def bring_in(school: School, key: str, *rows: dict[str, Any], dry_run: bool = False) -> Reading:
    """Read and write a ledger with the reach of somebody's office."""
    user = school.user(key)
    importer = importer_of("hardship", on=ON, reach=viewer_of(user).reach("hardship", "e"), by=user)
    return run(ledger(*rows), "台账.xlsx", importer, dry_run=dry_run)


def brought_in(client: Client, *rows: dict[str, Any]) -> RosterImport:
    """Upload and confirm a ledger in the browser."""
    batch = uploaded(client, *rows)
    confirm(client, batch.pk)
    batch.refresh_from_db()
    assert batch.state == RosterImport.State.DONE
    return batch


def uploaded(client: Client, *rows: dict[str, Any]) -> RosterImport:
    assert upload(client, ledger(*rows), kind="hardship", name="台账.xlsx").status_code == 302
    return RosterImport.objects.latest("pk")
