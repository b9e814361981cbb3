"""Which tests run where.

A test marked `service` needs PostgreSQL and Redis: without DATABASE_URL and REDIS_URL it is left out of the run,
not skipped. A test marked `browser` needs Chromium. CAREHUB_REQUIRE_TESTS=service,browser turns a run red in which
none of them ran, or in which one was skipped.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
MARKS = ("service", "browser")
# What reads files, sources and settings, or the invented university: the answer does not hang on the engine either.
WALKS = (
    "tests/house/", "tests/mutation/", "tests/foundation/", "tests/demo/", "tests/ops/test_production.py",
    "tests/imports/test_any_file.py", "tests/imports/test_gate.py", "tests/imports/test_codes.py",
    "tests/imports/test_properties.py", "tests/planning/test_weeks.py", "tests/reports/test_writing.py",
    "tests/reports/test_no_formula.py", "tests/rulebook/", "tests/roles/test_handbook.py", "tests/administration/",
)  # fmt: skip


def services_answer() -> bool:
    """Return whether this run is told to use PostgreSQL and Redis."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres") and bool(os.environ.get("REDIS_URL"))


def chromium() -> str:
    """Return the path of the browser; empty where there is none."""
    named = os.environ.get("CHROMIUM", "")
    return next((path for path in (named, *CHROMIUM) if path and Path(path).is_file()), "")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return the one browser of this run: a second one in the same process would refuse to start."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield opened
        opened.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(WALKS) and not item.get_closest_marker("service"):
            item.add_marker("walk")
    absent = [mark for mark, there in (("service", services_answer()), ("browser", bool(chromium()))) if not there]
    left_out = [item for item in items if any(item.get_closest_marker(mark) for mark in absent)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def ran(reporter: Any, mark: str) -> Counter[str]:
    """Return how many tests with this mark passed, failed or were skipped."""
    seen: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error", "skipped"):
        seen[outcome] = sum(mark in report.keywords for report in reporter.stats.get(outcome, []))
    return seen


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    required = [mark for mark in os.environ.get("CAREHUB_REQUIRE_TESTS", "").split(",") if mark in MARKS]
    if not required or hasattr(session.config, "workerinput"):
        return
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    for mark in required:
        seen = ran(reporter, mark)
        reporter.write_line(f"{mark}: {seen['passed']} passed, {seen['skipped']} skipped")
        if seen["skipped"] or not seen["passed"]:
            reporter.write_line(f"{mark}: every test with this mark must run here.", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
