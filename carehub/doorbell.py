"""Rings for background work. Due work lives in tables, a ring carries ids only; a lost one costs minutes, no data."""

import logging

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)


def ring(task: str, *ids: int) -> None:
    """Ask a worker to run a task of carehub/tasks.py once the transaction has committed."""
    transaction.on_commit(lambda: _send(task, ids))


def _send(task: str, ids: tuple[int, ...]) -> None:
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        current_app.loader.import_default_modules()
        current_app.tasks[task].apply(args=ids)
        return
    try:
        current_app.send_task(task, args=ids)
    except Exception:  # the broker is a doorbell only: the sweep finds the work in its table
        log.warning("doorbell not answered: %s", task)
