"""How the portal is: what runs, what waits, what failed. Numbers and states only, no names."""

import datetime as dt
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub import __version__
from carehub.audit.models import Action, AuditEvent, AuditSeal
from carehub.management.commands import doctor
from carehub.reminders.models import OutboxMessage, Pulse
from carehub.reports.models import Inspection
from members.models import RosterImport


@dataclass(frozen=True)
class Fact:
    """One line of the page. `trouble` says what to do, empty when all is well."""

    what: str
    words: str
    trouble: str = ""


@dataclass(frozen=True)
class Queue:
    """One kind of background work by state."""

    title: str
    states: list[tuple[str, int, bool]]  # (word, how many, is it a failure)

    @property
    def failed(self) -> int:
        return sum(n for _word, n, is_failure in self.states if is_failure)


def checks() -> list[doctor.Finding]:
    """Return the lines of manage.py doctor."""
    return list(doctor.examine())


def pulses() -> Iterator[Fact]:
    """Yield when the sweep and the pick-up last ended: the second one ticks twice a minute while a worker lives."""
    known = dict(Pulse.objects.values_list("name", "ended_at"))
    quiet = {"sweep": dt.timedelta(seconds=2 * settings.SWEEP_SECONDS + 600), "pick-up": dt.timedelta(minutes=5)}
    titles = {"sweep": _("全面检查（提醒、补发）"), "pick-up": _("后台任务")}
    for name, title in titles.items():
        at = known.get(name)
        if at is None:
            yield Fact(title, _("还没有办过"), _("请看后台任务和定时器是否启动。"))
        else:
            late = timezone.now() - at > quiet[name]
            yield Fact(title, moment(at), _("好一阵没有动静。请看后台任务和定时器是否还在运行。") if late else "")


def moment(at: dt.datetime | None) -> str:
    """Return 2026年11月23日 10:00 in the school's time."""
    return f"{timezone.localtime(at):%Y年%-m月%-d日 %H:%M}" if at else _("没有")


def queues() -> list[Queue]:
    """Return what waits and what failed, by kind: one query a kind."""
    return [
        _queue(_("名册导入"), RosterImport, {"failed"}),
        _queue(_("督查工作簿"), Inspection, {"failed"}),
        _queue(_("待发邮件"), OutboxMessage, {"failed"}),
    ]


def _queue(title: str, model: Any, failures: set[str]) -> Queue:
    counted = dict(model.objects.order_by().values_list("state").annotate(n=Count("pk")))
    states = [(str(state.label), counted.get(state.value, 0), state.value in failures) for state in model.State]
    return Queue(title, states)


def versions() -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        engine = str(cursor.fetchone()[0]).split(" on ")[0]
    words = engine if connection.vendor == "postgresql" else f"SQLite {engine}"
    return [
        Fact(_("平台"), __version__),
        Fact(_("数据库"), words),
        Fact("Django", django.get_version()),
        Fact("Python", platform.python_version()),
    ]


def storage() -> list[Fact]:
    """Return the room that is left, and the size of the database."""
    usage = shutil.disk_usage(settings.STATE_DIR)
    low = usage.free < usage.total // 10
    left = _("剩 %(free)s，共 %(total)s") % {"free": size_words(usage.free), "total": size_words(usage.total)}
    return [
        Fact(_("数据目录所在的盘"), left, _("不到一成，请清理或扩容。") if low else ""),
        Fact(_("数据库大小"), size_words(database_bytes())),
    ]


def database_bytes() -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    path = Path(str(connection.settings_dict["NAME"]))
    return path.stat().st_size if path.is_file() else 0


def size_words(n: float) -> str:
    """Return 1.5 GB."""
    for unit in ("B", "kB", "MB"):
        if n < 1024:
            return f"{n:.0f} {unit}"
        n /= 1024
    return f"{n:.1f} GB"


def safety() -> list[Fact]:
    """Return the last backup and the last seal of the audit trail."""
    backups = AuditEvent.objects.filter(action=Action.BACKUP, detail__what="backup", detail__step="done")
    backup = backups.order_by("-pk").values_list("at", flat=True).first()
    seal = AuditSeal.objects.order_by("-number").values_list("at", flat=True).first()
    old = backup is None or timezone.now() - backup > dt.timedelta(days=2)
    remedy = _("请安排每天运行 manage.py backup，并拷到另一台机器。")
    return [
        Fact(_("最近一次备份"), moment(backup), remedy if old else ""),
        Fact(_("最近一次封存审计记录"), moment(seal)),
    ]
