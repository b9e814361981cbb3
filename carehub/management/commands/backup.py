"""manage.py backup DIR: a whole backup, made while everybody works."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from carehub.survival.backups import back_up, size_of
from carehub.survival.failing import Failed
from carehub.survival.manifest import Manifest

KEYS = (
    "密钥（SECRET_KEY、FIELD_KEYS、FIELD_HASH_KEY、AUDIT_KEYS）不在备份里，请另外保管："
    "没有它们，恢复后打不开加密的内容，也无法核对审计记录。"
)


class Command(BaseCommand):
    help = "备份数据库和文件到一个新的子目录，平台不必停止；附带清单，恢复时逐项核对"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="目录", help="备份放在哪里，最好是另一台机器的磁盘")
        parser.add_argument("--keep", type=positive, default=None, metavar="份数", help="只留最新的几份")

    def handle(self, *args: Any, folder: Path, keep: int | None, **options: Any) -> None:
        try:
            made = back_up(folder, keep=keep)
        except Failed as trouble:
            raise CommandError(str(trouble)) from trouble
        manifest = Manifest.read(made)
        rows = sum(found.rows for _table, found in manifest.rows())
        size = size_of(made) / 2**20
        self.stdout.write(
            f"已备份到 {made}：{len(manifest.tables)} 张表、{rows} 行，{len(manifest.files)} 个文件，{size:.1f} MB。"
        )
        self.stdout.write(KEYS)


def positive(text: str) -> int:
    """Return a number of at least one."""
    if not text.isdigit() or int(text) < 1:
        raise ValueError(text)
    return int(text)
