"""The locks pin everything and name no address."""

import json
import re

import pytest

from tests.house.sources import ROOT

ADDRESS = re.compile(r"https?://|file:|find-links|index-url|\s@\s")
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE | re.IGNORECASE)
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / "requirements" / name).read_text()))


def test_no_address_stands_in_a_lock():
    assert [path.name for path in LOCKS] == ["base.txt", "dev.txt", "node.txt", "sso.txt"]
    assert [path.name for path in LOCKS if ADDRESS.search(path.read_text())] == []
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text().split()


def test_an_address_would_be_seen():
    assert ADDRESS.search("--extra-index-url https://example/simple")
    assert ADDRESS.search("django @ file:///wheels/django.whl")


def test_every_pin_has_its_hash():
    for path in LOCKS:
        entries = re.split(r"\n(?=\w)", path.read_text())
        assert all(PIN.match(entry) for entry in entries), path.name
        assert all("--hash=sha256:" in entry for entry in entries), path.name


@pytest.mark.parametrize("lock", ["base.txt", "sso.txt"])
def test_the_tests_run_on_what_the_site_runs_on(lock: str):
    dev = pins("dev.txt")
    assert {name: dev.get(name) for name in pins(lock)} == pins(lock)


def test_everything_asked_for_is_locked():
    for name in ("base", "dev"):
        asked = re.findall(r"^([a-z0-9-]+)", (ROOT / f"requirements/{name}.in").read_text(), re.MULTILINE)
        locked = {re.sub(r"[._]", "-", pin.lower()) for pin in pins(f"{name}.txt")}
        assert {package for package in asked if not package.startswith("-")} - locked == set()


def test_the_front_end_is_pinned_exactly():
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert wanted
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry for name, entry in locked.items() if name)
