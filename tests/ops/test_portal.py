"""Web server, worker and clock as one command, for real, with nothing but a folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT

PATIENCE_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def site(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a site that has no server at all."""
    servers = ("DATABASE_URL", "REDIS_URL")
    kept = {name: value for name, value in os.environ.items() if name not in servers}
    return kept | {"CAREHUB_STATE_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "carehub.settings"}


def manage(*words: str, environ: dict[str, str], **options: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", *words]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environ, **pipes | options)


def get(address: str) -> bytes:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                content: bytes = answer.read()
                return content
        except OSError:
            if time.monotonic() > deadline:
                raise


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    environ = site(tmp_path)
    assert manage("migrate", "-v0", environ=environ).wait() == 0
    port = free_port()
    running = manage("portal", "--port", str(port), "--workers", "1", environ=environ)
    yield running, f"http://127.0.0.1:{port}"
    if running.poll() is None:
        running.kill()
        running.wait()


def test_the_portal_answers_serves_its_files_and_ends_with_all_its_parts(portal: Any):
    running, address = portal
    assert json.loads(get(f"{address}/healthz"))["status"] == "ok"
    assert b"--tblr-" in get(f"{address}/static/vendor/tabler.min.css")
    parts = children(running.pid)
    assert len(parts) == 2
    running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == 0, said
    assert "平台已停止" in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in parts)


def test_the_death_of_one_part_ends_all(portal: Any):
    running, address = portal
    get(f"{address}/healthz")
    web, worker = children(running.pid)
    os.kill(worker, signal.SIGKILL)
    said, _ = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == 1
    assert "后台任务 自己停止了" in said
    assert not Path(f"/proc/{web}").exists()


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        running = manage("portal", "--port", str(port), environ=site(tmp_path))
        said, _ = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == 1
    assert f"端口 {port} 已被占用" in said
