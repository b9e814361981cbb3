"""A worker killed while it writes leaves all or nothing; 20,000 rows fit into 300 MB."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from openpyxl import Workbook

from tests.imports.making import ROSTER, person, roster, saved

ROWS, KILLS = 1500, 20
SETUP = """
import django
django.setup()
from tests.cast import assemble
assemble()
"""
COUNT = """
import django, json
django.setup()
from members.models import Affiliation, Person, RosterImport
print(json.dumps([Person.objects.count(), Affiliation.objects.count(), RosterImport.objects.count()]))
"""
IMPORT = """
import django, re, sys
django.setup()
from django.core.management import call_command
call_command("import_roster", sys.argv[1], stdout=open("/dev/null", "w"))
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""

KILLED = """
import django, os, signal, sys
django.setup()
from django.core.management import call_command
from django.db import connection
asked = 0
def count(execute, *args):
    global asked
    asked += 1
    if asked == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*args)
with connection.execute_wrapper(count):
    call_command("import_roster", sys.argv[1], stdout=open("/dev/null", "w"))
"""
QUESTIONS = """
import django, sys
django.setup()
from django.core.management import call_command
from django.db import connection, transaction
asked = 0
def count(execute, *args):
    global asked
    asked += 1
    return execute(*args)
with transaction.atomic():
    with connection.execute_wrapper(count):
        call_command("import_roster", sys.argv[1], stdout=open("/dev/null", "w"))
    transaction.set_rollback(True)
print(asked - 2)  # the savepoint of the import itself, which stands for its transaction here
"""


def environment(folder: Path, url: str) -> dict[str, str]:
    root = str(settings.BASE_DIR)
    return os.environ | {
        "CAREHUB_STATE_DIR": str(folder), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "carehub.settings",
        "PYTHONPATH": root, "REDIS_URL": "",
    }  # fmt: skip


def python(code: str, env: dict[str, str], *args: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code, *args], env=env, capture_output=True, check=True, timeout=300)
    return ran.stdout.decode()


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a database of its own with the cast in it, on SQLite."""
    env = environment(tmp_path, f"sqlite:///{tmp_path / 'own.sqlite3'}")
    migrate(env)
    return env


@pytest.fixture
def fresh_postgres(tmp_path: Path, django_db_blocker):
    name = f"imports_crash_{os.getpid()}"
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        parts = connection.settings_dict
        login = f"{parts['USER']}:{parts['PASSWORD']}" if parts["PASSWORD"] else parts["USER"]
        env = environment(tmp_path, f"postgres://{login}@{parts['HOST']}:{parts['PORT'] or 5432}/{name}")
        migrate(env)
        yield env
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrate(env: dict[str, str]) -> None:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "-v0"]
    subprocess.run(manage, env=env, check=True, timeout=300)
    python(SETUP, env)


def killed_at(step: int, env: dict[str, str], file: Path) -> bool:
    """Run the import and let it kill itself before its n-th question to the database; return whether it came so far."""
    ran = subprocess.run([sys.executable, "-c", KILLED, str(file), str(step)], env=env, stdout=subprocess.DEVNULL)
    assert ran.returncode in (0, -signal.SIGKILL)
    return ran.returncode != 0


def all_or_nothing(env: dict[str, str], folder: Path) -> None:
    """Kill the command twenty times, from its first question to its last; each time the school is as before."""
    before = json.loads(python(COUNT, env))
    file = saved(folder, roster(*(person(n) for n in range(ROWS))))
    last = int(python(QUESTIONS, env, str(file)))
    steps = [1 + (last - 1) * n // (KILLS - 1) for n in range(KILLS)]
    for step in steps:
        assert killed_at(step, env, file), f"question {step} of {last} never came"
        assert json.loads(python(COUNT, env)) == before, f"something was left by question {step} of {last}"
    python(IMPORT, env, str(file))
    now = json.loads(python(COUNT, env))
    assert now[:2] == [before[0] + ROWS, before[1] + ROWS]


@pytest.mark.walk
def test_killed_while_writing_leaves_all_or_nothing(fresh: dict[str, str], tmp_path: Path) -> None:
    all_or_nothing(fresh, tmp_path)


@pytest.mark.service
def test_killed_while_writing_leaves_all_or_nothing_on_postgres(fresh_postgres: dict[str, str], tmp_path: Path) -> None:
    all_or_nothing(fresh_postgres, tmp_path)


@pytest.mark.walk
def test_20000_rows_fit_into_300_mb(fresh: dict[str, str], tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    sheet.append(list(ROSTER))
    for n in range(20_000):
        sheet.append(list(person(n).values()))
    book.save(tmp_path / "big.xlsx")
    assert int(python(IMPORT, fresh, str(tmp_path / "big.xlsx"))) < 300
