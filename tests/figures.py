"""The numbers that acceptance tests measure, added up over all tests and workers and printed at the end of a run.

def test_nobody_sees_what_is_not_theirs(figure): figure("A1 probes", 210)
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

Figure = Callable[[str, float], None]


@pytest.fixture
def figure(record_property: Callable[[str, Any], None]) -> Figure:
    """Return a function that notes a number under a name."""
    return lambda name, number: record_property(f"figure:{name}", number)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    sums: Counter[str] = Counter()
    for report in (one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])):
        for name, number in report.user_properties if report.when == "call" else ():
            if name.startswith("figure:"):
                known = sums[name[7:]]
                sums[name[7:]] = max(known, number) if name.endswith(" ms") else known + number
    for name, number in sorted(sums.items()):
        terminalreporter.write_line(f"{name}: {number:,.1f}" if name.endswith(" ms") else f"{name}: {number:,}")
