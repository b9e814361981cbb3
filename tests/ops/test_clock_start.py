"""The clock asks for a sweep when it starts, and starts also when the broker is away."""

import pytest
from celery.signals import beat_init
from kombu.exceptions import OperationalError

from carehub.celery import app


def test_the_first_sweep_does_not_wait_for_an_hour(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: asked.append(name))
    beat_init.send(sender=None)
    assert asked == ["carehub.tasks.sweep"]


def test_a_broker_that_is_away_does_not_stop_the_clock(monkeypatch: pytest.MonkeyPatch):
    def away(name: str, **options: object) -> None:
        raise OperationalError

    monkeypatch.setattr(app, "send_task", away)
    errors = [answer for _receiver, answer in beat_init.send(sender=None) if isinstance(answer, Exception)]
    assert errors == []
