"""Do everything that is due: what beat does every hour, by hand or from a timer where no worker runs."""

import datetime as dt
import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from carehub.calendar import today
from carehub.reminders.actions import note_pulse
from carehub.reports import building
from carehub.sweep import sweep
from members.importing import batch

COUNTS = (
    "reminders",
    "digests",
    "mails",
    "mails_sent",
    "mails_put_off",
    "mails_failed",
    "imports",
    "inspections",
    "erased",
    "backups",
)


class Command(BaseCommand):
    help = "办理到期的事：写提醒、发邮件、核对和写入等待中的名册、生成等待中的工作簿；可以随时重复运行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on", type=dt.date.fromisoformat, default=None, help="按哪一天办理（默认今天）：2026-11-23"
        )

    def handle(self, *args: Any, on: dt.date | None, **options: Any) -> None:
        day = on or today()
        counts = sweep(on=day)
        note_pulse("sweep")
        counts.update(finish_waiting())
        self.stdout.write(json.dumps({"on": str(day), **{name: counts[name] for name in COUNTS}}))


def finish_waiting() -> Counter[str]:
    """Do here and now what waits for a worker."""
    steps = {batch.READ: batch.read_import, batch.COMMIT: batch.commit_import}
    return Counter(
        imports=sum(steps[task](number) for task, number in batch.waiting_imports()),
        inspections=sum(building.build(number) for number in building.waiting()),
    )
