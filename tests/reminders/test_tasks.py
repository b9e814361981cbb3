"""Background tasks: the names that beat and the doorbell know, and picking up what was left lying."""

import pytest
from celery import current_app

from carehub import tasks
from carehub.reminders.models import ReminderLog
from tests.reminders.conftest import DECEMBER

NAMES = {"sweep", "pick_up", "build_inspection"}


def test_tasks_have_the_names_by_which_they_are_rung():
    assert {f"carehub.tasks.{name}" for name in NAMES} <= set(current_app.tasks)


def test_beat_rings_only_for_tasks_that_exist(settings):
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rung <= set(current_app.tasks)
    assert "carehub.tasks.sweep" in rung


@pytest.mark.django_db
def test_the_sweep_looks_at_today(school, monkeypatch):
    monkeypatch.setattr(tasks, "today", lambda: DECEMBER)
    tasks.sweep.apply()
    assert set(ReminderLog.objects.values_list("day_on", flat=True)) == {DECEMBER}


def test_what_waits_is_rung_for_again(monkeypatch):
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda task, *ids: rung.append((task, *ids)))
    monkeypatch.setattr(tasks.building, "waiting", lambda: [3, 7])
    tasks.pick_up.apply()
    assert rung == [("carehub.tasks.build_inspection", 3), ("carehub.tasks.build_inspection", 7)]
