"""A machine for trying things out makes the database it was told to use; production never does."""

import os
import subprocess
import sys
import uuid

import psycopg2
import pytest
from django.conf import settings

from tests.house.sources import ROOT
from tests.ops.test_production import GOOD_ENVIRONMENT

pytestmark = pytest.mark.service


def ensure(name: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    server = settings.DATABASES["default"]
    place = f"{server['HOST']}:{server['PORT'] or 5432}"
    address = f"postgres://{server['USER']}:{server['PASSWORD'] or 'any'}@{place}/{name}"
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "carehub.settings"} | environment | {"DATABASE_URL": address}
    command = [sys.executable, "manage.py", "ensure_database"]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def ask(statement: str) -> list[tuple[str]]:
    """Return what the server answers, asked outside any database of ours."""
    server = settings.DATABASES["default"]
    keys = {name.lower(): server[name] for name in ("USER", "PASSWORD", "HOST")}
    connection = psycopg2.connect(dbname="postgres", port=server["PORT"] or 5432, **keys)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def names() -> set[str]:
    return {row[0] for row in ask("SELECT datname FROM pg_database")}


def test_the_database_is_made_once():
    name = f"test_trial_{uuid.uuid4().hex[:12]}"
    try:
        assert "已建立数据库" in ensure(name).stdout
        assert name in names()
        again = ensure(name)
        assert (again.returncode, again.stdout) == (0, "")
    finally:
        ask(f'DROP DATABASE IF EXISTS "{name}"')


def test_production_makes_no_database():
    name = f"test_trial_{uuid.uuid4().hex[:12]}"
    site = {key: value for key, value in GOOD_ENVIRONMENT.items() if key != "DATABASE_URL"}
    done = ensure(name, **site)
    assert done.returncode != 0
    assert "请先建库" in done.stderr
    assert name not in names()
