"""Imports and foreign keys go down the house, and nothing goes round in a circle."""

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.db.models import Model

from tests.house.sources import PACKAGES, ROOT

FOUNDATION = (
    "accounts",
    "access",
    "audit",
    "reveals",
    "duties",
    "approvals",
    "reminders",
    "sheets",
    "auth",
    "contenttypes",
    "sessions",
)
FLOORS = dict.fromkeys(FOUNDATION, 0) | {"members": 1, "talks": 3, "hardship": 3, "reports": 5}
# Parts of carehub that hold no floor: start-up and frame, imported by Django by name.
UNBOUND = {"apps", "celery", "transport", "production", "settings", "frame", "templatetags", "demo"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=True)


def test_no_contract_is_broken():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def circle(edges: Mapping[str, Iterable[str]]) -> list[str]:
    """Return one circle of imports; empty if there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_there_is_no_import_cycle(graph: grimp.ImportGraph):
    assert circle({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_a_circle_would_be_seen():
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]})


def test_every_part_of_carehub_stands_on_a_floor(graph: grimp.ImportGraph):
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    named = {name.strip() for layer in contract["layers"] for name in layer.replace("|", ":").split(":")}
    parts = set(graph.find_children("carehub")) - {f"carehub.{name}" for name in UNBOUND}
    assert parts - named == set()


def climbing(models: Iterable[type[Model]]) -> list[str]:
    """Return the foreign keys that point up, or to a neighbour on the same floor."""
    found = []
    for model in models:
        here = model._meta.app_label
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if not isinstance(target, type):
                continue
            there = target._meta.app_label
            level = FLOORS[here] > 0 and here != there and FLOORS[there] == FLOORS[here]
            if FLOORS[there] > FLOORS[here] or level:
                found.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    return found


def test_foreign_keys_go_down():
    own = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
    assert climbing(own) == []


def test_a_key_that_climbs_would_be_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(FLOORS, "members", 4)
    assert climbing(apps.get_app_config("talks").get_models())
