"""What every import command does: read a file, write it, say what happened."""

import datetime as dt
import json
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from carehub.calendar import today
from members.importing.machine import importer_of, run

REFUSED = 2


class ImportCommand(BaseCommand):
    """Read FILE.xlsx. Exit status 0: it was read (rows may be rejected); 2: it was refused, one line says why."""

    kind: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.xlsx")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="把核对结果写成 JSON")
        parser.add_argument("--on", type=dt.date.fromisoformat, default=None, metavar="DATE", help="导入日期，默认今天")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            data = file.read_bytes()
        except OSError as trouble:
            raise CommandError(f"文件读不了：{file.name}：{trouble.strerror}", returncode=REFUSED) from trouble
        check_writable(options["report"])
        importer = importer_of(self.kind, on=options["on"] or today())
        reading = run(data, file.name, importer, dry_run=options["dry_run"])
        if options["report"]:
            options["report"].write_text(json.dumps(reading.report, ensure_ascii=False, indent=1), "utf-8")
        if reading.refused:
            raise CommandError(f"{reading.refused.code}：{reading.refused.message}", returncode=REFUSED)
        self.tell(reading.report, dry_run=options["dry_run"])

    def tell(self, report: dict[str, Any], *, dry_run: bool) -> None:
        """Say the counts, and every finding on a line of its own."""
        for finding in report["findings"]:
            words = "第 {row} 行 {column}：{message} [{level} {code}] {value}".format(**finding)
            self.stdout.write(" ".join(words.split()))
        counts = "{rows} 行：新增 {new}，变更 {changed}，不变 {unchanged}，未采用 {rejected}".format(**report)
        missing = f"；名册中缺失 {len(report['missing'])} 人，待核实" if report["missing"] else ""
        self.stdout.write(counts + missing + ("。只核对，没有写入。" if dry_run else "。"))


def check_writable(report: Path | None) -> None:
    """Refuse before anything is imported when the report could not be written afterwards."""
    try:
        if report:
            report.open("a").close()
    except OSError as trouble:
        raise CommandError(f"报告写不了：{report}：{trouble.strerror}", returncode=REFUSED) from trouble
