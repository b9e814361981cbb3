"""manage.py erase_departed: what the hourly sweep does, by hand and for a day of choice."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from carehub.calendar import today
from carehub.duties.settings import ERASE_AFTER, Settings
from carehub.survival.erasure import erase_departed


class Command(BaseCommand):
    help = "清除离校、出党、去世满规定月数的人的敏感信息；没有规定月数时什么也不清除；可以重复运行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=dt.date.fromisoformat, default=None, help="按哪一天办理（默认今天）：2026-11-23"
        )
        parser.add_argument("--dry-run", action="store_true", help="只数一数，不清除")

    def handle(self, *args: Any, on: dt.date | None, dry_run: bool, **options: Any) -> None:
        day = on or today()
        if not Settings(day)[ERASE_AFTER]:
            self.stdout.write("没有规定月数，什么也不清除。需要时请在“规则”里登记。")
            return
        counts = erase_departed(on=day, dry_run=dry_run)
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        said = "会清除" if dry_run else "已清除"
        self.stdout.write(f"{said} {counts.total()} 行。" if counts else "没有到期的。")
