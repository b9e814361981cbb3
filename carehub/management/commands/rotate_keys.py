"""manage.py rotate_keys [--check]: seal everything under the newest of FIELD_KEYS, so that an old key can go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.resealing import keys_in_use, reseal, sealed_columns
from carehub.sealing import SealBroken, newest_key


class Command(BaseCommand):
    help = "把加密字段全部换到 FIELD_KEYS 的第一个密钥下；中断后再运行即接着做。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只数一数还有多少值用着旧密钥；有则退出码为 1")
        parser.add_argument("--batch", type=int, default=0, help="每次读多少个值")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            return self.check_keys()
        done: dict[str, int] = {}
        try:
            for column in sealed_columns():
                done[column.label] = reseal(column, options["batch"])
                self.stdout.write(f"{column.label}: {done[column.label]}")
        except SealBroken as broken:
            raise CommandError(
                f"有的值现有密钥都打不开，没有改动它：请把当时的密钥补进 FIELD_KEYS。（{broken}）"
            ) from None
        finally:
            record(Action.CHANGE, what="rotate keys", key=newest_key(), values=sum(done.values()))
        self.stdout.write(f"共 {sum(done.values())} 个值换到了密钥 {newest_key()}。")
        return None

    def check_keys(self) -> None:
        """Print how many values each key holds; exit 1 while one but the newest is needed."""
        old = 0
        for column in sealed_columns():
            for name, count in sorted(keys_in_use(column).items()):
                self.stdout.write(f"{column.label}: {name or '早期'} {count}")
                old += count if name != newest_key() else 0
        if old:
            raise CommandError(f"还有 {old} 个值用着旧密钥：请运行 manage.py rotate_keys，再去掉旧密钥。")
        self.stdout.write("没有值用着旧密钥。")
