"""What only the real servers can show: PostgreSQL holds the tables, Redis carries the rings."""

import uuid

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.service


@pytest.fixture
def doorbell() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL)


def test_this_run_is_on_postgresql_15_or_newer(db: None):
    assert connection.vendor == "postgresql"
    assert connection.pg_version >= 150000  # type: ignore[attr-defined]


def test_the_health_page_reaches_both(db: None):
    state = Client().get("/healthz").json()
    assert (state["database"], state["doorbell"]) == ("ok", "ok")


@pytest.mark.filterwarnings("ignore:task_always_eager")
def test_a_ring_arrives_with_the_number_only(doorbell: redis.Redis):
    queue = f"test-{uuid.uuid4().hex}"
    try:
        current_app.send_task("carehub.tasks.build_inspection", args=(17,), queue=queue)
        message = doorbell.lindex(queue, 0)
        assert message is not None
        assert b'"task": "carehub.tasks.build_inspection"' in message
        assert b'"argsrepr": "(17,)"' in message
    finally:
        doorbell.delete(queue, f"_kombu.binding.{queue}")
