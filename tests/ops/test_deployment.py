"""The files by which a school runs the portal agree with the settings and with each other."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.sources import ROOT
from tests.ops.test_production import GOOD_ENVIRONMENT, check

VARIABLE = re.compile(r"\$\{(\w+):[?-]([^}]*)\}")
FILLED = GOOD_ENVIRONMENT | {"POSTGRES_PASSWORD": "secret", "REDIS_PASSWORD": "secret", "SCHOOL_NAME": "某大学党委"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    text = VARIABLE.sub(lambda match: FILLED.get(match[1], match[2]), (ROOT / "docker-compose.yml").read_text())
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def test_there_is_one_of_each_part(services: dict[str, Any]):
    assert set(services) == {"db", "redis", "migrate", "web", "worker", "beat"}
    assert not any("deploy" in service or "scale" in service for service in services.values())


def test_every_part_that_stays_is_asked_for_its_health(services: dict[str, Any]):
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}


def test_redis_keeps_what_it_is_given_and_asks_for_a_password(services: dict[str, Any]):
    command = " ".join(services["redis"]["command"])
    assert "--requirepass secret" in command
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_only_the_web_server_is_reached_from_outside_and_only_through_the_proxy(services: dict[str, Any]):
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }


def test_the_composed_environment_is_one_that_production_accepts(services: dict[str, Any], tmp_path: Path):
    done = check(tmp_path, CAREHUB_PRODUCTION="1", **services["web"]["environment"])
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_names_every_variable():
    asked = {name for name, _default in VARIABLE.findall((ROOT / "docker-compose.yml").read_text())}
    offered = set(re.findall(r"^(\w+)=", (ROOT / "deploy.env.example").read_text(), re.MULTILINE))
    assert asked == offered


@pytest.mark.parametrize("step", ["--require-hashes -r requirements/base.txt", "manage.py vendor_assets", "-m venv"])
def test_the_image_is_made_by_the_steps_of_the_makefile(step: str):
    for name in ("Dockerfile", "Makefile"):
        assert step in (ROOT / name).read_text(), name


def test_the_handbook_explains_every_setting():
    settings = (ROOT / "carehub/settings.py").read_text()
    read = set(re.findall(r"env(?:\.\w+)?\(\s*\"(\w+)\"", settings))
    handbook = (ROOT / "README.md").read_text() + (ROOT / "docs/deploy.md").read_text()
    assert {name for name in read if f"`{name}`" not in handbook} == set()


def test_the_image_brings_the_databases_own_programs(services: dict[str, Any]):
    major = re.search(r"postgres:(\d+)", services["db"]["image"])
    assert major
    assert f"postgresql-client-{major[1]}" in (ROOT / "Dockerfile").read_text()


def test_the_web_server_keeps_values_out_of_its_log():
    for name in ("Dockerfile", "carehub/management/commands/portal.py"):
        assert "carehub.trouble.weblog.WebLog" in (ROOT / name).read_text(), name
