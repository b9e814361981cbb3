"""What a monitor asks: does the database answer, does the doorbell, and how long has work been waiting.

503 says "send nobody here" and is for the database only: without the doorbell people still read and record,
and the sweep finds what waits. Such a state is told as "degraded".
"""

import datetime as dt
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from carehub.access.guards import open_to_all
from carehub.reminders.models import OutboxMessage
from carehub.reports.models import Inspection
from members.models import RosterImport

# Work that waits longer than this has nobody who does it.
TOO_LONG = dt.timedelta(minutes=15)


@open_to_all(because="a monitor has no account; the answer tells states and seconds, nothing of anybody")
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with the state of each part, 503 when the database does not answer."""
    state = examine()
    return JsonResponse(state, status=503 if state["database"] != "ok" else 200)


def examine() -> dict[str, Any]:
    """Return the state of the database, the doorbell and the waiting work."""
    state: dict[str, Any] = {"status": "ok", "database": "ok", "doorbell": doorbell(), "oldest_waiting_seconds": None}
    try:
        waiting = oldest_waiting(timezone.now())
    except DatabaseError:
        connection.close()
        return state | {"status": "down", "database": "down"}
    state["oldest_waiting_seconds"] = round(waiting.total_seconds())
    if state["doorbell"] != "ok" or waiting > TOO_LONG:
        state["status"] = "degraded"
    return state


def doorbell() -> str:
    """Return ok if a ring would be heard: Redis answers, or the folder of the embedded doorbell takes files."""
    if not settings.REDIS_URL:
        folder = Path(settings.STATE_DIR)
        return "ok" if folder.is_dir() and _takes_files(folder) else "down"
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"


def _takes_files(folder: Path) -> bool:
    probe = folder / ".healthz"
    try:
        probe.touch()
    except OSError:
        return False
    return True


def oldest_waiting(now: dt.datetime) -> dt.timedelta:
    """Return for how long the oldest piece of work that could be done now has been waiting."""
    uploads, builds = RosterImport.objects, Inspection.objects.filter(state=Inspection.State.WAITING)
    abandoned = uploads.filter(
        state__in=[RosterImport.State.READING, RosterImport.State.COMMITTING], lease_until_at__lt=now
    )
    since = [
        uploads.filter(state=RosterImport.State.WAITING).order_by("uploaded_at").values_list("uploaded_at", flat=True),
        abandoned.order_by("lease_until_at").values_list("lease_until_at", flat=True),
        builds.order_by("created_at").values_list("created_at", flat=True),
        Inspection.objects.to_build(now)
        .exclude(lease_until_at=None)
        .order_by("lease_until_at")
        .values_list("lease_until_at", flat=True),
        OutboxMessage.objects.due(now).order_by("next_try_at").values_list("next_try_at", flat=True),
    ]
    first = [moment for rows in since if (moment := rows.first())]
    return max(now - min(first), dt.timedelta()) if first else dt.timedelta()
