"""A workbook is built once, frozen, and survives dead workers and impatient people."""

import datetime as dt
import hashlib
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from carehub.audit.models import Action, AuditEvent
from carehub.reports import actions, building
from carehub.reports.models import Inspection
from tests.reports.making import MONTH, TODAY, asked, talk

State = Inspection.State


def broken(*_args, **_kwargs):
    raise RuntimeError("no such luck")


def test_a_built_workbook_is_frozen_with_its_hash(school):
    inspection = asked(school, school.languages)
    assert building.build(inspection.pk)
    inspection.refresh_from_db()
    assert (inspection.state, inspection.progress) == (State.READY, 100)
    assert inspection.sha256 == hashlib.sha256(bytes(inspection.content)).hexdigest()
    assert inspection.size == len(inspection.content)


def test_what_is_frozen_is_not_built_again(school):
    inspection = asked(school, school.languages)
    building.build(inspection.pk)
    talk(school.owner, [school.member])
    assert not building.build(inspection.pk)
    before = inspection.sha256 or Inspection.objects.get(pk=inspection.pk).sha256
    assert Inspection.objects.get(pk=inspection.pk).sha256 == before


def test_the_same_facts_and_request_give_the_same_bytes(school):
    talk(school.owner, [school.member])
    inspection = asked(school, school.languages)
    assert building.content_of(inspection) == building.content_of(inspection)


def test_the_same_form_sent_twice_asks_once(school):
    key = uuid.uuid4()
    first, second = asked(school, school.languages, once_key=key), asked(school, school.languages, once_key=key)
    assert first.pk == second.pk
    assert AuditEvent.objects.filter(action=Action.EXPORT).count() == 1


def test_the_key_of_somebody_elses_form_opens_nothing(school):
    key = uuid.uuid4()
    asked(school, school.languages, once_key=key)
    with pytest.raises(PermissionDenied):
        asked(school, school.maths, by="maths_secretary", once_key=key)


def test_asking_rings_for_a_worker_after_the_commit(school, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr("carehub.doorbell._send", lambda task, ids: rung.append((task, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        inspection = asked(school, school.languages, later=True)
        assert rung == []
    assert rung == [("carehub.tasks.build_inspection", (inspection.pk,))]


def test_asking_is_written_down_without_values(school):
    inspection = asked(school, school.languages)
    event = AuditEvent.objects.get(action=Action.EXPORT)
    assert (event.target, event.path) == (f"reports.Inspection:{inspection.pk}", school.languages.path)
    assert event.detail == {"month": "2026-10"}


def test_a_month_that_has_ended_is_counted_on_its_last_day(school):
    assert asked(school, school.languages).counted_on == dt.date(2026, 10, 31)


def test_a_running_month_is_counted_to_date(school):
    inspection = asked(school, school.languages, month_on=TODAY.replace(day=1))
    assert inspection.counted_on == TODAY
    assert inspection.is_partial


def test_only_one_of_two_workers_gets_it(school):
    inspection = asked(school, school.languages)
    assert building.claim(inspection.pk) is not None
    assert building.claim(inspection.pk) is None
    assert building.waiting() == []


def test_what_a_dead_worker_left_is_built_by_the_next(school):
    inspection = asked(school, school.languages)
    building.claim(inspection.pk)
    Inspection.objects.update(lease_until_at=timezone.now() - dt.timedelta(seconds=1))
    assert building.waiting() == [inspection.pk]
    assert building.build(inspection.pk)
    assert Inspection.objects.get(pk=inspection.pk).attempts == 2


def test_a_worker_that_wakes_up_late_changes_nothing(school):
    inspection = asked(school, school.languages)
    sleeper = building.claim(inspection.pk)
    Inspection.objects.update(lease_until_at=timezone.now() - dt.timedelta(seconds=1))
    building.build(inspection.pk)
    frozen = Inspection.objects.get(pk=inspection.pk).sha256
    assert not building.freeze(sleeper, b"late", {})
    building.give_up(sleeper)
    assert Inspection.objects.get(pk=inspection.pk).sha256 == frozen


def test_a_worker_that_wakes_up_while_another_builds_changes_nothing(school):
    inspection = asked(school, school.languages)
    sleeper = building.claim(inspection.pk)
    Inspection.objects.update(lease_until_at=timezone.now() - dt.timedelta(seconds=1))
    building.claim(inspection.pk)
    assert not building.freeze(sleeper, b"late", {})
    building.tell(sleeper, 99, "late")
    building.give_up(sleeper)
    now = Inspection.objects.get(pk=inspection.pk)
    assert (now.state, now.progress, now.attempts) == (State.BUILDING, 5, 2)


def test_after_three_failures_it_says_so_and_keeps_no_half_file(school, monkeypatch):
    monkeypatch.setattr(building, "read_facts", broken)
    inspection = asked(school, school.languages)
    states = []
    for _attempt in range(3):
        assert not building.build(inspection.pk)
        states.append(Inspection.objects.get(pk=inspection.pk).state)
    assert states == [State.WAITING, State.WAITING, State.FAILED]
    assert Inspection.objects.get(pk=inspection.pk).content is None
    assert building.waiting() == []


def test_a_failed_one_can_be_asked_for_again_once(school):
    inspection = asked(school, school.languages)
    Inspection.objects.update(state=State.FAILED, attempts=3)
    assert actions.ask_again(inspection=inspection, by=school.user("clerk"))
    assert not actions.ask_again(inspection=inspection, by=school.user("clerk"))
    assert building.waiting() == [inspection.pk]


def test_progress_is_told_on_the_way(school, monkeypatch):
    told = []
    monkeypatch.setattr(building, "tell", lambda inspection, progress, step: told.append((progress, step)))
    building.build(asked(school, school.languages).pk)
    assert [progress for progress, _step in told] == [50, 56, 62, 68, 74, 95]
    assert told[2] == (62, "正在写谈心谈话台账")


def test_the_database_itself_refuses_a_ready_workbook_without_content(school):
    inspection = asked(school, school.languages)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.filter(pk=inspection.pk).update(state=State.READY)


def test_a_month_is_its_first_day(school):
    asked(school, school.languages)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.update(month_on=MONTH.replace(day=2))


def test_stored_bytes_that_were_altered_are_not_handed_over(school):
    inspection = asked(school, school.languages)
    building.build(inspection.pk)
    Inspection.objects.update(content=b"something else")
    inspection.refresh_from_db()
    with pytest.raises(actions.NotTheSame):
        actions.hand_over(inspection=inspection, by=school.user("clerk"))
    assert not AuditEvent.objects.filter(action=Action.DOWNLOAD).exists()
