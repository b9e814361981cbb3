"""S3: no number comes out without its row in the trail, wherever the serving process is killed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.figures import Figure
from tests.survival.homes import Home, database, remove

RUN = "import sys; from tests.reveals.killing import main; main(sys.argv[1], int(sys.argv[2]))"
REVEALS, FEW = 1000, 200


@pytest.fixture
def outcome(tmp_path: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[..., dict[str, int]]]:
    """Return a function that lets a new portal reveal so many numbers under fire and says what became of them."""
    with django_db_blocker.unblock():
        home = Home(tmp_path / "state", database(tmp_path, "reveals"), tmp_path / "backups")
        assert home.manage("migrate", "--verbosity=0").returncode == 0

        def run(variant: str, reveals: int) -> dict[str, int]:
            settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "REVEALS_PER_HOUR": "30000"}
            return json.loads(home.python(RUN, variant, reveals, **settings))

        yield run
        remove(home.url)


def test_of_a_thousand_reveals_with_kills_none_is_without_a_trace(outcome: Any, figure: Figure) -> None:
    done = outcome("sound", REVEALS)
    figure("S3 reveals", done["seen"])
    figure("S3 kills", done["killed"])
    figure("S3 reveals without a trace", done["untraced"])
    assert done["seen"] >= REVEALS
    assert done["killed"] > 20
    assert done["untraced"] == 0


def test_an_answer_before_the_trail_is_found_out(outcome: Any) -> None:
    """The negative control."""
    assert outcome("answer first", FEW)["untraced"] > 0
