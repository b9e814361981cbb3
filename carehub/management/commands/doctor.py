"""manage.py doctor: what is configured, and what stands in the way of a good start. Exit code 1 if something does."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from carehub.health import doorbell
from carehub.management.commands.vendor_assets import missing


@dataclass(frozen=True)
class Finding:
    what: str
    state: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{'✗' if self.remedy else '✓'} {self.what}：{self.state}{'。' + self.remedy if self.remedy else ''}"


class Command(BaseCommand):
    help = "检查平台的配置和运行条件，逐项说明；有问题时退出码为 1"
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(examine())
        for finding in found:
            self.stdout.write(str(finding))
        wrong = sum(bool(finding.remedy) for finding in found)
        self.stdout.write(f"\n有 {wrong} 项需要处理。" if wrong else "\n没有发现问题。")
        if wrong:
            raise SystemExit(1)


def examine() -> Iterator[Finding]:
    """Yield one finding for each thing looked at, in the order in which they matter."""
    yield Finding(
        "运行方式",
        "正式环境，启动时的要求均已满足" if settings.PRODUCTION else "试用环境（密钥为公开的默认值时不可存放真实数据）",
    )
    yield keys()
    yield state_folder()
    yield from database()
    yield bell()
    yield assets()
    yield mail()


def keys() -> Finding:
    """Return whether the keys are the school's own."""
    own = settings.SECRET_KEY != settings.DEVELOPMENT_KEY and not settings.FIELD_KEYS[0].startswith("development-")
    return Finding("密钥", f"已设置，字段密钥 {len(settings.FIELD_KEYS)} 个" if own else "公开的默认值，仅供试用")


def state_folder() -> Finding:
    """Return whether the folder of the site's own state takes files."""
    folder = Path(settings.STATE_DIR)
    if folder.is_dir() and os.access(folder, os.W_OK):
        return Finding("数据目录", str(folder))
    return Finding("数据目录", f"{folder} 不能写入", "请改正目录的权限，或用 CAREHUB_STATE_DIR 另指一处。")


def database() -> Iterator[Finding]:
    """Yield whether the database answers, and whether its tables are those of this version."""
    name = f"{connection.vendor} {settings.DATABASES['default'].get('HOST') or ''}".strip()
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        yield Finding("数据库", f"{name} 没有应答（{type(error).__name__}）", "请检查 DATABASE_URL 和数据库服务。")
        return
    yield Finding("数据库", f"{name} 可用")
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    remedy = "请运行 manage.py migrate。" if pending else ""
    yield Finding("数据表", f"还有 {len(pending)} 步没有更新" if pending else "已是最新", remedy)


def bell() -> Finding:
    """Return whether background work can be rung for."""
    where = "Redis" if settings.REDIS_URL else "数据目录里的文件（单机）"
    if doorbell() == "ok":
        return Finding("后台任务的通知", f"{where} 可用，每 {settings.SWEEP_SECONDS} 秒另有一次全面检查")
    return Finding(
        "后台任务的通知", f"{where} 没有应答", "请检查 REDIS_URL 和 Redis 服务；到期的事不会丢，恢复后补办。"
    )


def assets() -> Finding:
    """Return whether the front-end files are there."""
    if names := missing():
        return Finding("前端文件", f"缺少 {'、'.join(names)}", "请运行 manage.py vendor_assets。")
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.STATIC_MANIFEST and not manifest.is_file():
        return Finding("前端文件", "尚未汇集", "请运行 manage.py collectstatic --noinput。")
    return Finding("前端文件", "齐全")


def mail() -> Finding:
    """Return where mail goes; a server is asked to open a connection."""
    if "smtp" not in settings.EMAIL_BACKEND:
        return Finding("邮件", f"不外发，写入 {settings.EMAIL_FILE_PATH}")
    try:
        with get_connection():
            return Finding("邮件", f"{settings.EMAIL_HOST} 可用")
    except OSError as error:
        return Finding("邮件", f"{settings.EMAIL_HOST} 没有应答（{type(error).__name__}）", "请检查 EMAIL_URL。")
