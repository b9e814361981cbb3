"""A real worker with its clock: reminders are delivered without another command, and Redis may vanish."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
DEAD = "redis://127.0.0.1:1/0"
PATIENCE = 150  # seconds that a worker is given
Environ = dict[str, str]


def environ_of(folder: Path, **more: str) -> Environ:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.reminders.postbox_settings",
        "DATABASE_URL": f"sqlite:///{folder / 'clock.sqlite3'}",
        "REDIS_URL": "",
        "CAREHUB_STATE_DIR": str(folder),
        "CAREHUB_SWEEP_SECONDS": "1",
        "POSTBOX": str(folder / "postbox"),
        "LOG_LEVEL": "INFO",
        **more,
    }


def ask(environ: Environ, *arguments: str) -> str:
    """Run the program of ringing.py and return what it prints."""
    command = [sys.executable, "-m", "tests.reminders.ringing", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, timeout=120)
    return done.stdout.decode()


@contextmanager
def worker(environ: Environ, *options: str) -> Iterator[subprocess.Popen]:
    """Run a worker for a while; what it logs can be read."""
    command = [sys.executable, "-m", "celery", "-A", "carehub", "worker", *options]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    running = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True, **pipes)
    patience = threading.Timer(PATIENCE, running.kill)
    patience.start()
    try:
        yield running
    finally:
        patience.cancel()
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_for(running: subprocess.Popen, words: bytes) -> None:
    """Read the worker's log until it says this; a worker that never does is ended by its timer."""
    assert any(words in line for line in running.stderr), "the worker ended"


def test_the_clock_delivers_without_another_command(tmp_path):
    environ = environ_of(tmp_path)
    ask(environ, "gather", "40")
    with worker(environ, "--clock", "--without-heartbeat") as running:
        wait_for(running, b"carehub.tasks.sweep[")
        wait_for(running, b"succeeded")
    assert ask(environ, "figures") == "told 40, twice 0, mails 8, unsent 0"


@pytest.fixture
def own_redis() -> Iterator[str]:
    """Return the address of a Redis database of this test's own."""
    number = 10 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    address = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{number}"
    redis.Redis.from_url(address).flushdb()
    yield address
    redis.Redis.from_url(address).flushdb()


@pytest.mark.service
def test_what_redis_forgets_the_next_sweep_finds(tmp_path, own_redis, own_database):
    environ = environ_of(tmp_path, REDIS_URL=own_redis, DATABASE_URL=own_database, CAREHUB_SWEEP_SECONDS="3600")
    ask(environ, "gather", "2000")
    ask(environ, "ring")
    redis.Redis.from_url(own_redis).flushdb()
    with worker(environ) as running:
        wait_for(running, b"ready.")
        ask(environ, "ring")
        wait_for(running, b"carehub.tasks.sweep[")
        redis.Redis.from_url(own_redis).flushdb()
    ask(environ, "later")
    assert ask(environ, "figures") == "told 2000, twice 0, mails 400, unsent 0"


@pytest.mark.service
def test_without_redis_ringing_fails_quietly_and_the_sweep_finds_everything(tmp_path, own_database):
    environ = environ_of(tmp_path, REDIS_URL=DEAD, DATABASE_URL=own_database)
    ask(environ, "gather", "200")
    ask(environ, "ring")
    assert ask(environ, "figures") == "told 0, twice 0, mails 0, unsent 0"
    ask(environ, "later")
    assert ask(environ, "figures") == "told 200, twice 0, mails 40, unsent 0"
