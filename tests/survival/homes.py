"""A portal of its own for a test: state folder, database of the engine of the run, the cast in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from tests.house.sources import ROOT

SETUP = """
import django
django.setup()
from tests.cast import assemble
assemble()
"""
SESSION = """
import django
django.setup()
from importlib import import_module
from django.conf import settings
session = import_module(settings.SESSION_ENGINE).SessionStore()
session["canary"] = 1
session.save()
"""


@dataclass
class Home:
    """Where a portal lives. `url` is its database, `backups` a folder for its backups."""

    state: Path
    url: str
    backups: Path

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CAREHUB_")}
        return kept | {
            "CAREHUB_STATE_DIR": str(self.state), "DATABASE_URL": self.url, "REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": "carehub.settings", "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def manage(self, *words: Any, **environ: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(ROOT / "manage.py"), *map(str, words)]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ | environ, capture_output=True, text=True, timeout=300, check=False
        )

    def python(self, code: str, *words: Any, **environ: str) -> str:
        command = [sys.executable, "-c", code, *map(str, words)]
        ran = subprocess.run(
            command, cwd=ROOT, env=self.environ | environ, capture_output=True, text=True, timeout=300, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def back_up(self, *words: Any) -> Path:
        done = self.manage("backup", self.backups, *words)
        assert done.returncode == 0, done.stderr
        return sorted(self.backups.glob("carehub-*"), key=lambda path: path.stat().st_mtime)[-1]


def database(folder: Path, name: str, template: str = "") -> str:
    """Return the address of a new database of the engine of the run; a template is copied."""
    if connection.vendor == "sqlite":
        path = folder / f"{name}.sqlite3"
        if template:
            shutil.copy(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    name = f"survival_{name}_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        copied = f' TEMPLATE "{template.rpartition("/")[2]}"' if template else ""
        cursor.execute(f'CREATE DATABASE "{name}"{copied}')
    parts = connection.settings_dict
    login = f"{parts['USER']}:{parts['PASSWORD']}" if parts["PASSWORD"] else parts["USER"]
    return f"postgres://{login}@{parts['HOST']}:{parts['PORT'] or 5432}/{name}"


def remove(url: str) -> None:
    if url.startswith("postgres"):
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')
