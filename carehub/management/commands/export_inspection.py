"""manage.py export_inspection: the month's inspection workbook as a file, the same as from the web."""

import datetime as dt
import json
import os
import re
import tempfile
import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from carehub.calendar import today
from carehub.reports.actions import hand_over, request_inspection
from carehub.reports.building import build
from carehub.reports.models import Inspection
from members.models import Organization

REFUSED, FAILED = 2, 1


class Command(BaseCommand):
    help = "生成一个月的督查工作簿并写成文件；0 已写好，1 没有生成，2 参数不对或文件写不了"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="2026-10")
        parser.add_argument("--organization", default="", help="党组织编码；不写为全校")
        parser.add_argument("--out", required=True, type=Path, help="写到哪个文件（.xlsx）")

    def handle(self, *args: Any, **options: Any) -> None:
        on = today()
        month_on, organization = month_of(options["month"], on), organization_of(options["organization"])
        out: Path = options["out"]
        if not out.parent.is_dir():
            raise CommandError(f"没有这个文件夹：{out.parent}", returncode=REFUSED)
        inspection = request_inspection(
            organization=organization, month_on=month_on, by=None, on=on, once_key=uuid.uuid4(), later=False
        )
        if not build(inspection.pk):
            raise CommandError("没有生成，原因见日志。没有写文件。", returncode=FAILED)
        inspection = Inspection.objects.select_related("organization").get(pk=inspection.pk)
        content, _event = hand_over(inspection=inspection, by=None)
        write_whole(out, content)
        told = {"file": str(out), "bytes": inspection.size, "sha256": inspection.sha256, **inspection.counts}
        self.stdout.write(json.dumps(told, ensure_ascii=False))


def month_of(text: str, on: dt.date) -> dt.date:
    """Return the first day of a month such as 2026-10 that has begun."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})", text.strip())
    if not match or not (1900 <= int(match[1]) <= 2999 and 1 <= int(match[2]) <= 12):
        raise CommandError(f"月份“{text}”无法识别，请写成 2026-10。", returncode=REFUSED)
    month_on = dt.date(int(match[1]), int(match[2]), 1)
    if month_on > on:
        raise CommandError(f"{text} 还没有开始。", returncode=REFUSED)
    return month_on


def organization_of(code: str) -> Organization:
    """Return the organisation with a code, the school's committee without one."""
    wanted = Organization.objects.filter(code=code) if code else Organization.objects.filter(parent=None)
    found = wanted.exclude(kind=Organization.Kind.GROUP).first()
    if found is None:
        why = f"没有编码为“{code}”的党组织（党小组并入支部）。" if code else "还没有导入党组织。"
        raise CommandError(why, returncode=REFUSED)
    return found


def write_whole(out: Path, content: bytes) -> None:
    """Write the file in full or not at all: under another name first, then renamed."""
    try:
        handle, part = tempfile.mkstemp(dir=out.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, out)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as trouble:
        raise CommandError(f"文件写不了：{trouble.strerror}", returncode=REFUSED) from trouble
