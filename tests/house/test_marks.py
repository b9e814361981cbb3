"""A run that must show certain tests is red when none of them ran, or one was skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

RAN = "import pytest\n\n@pytest.mark.browser\ndef test_ran():\n    pass\n"
SKIPPED = "\n\n@pytest.mark.browser\ndef test_left():\n    pytest." + "skip('no browser')\n"


def run(folder: Path, text: str, required: str) -> int:
    (folder / "test_sample.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser\n    service\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.marks", "-p", "no:django", "-c", "pytest.ini", "."]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "CAREHUB_REQUIRE_TESTS": required, "CHROMIUM": sys.executable}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    ("text", "required", "code"),
    [(RAN, "browser", 0), (RAN + SKIPPED, "browser", 1), (RAN + SKIPPED, "", 0), (RAN, "service", 1)],
    ids=["all ran", "one skipped", "nothing required", "none ran"],
)
def test_required_tests_must_run(tmp_path: Path, text: str, required: str, code: int):
    assert run(tmp_path, text, required) == code
