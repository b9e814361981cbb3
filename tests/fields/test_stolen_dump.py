"""S1: whoever steals the database, the files, Redis and the log reads none of five hundred values."""

import base64
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fields.theft.canaries import ALL, Canary, id_of, words_of
from tests.fields.theft.loot import loot_of
from tests.fields.theft.scanning import canaries_in
from tests.figures import Figure
from tests.house.sources import ROOT
from tests.survival.homes import Home, database, remove

Robbed = Callable[[str], tuple[set[Canary], set[Canary]]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Home]:
    """Return a portal with tables and nobody in it; others are copies of it."""
    folder = tmp_path_factory.mktemp("empty")
    with django_db_blocker.unblock():
        home = Home(folder / "state", database(folder, "theft_empty"), folder / "backups")
        assert home.manage("migrate", "--verbosity=0").returncode == 0
        yield home
        remove(home.url)


@pytest.fixture
def robbed(empty: Home, tmp_path: Path, django_db_blocker: Any) -> Iterator[Robbed]:
    """Return a function that lets a school live, robs it, and returns (canaries it keeps, canaries found)."""
    folder = tmp_path / "database"
    folder.mkdir()
    with django_db_blocker.unblock():
        home = Home(tmp_path / "state", database(folder, "theft", empty.url), tmp_path / "backups")

        def rob(variant: str) -> tuple[set[Canary], set[Canary]]:
            kept, log = live(home, variant)
            return kept, canaries_in(loot_of(home, log))

        yield rob
        remove(home.url)


def live(home: Home, variant: str) -> tuple[set[Canary], str]:
    environ = home.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.fields.theft.settings", "LOG_LEVEL": "DEBUG",
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.fields.theft.acting", variant]
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=400, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    said = ran.stdout.splitlines()
    return {(kind, n) for kind, n in json.loads(said[-1])}, "\n".join([*said[:-1], ran.stderr])


def test_of_five_hundred_canaries_a_thief_reads_none(robbed: Robbed, figure: Figure):
    kept, found = robbed("sound")
    figure("S1 canaries kept", len(kept))
    figure("S1 canaries in plain text", len(found))
    assert len(kept) == ALL == 500
    assert found == set()


@pytest.mark.walk
@pytest.mark.parametrize("variant", ["plain field", "plain file", "talkative trail"])
def test_one_hole_is_enough_to_be_found(robbed: Robbed, variant: str):
    """The negative control: something is left open on purpose."""
    _kept, found = robbed(variant)
    assert found


@pytest.mark.parametrize(
    "hide",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-16-le"),
        lambda text: b"x" + text.encode("utf-16-be"),
        lambda text: text.encode("gb18030"),
        lambda text: json.dumps(text).encode(),
        lambda text: text.encode().hex().encode(),
        lambda text: base64.b64encode(text.encode()),
        lambda text: base64.urlsafe_b64encode(b"ab" + text.encode()),
        lambda text: b"noise" + zlib.compress(text.encode()),
        lambda text: base64.b64encode(zlib.compress(text.encode())),
        lambda text: "".join(f"&#{ord(letter)};" for letter in text).encode(),
        lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    ],
)
def test_the_search_sees_through_the_usual_wrappings(hide: Callable[[str], bytes]):
    wrapped = b"\x00 " + hide(f"{words_of('line', 7)} {id_of(12)}") + b" \xff"
    assert canaries_in([wrapped]) == {("line", 7), ("id", 12)}


def test_the_search_looks_into_a_workbook():
    from tests.imports import making

    book = making.workbook([making.person(1, 公民身份号码=id_of(3))])
    assert canaries_in([b"before" + book]) == {("id", 3)}
