"""manage.py restore DIR: a backup put back, and compared with what its manifest says."""

import os
import subprocess  # nosec B404 # this very program, never a shell
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from carehub.survival.failing import Failed
from carehub.survival.manifest import Manifest
from carehub.survival.restoring import Line, restore


class Command(BaseCommand):
    help = "恢复一份备份：先核对备份，再写入数据库和文件，最后逐表比对；有任何不同时退出码为 1"
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="备份目录", help="含 manifest.json 的目录")
        parser.add_argument("--into", metavar="DATABASE_URL", help="恢复到另一个数据库（演练），不动现在的")
        parser.add_argument("--state", type=Path, metavar="目录", help="与 --into 合用：文件放到哪里；不写则只核对文件")
        parser.add_argument("--replace", action="store_true", help="替换现有的全部数据和文件")
        parser.add_argument("--without-keys", action="store_true", help="密钥已丢失：恢复其余内容，加密的内容打不开")
        parser.add_argument("--no-files", action="store_true", help="只恢复数据库，不放回文件")

    def handle(self, *args: Any, folder: Path, into: str | None, **options: Any) -> None:
        if into:
            raise SystemExit(elsewhere(folder, into, options))
        try:
            lines = restore(
                folder,
                replace=options["replace"],
                without_keys=options["without_keys"],
                files=not options["no_files"],
            )
            manifest = Manifest.read(folder)
        except Failed as trouble:
            raise CommandError(str(trouble)) from trouble
        self.tell(lines, manifest, without_keys=options["without_keys"])

    def tell(self, lines: list[Line], manifest: Manifest, *, without_keys: bool) -> None:
        """Print the comparison as a table, and fail if anything differs."""
        width = max(len(line.what) for line in lines)
        for line in lines:
            mark = "✓" if line.is_same else "✗"
            found = "" if line.is_same else f"　恢复后：{line.found}"
            self.stdout.write(f"{mark} {line.what.ljust(width)}  {line.wanted}{found}")
        if without_keys and (wrong := manifest.wrong_keys()):
            self.stdout.write(f"{'、'.join(wrong)} 与备份时的不同：加密的内容打不开，其余内容已恢复。")
        self.stdout.write("登录状态不在备份里：所有人须重新登录。")
        if different := [line for line in lines if not line.is_same]:
            raise CommandError(f"有 {len(different)} 项与备份不同，请不要投入使用。")
        self.stdout.write(f"{manifest.made_at[:19]} 的备份已恢复，与清单完全相同。")


def elsewhere(folder: Path, into: str, options: dict[str, Any]) -> int:
    """Restore with other settings, in a process of its own; the present database is not touched."""
    words = [name for name in ("replace", "without_keys") if options[name]]
    command = [sys.argv[0], "restore", str(folder), *(f"--{name.replace('_', '-')}" for name in words)]
    environ = {**os.environ, "DATABASE_URL": into}
    if options["state"]:
        environ["CAREHUB_STATE_DIR"] = str(options["state"].resolve())
    else:
        command.append("--no-files")
    return subprocess.run([sys.executable, *command], env=environ, check=False).returncode  # nosec B603 # our own words
