"""The sealer closes what is settled, never for nothing, and two at once make each seal once."""

import contextlib
import datetime as dt
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection, connections, transaction

from carehub.audit import seals
from carehub.audit.models import Action, AuditEvent, AuditSeal
from carehub.audit.seals import seal_new_rows, seal_when_due
from carehub.audit.trail import record
from carehub.audit.verifying import verify
from carehub.calendar import today
from carehub.sweep import sweep
from carehub.tasks import pick_up
from tests.figures import Figure


def write(n: int) -> None:
    for number in range(n):
        record(Action.EXPORT, rows=number)


@pytest.mark.django_db
def test_a_seal_covers_what_came_since_the_last(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(seals, "ROWS_OF_A_SEAL", 4)
    write(10)
    assert seal_new_rows() == 3
    first, second, third = AuditSeal.objects.order_by("number")
    assert (first.rows, second.rows, third.rows) == (4, 4, 2)
    assert (second.previous, third.previous) == (first.digest, second.digest)
    assert second.first_id > first.last_id
    assert verify().wrong == 0


@pytest.mark.django_db
def test_nothing_new_makes_no_seal():
    write(3)
    assert (seal_new_rows(), seal_new_rows(), seal_when_due()) == (1, 0, 0)


@pytest.mark.django_db
def test_the_sweep_seals_and_the_frequent_task_waits_two_minutes():
    start = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False):
        write(3)
        pick_up()
        assert AuditSeal.objects.count() == 0
    with time_machine.travel(start + dt.timedelta(minutes=2), tick=False):
        pick_up()
        assert AuditSeal.objects.count() == 1
        write(1)
        assert sweep(on=today())["seals"] == 1


def in_threads(*work: Callable[[], object]) -> None:
    def run(one: Callable[[], object]) -> None:
        try:
            one()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def meet_before_saving(monkeypatch: pytest.MonkeyPatch, parties: int) -> None:
    """Let all sealers compute the same seal before any of them writes it."""
    barrier, plain = threading.Barrier(parties), seals.digest_of

    def together(*args: object) -> str:
        digest = plain(*args)  # type: ignore[arg-type]
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(5)
        return digest

    monkeypatch.setattr(seals, "digest_of", together)


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_seal(monkeypatch: pytest.MonkeyPatch, figure: Figure):
    for round_ in range(10):
        write(5)
        with monkeypatch.context() as patched:
            meet_before_saving(patched, 2)
            in_threads(seal_new_rows, seal_new_rows)
        assert AuditSeal.objects.count() == round_ + 1
        figure("S5 rounds of two sealers, one seal each", 1)
    assert verify().wrong == 0


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_without_the_unique_number_there_would_be_two(monkeypatch: pytest.MonkeyPatch):
    """Negative control: the constraint is what decides."""
    write(5)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditseal DROP CONSTRAINT audit_auditseal_pkey")
    try:
        meet_before_saving(monkeypatch, 2)
        in_threads(seal_new_rows, seal_new_rows)
        assert AuditSeal.objects.filter(number=1).count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("DELETE FROM audit_auditseal")
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("ALTER TABLE audit_auditseal ADD CONSTRAINT audit_auditseal_pkey PRIMARY KEY (number)")


def seal_while_a_lower_id_is_under_way() -> tuple[int, int]:
    """Draw an id in a transaction that stays open, write a row above it, seal; then commit. Return (seals, rows)."""
    drawn, done = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(Action.CHANGE, what="slow")
            drawn.set()
            done.wait(10)

    def sealer() -> None:
        drawn.wait(10)
        record(Action.CHANGE, what="quick")
        seal_new_rows()
        done.set()

    in_threads(slow, sealer)
    return AuditSeal.objects.count(), AuditEvent.objects.count()


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_a_row_under_way_is_never_left_out_of_its_seal():
    assert seal_while_a_lower_id_is_under_way() == (0, 2), "it does not seal what may still change"
    assert seal_new_rows() == 1
    assert verify().wrong == 0


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_row_under_way_would_be_left_out(monkeypatch: pytest.MonkeyPatch):
    """Negative control: a sealer that takes the highest id it sees makes an honest row look added."""
    monkeypatch.setattr(seals, "settled_id", lambda: AuditEvent.objects.latest("id").pk)
    assert seal_while_a_lower_id_is_under_way() == (1, 2)
    assert [finding.kind for finding in verify().findings] == ["rows-added"]
