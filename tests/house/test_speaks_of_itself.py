"""Nothing here names a machine on which it was written, or a place from which packages came."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import ROOT, near

NOT_OURS = {".git", ".hypothesis", ".venv", "var", "vendor", "node_modules", "staticfiles", "__pycache__"}
TEXT = {".py", ".toml", ".md", ".yml", ".in", ".txt", ".json", ".html", ".css", ".js", ".example", ""}
# Written so that this file does not find itself.
PLACES = re.compile(r"/[w]ork/|/[r]oot/|/[o]pt/|py[p]i\.org|npm[j]s\.|find-[l]inks")
GUARD = {"tests/house/test_locks.py"}


def own_texts(folder: Path = ROOT) -> Iterator[Path]:
    """Yield every text file of the project."""
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name.endswith("_cache"):
            continue
        if path.is_dir():
            yield from own_texts(path)
        elif path.is_file() and path.suffix in TEXT:
            yield path


def test_no_file_names_a_machine_or_a_registry():
    found = [near(path) for path in own_texts() if PLACES.search(path.read_text(encoding="utf-8", errors="replace"))]
    assert set(found) - GUARD == set()


def test_a_named_place_would_be_seen():
    assert PLACES.search("cp " + "/".join(["", "root", "secret"]))
    assert ROOT / "README.md" in set(own_texts())
