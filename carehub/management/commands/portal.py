"""manage.py portal: the web server, the worker and the clock together; one of them ending ends all."""

import ctypes
import os
import signal
import socket
import subprocess  # nosec B404 # fixed words, never a shell
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

CELERY = [sys.executable, "-m", "celery", "--quiet", "--app", "carehub"]
# Celery's advice to root; a container or a trial run has no other account.
QUIET = "ignore:You're running the worker with superuser"
PATIENCE_SECONDS = 25
LOOK_SECONDS = 0.2
PARENT_DEATH_SIGNAL = 1  # prctl(2)
MEMORY = Path("/dev/shm")  # nosec B108 # gunicorn makes its own file there, with a name nobody knows
EVERYWHERE = ("0.0.0.0", "::")  # nosec B104 # compared with, not listened on


class Command(BaseCommand):
    help = "同时启动网页服务、后台任务和定时器；按 Ctrl-C 全部停止"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听地址")
        parser.add_argument("--port", type=int, default=8000, help="监听端口")
        parser.add_argument("--workers", type=int, default=(os.cpu_count() or 1) + 1, help="网页进程数")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if is_taken(host, port):
            raise CommandError(f"端口 {port} 已被占用，请换一个端口，例如 make run PORT={port + 1}。")
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        environ = {"SITE_URL": f"http://{host}:{port}", "PYTHONWARNINGS": QUIET, **os.environ}
        running = {name: start(command, environ) for name, command in parts(host, port, options["workers"]).items()}
        try:
            ended = self._watch(running, host, port)
        finally:
            end(list(running.values()))
        if ended:
            raise CommandError(f"{ended} 自己停止了（退出码 {running[ended].returncode}），其余部分已随之停止。")
        self.stdout.write("平台已停止。")

    def _stop(self, *args: Any) -> None:
        self.stopping = True

    def _watch(self, running: dict[str, subprocess.Popen[bytes]], host: str, port: int) -> str:
        """Return the name of the part that ended by itself; empty when we were asked to stop."""
        announced = False
        while not self.stopping:
            if ended := next((name for name, child in running.items() if child.poll() is not None), ""):
                return ended
            if not announced and is_taken(host, port):
                announced = True
                self.stdout.write(f"平台已启动：http://{host}:{port}/ （按 Ctrl-C 停止）")
                self.stdout.flush()
            time.sleep(LOOK_SECONDS)
        return ""


def parts(host: str, port: int, workers: int) -> dict[str, list[str]]:
    """Return the command of each part. Without Redis the clock is a thread of the only worker."""
    worker = [*CELERY, "worker", "--without-gossip", "--without-mingle"]
    running = {"网页服务": gunicorn(host, port, workers)}
    if settings.REDIS_URL:
        clock = [*CELERY, "beat", "--pidfile="]
        return {**running, "后台任务": worker, "定时器": clock}
    return {**running, "后台任务": [*worker, "--without-heartbeat", "--clock"]}


def gunicorn(host: str, port: int, workers: int) -> list[str]:
    """Return the command of the web server: plain processes, recycled now and then."""
    command = [sys.executable, "-m", "gunicorn", "carehub.wsgi:application", "--bind", f"{host}:{port}"]
    command += ["--workers", str(workers), "--timeout", "60", "--log-level", "warning", "--no-control-socket"]
    command += ["--max-requests", "5000", "--max-requests-jitter", "500"]
    command += ["--logger-class", "carehub.trouble.weblog.WebLog"]
    # A heartbeat file on a slow disk looks like a hung process.
    return [*command, "--worker-tmp-dir", str(MEMORY)] if MEMORY.is_dir() else command


def is_taken(host: str, port: int) -> bool:
    """Return whether somebody answers there."""
    with socket.socket(socket.AF_INET6 if ":" in host and host not in EVERYWHERE else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1" if host in EVERYWHERE else host, port)) == 0


def start(command: list[str], environ: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a part in its own session: a signal from the terminal reaches it through us only."""
    return subprocess.Popen(  # nosec B603 # fixed words; host and port are whoever starts us
        command, cwd=settings.BASE_DIR, env=environ, start_new_session=True, preexec_fn=end_with_parent
    )


def end_with_parent() -> None:
    """Ask the kernel to end this part if we are killed; other systems than Linux do without."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def end(children: list["subprocess.Popen[bytes]"]) -> None:
    """Ask every part to finish what it does, then end the ones that do not."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
