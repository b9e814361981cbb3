"""Background tasks: the names that beat and the doorbell know, and picking up what was left lying."""

import json

import pytest
from celery import current_app
from django.core.management import call_command

from carehub import tasks
from carehub.management.commands import run_due
from carehub.reminders.models import ReminderLog
from tests.reminders.conftest import DECEMBER

NAMES = {"sweep", "pick_up", "build_inspection", "read_import", "commit_import"}


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


@pytest.mark.django_db
def test_what_waits_is_rung_for_again(monkeypatch):
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda task, *ids: rung.append((task, *ids)))
    monkeypatch.setattr(tasks.building, "waiting", lambda: [3, 7])
    monkeypatch.setattr(tasks.batch, "waiting_imports", lambda: [("carehub.tasks.read_import", 5)])
    tasks.pick_up.apply()
    assert rung == [
        ("carehub.tasks.build_inspection", 3),
        ("carehub.tasks.build_inspection", 7),
        ("carehub.tasks.read_import", 5),
    ]


@pytest.mark.django_db
def test_the_command_does_what_waits_without_a_worker(monkeypatch, capsys):
    done = []
    monkeypatch.setattr(run_due.batch, "waiting_imports", lambda: [(run_due.batch.READ, 5), (run_due.batch.COMMIT, 6)])
    monkeypatch.setattr(run_due.batch, "read_import", lambda number: done.append(("read", number)) or True)
    monkeypatch.setattr(run_due.batch, "commit_import", lambda number: done.append(("commit", number)) or True)
    monkeypatch.setattr(run_due.building, "waiting", lambda: [7])
    monkeypatch.setattr(run_due.building, "build", lambda number: done.append(("build", number)) or True)
    call_command("run_due", on=DECEMBER)
    assert done == [("read", 5), ("commit", 6), ("build", 7)]
    counts = json.loads(capsys.readouterr().out)
    assert (counts["imports"], counts["inspections"]) == (2, 1)
