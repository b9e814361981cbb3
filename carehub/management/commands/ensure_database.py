"""manage.py ensure_database: on a machine for trying things out, make the database that DATABASE_URL names."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection


class Command(BaseCommand):
    help = "试用时：DATABASE_URL 指向的 PostgreSQL 库还没有，就建一个；正式环境不建库"
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql" or exists():
            return
        name = connection.settings_dict["NAME"]
        if settings.PRODUCTION:
            raise CommandError(f"没有名为 {name} 的数据库，请先建库。")
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} ENCODING 'UTF8' TEMPLATE template0")
        self.stdout.write(f"已建立数据库 {name}。")


def exists() -> bool:
    """Return whether the database is there; a server that does not answer is an error of its own."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        if "does not exist" in str(error) or "不存在" in str(error):
            return False
        raise CommandError("数据库没有应答，请检查 DATABASE_URL 和数据库服务。") from error
    return True
