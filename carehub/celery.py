"""The Celery application. Work that is due stands in tables; a message only says that somebody should look."""

import logging
import os
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService
from celery.signals import beat_init, setup_logging
from click import Option
from kombu.exceptions import OperationalError

from carehub.transport import register

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carehub.settings")
register()

log = logging.getLogger(__name__)
app = Celery("carehub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["carehub"])
# Web requests run in threads that never saw this module load.
app.set_default()


@setup_logging.connect
def keep_the_log_of_the_settings(**about: Any) -> None:
    """Celery sets nothing up: its own lines would carry arguments and the words of exceptions past the scrubbing."""


class ClockInside(bootsteps.StartStopStep):
    """Beat as a thread of the worker: a forked beat would outlive a worker that is killed, and ring for ever."""

    def __init__(self, worker: Any, clock: bool = False, **options: Any) -> None:
        super().__init__(worker, **options)
        self.enabled = clock

    def create(self, worker: Any) -> Any:
        return EmbeddedService(worker.app, thread=True, schedule_filename=worker.app.conf.beat_schedule_filename)

    def stop(self, worker: Any) -> None:
        # Not the clock's own way to stop: it waits for the next tick, half a minute away.
        if self.obj is not None:
            self.obj.service.stop(wait=False)
            self.obj.service.sync()


app.user_options["worker"].add(Option(["--clock"], is_flag=True, help="Run beat inside this worker."))
app.steps["worker"].add(ClockInside)


@beat_init.connect
def ring_at_once(**about: Any) -> None:
    """Ask for a sweep as soon as the clock runs: what fell due while nothing ran does not wait another hour."""
    try:
        app.send_task("carehub.tasks.sweep", expires=app.conf.beat_schedule["sweep"]["options"]["expires"])
    except OperationalError:
        log.warning("doorbell not answered at the start; the next sweep finds the work")
