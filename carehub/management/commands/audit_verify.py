"""Prove that the audit trail is as it was written; exit code 1 if it is not."""

import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from carehub.audit.verifying import Report, verify


def noted(text: str) -> tuple[int, str]:
    """Return the number and digest of a seal such as 12:ab…."""
    match = re.fullmatch(r"\s*(\d{1,18})[:：]([0-9A-Fa-f]{64})\s*", text)
    if not match:
        raise ArgumentTypeError("请写成 封条号:摘要（64 位十六进制），照核对时打印的抄。")
    return int(match[1]), match[2].lower()


class Command(BaseCommand):
    help = "核对审计记录：有没有被改、被删、被添、被调换；不符时逐条列出，退出码为 1"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.add_argument(
            "--seal", type=noted, default=None, metavar="封条号:摘要", help="以前记下的封条：证明到那时为止的记录都还在"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(noted=options["seal"])
        self.stdout.write(as_json(report) if options["json"] else "\n".join(lines_of(report)))
        if report.wrong:
            raise SystemExit(1)


def as_json(report: Report) -> str:
    latest = report.latest and {
        "number": report.latest.number,
        "digest": report.latest.digest,
        "at": report.latest.at.isoformat(),
    }
    told = {
        "ok": not report.wrong,
        "rows": report.rows,
        "sealed": report.sealed,
        "open": report.open,
        "seals": report.seals,
        "latest": latest,
        "wrong": report.wrong,
        "findings": [asdict(finding) for finding in report.findings],
    }
    return json.dumps(told, ensure_ascii=False)


def lines_of(report: Report) -> list[str]:
    """Return the report as people read it."""
    lines = [f"✗ {finding.words}" for finding in report.findings]
    if report.wrong > len(report.findings):
        lines.append(f"……另有 {report.wrong - len(report.findings)} 处，未逐条列出")
    lines.append(
        f"核对了 {report.rows} 行，其中已封存 {report.sealed} 行、{report.seals} 张封条，未封存 {report.open} 行"
    )
    if report.latest:
        at = timezone.localtime(report.latest.at)
        lines.append(f"最新的封条（{at:%Y-%m-%d %H:%M}），请抄下保存在别处，以后用 --seal 核对：")
        lines.append(str(report.latest))
    lines.append(f"有 {report.wrong} 处不符" if report.wrong else "没有发现改动")
    return lines
