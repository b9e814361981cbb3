"""The front-end files: fetched under the lock, kept without their maps, with a note of the licence."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from carehub.management.commands import vendor_assets


@pytest.fixture
def modules(tmp_path: Path, settings: Any) -> Path:
    """Return a folder as npm leaves it, in a project of its own."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "package-lock.json").write_text("{}")
    for name, source, _served in vendor_assets.FILES:
        package = tmp_path / "node_modules" / name
        (package / source).parent.mkdir(parents=True)
        (package / source).write_text("a{}\n/*# sourceMappingURL=tabler.min.css.map */")
        (package / "package.json").write_text(json.dumps({"version": "1.0.0", "license": "MIT"}))
        (package / "LICENSE").write_text("Permission is hereby granted")
    return tmp_path / "node_modules"


def test_the_reference_to_a_map_that_is_not_there_is_taken_out(modules: Path):
    vendor_assets.keep(modules)
    assert (vendor_assets.vendor_dir() / "tabler.min.css").read_text() == "a{}\n"


def test_the_licence_comes_along(modules: Path):
    vendor_assets.keep(modules)
    note = (vendor_assets.vendor_dir() / "LICENSES.txt").read_text()
    assert "@tabler/core 1.0.0 (MIT)" in note
    assert "Permission is hereby granted" in note


def test_files_are_current_until_the_lock_changes(modules: Path, settings: Any):
    assert not vendor_assets.is_current()
    vendor_assets.keep(modules)
    assert vendor_assets.is_current()
    (Path(settings.BASE_DIR) / "package-lock.json").write_text('{"new": 1}')
    assert not vendor_assets.is_current()


def test_a_file_that_is_missing_is_named(modules: Path):
    assert vendor_assets.missing() == [served for _package, _source, served in vendor_assets.FILES]


def test_npm_runs_no_script_of_a_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    ran: list[list[str]] = []
    monkeypatch.setattr(vendor_assets, "run", lambda command, cwd=None: ran.append(command))
    vendor_assets.install(["npm"], tmp_path)
    assert ran == [["npm", "ci", "--ignore-scripts"]]


def test_a_machine_without_node_takes_npm_from_the_locked_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    ran: list[list[str]] = []
    monkeypatch.setattr(vendor_assets, "run", lambda command, cwd=None: ran.append(command))
    monkeypatch.setenv("PATH", "/nonexistent")
    assert vendor_assets.npm(tmp_path)[0] == sys.executable
    assert "--require-hashes" in ran[0]
    assert ran[0][-1].endswith("requirements/node.txt")


def test_a_failure_says_what_to_do():
    with pytest.raises(CommandError, match="请检查网络后重试"):
        vendor_assets.run([sys.executable, "-c", "import sys; sys.exit('no network')"])
