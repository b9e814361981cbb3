"""The files beside the database: media and whatever else stands in the state folder and could not be made again."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

FILES = "files"
# Made anew by whoever needs them: messages on their way, the clock's notes, mail of a trial run, marks of sent mails.
TRANSIENT = ("doorbell", "mail", "trouble", ".healthz", "beat")
PIECE = 1 << 20


def state_files(without: Path) -> Iterator[Path]:
    """Yield the files to keep. Links are not followed; the database and the backups themselves are not among them."""
    state = Path(settings.STATE_DIR)
    for folder, names, files in os.walk(state):
        here = Path(folder)
        kept = [name for name in sorted(names) if not is_transient(here / name, state)]
        names[:] = [name for name in kept if (here / name).resolve() != without.resolve()]
        yield from (path for name in sorted(files) if is_kept(path := here / name, state))


def is_transient(path: Path, state: Path) -> bool:
    top = path.relative_to(state).parts[0]
    return top in TRANSIENT or top.startswith(("beat", ".restoring-", ".replaced-"))


def is_kept(path: Path, state: Path) -> bool:
    is_database = path.parent == state and ".sqlite3" in path.name
    return path.is_file() and not path.is_symlink() and not is_database and not is_transient(path, state)


def copy_into(folder: Path, without: Path) -> dict[str, dict[str, Any]]:
    """Copy the files and return the mark of each, made of the very bytes that were written."""
    state = Path(settings.STATE_DIR)
    return {
        f"{FILES}/{name}": copied(path, folder / FILES / name)
        for path in state_files(without)
        for name in [path.relative_to(state).as_posix()]
    }


def copied(source: Path, to: Path) -> dict[str, Any]:
    """Copy one file, readable for nobody else, and return its size and mark."""
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark, size = hashlib.sha256(), 0
    with source.open("rb") as reading, open(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as writing:
        while piece := reading.read(PIECE):
            writing.write(piece)
            mark.update(piece)
            size += len(piece)
    return {"size": size, "sha256": mark.hexdigest()}


def mark_of(path: Path) -> dict[str, Any]:
    """Return the size and mark of a file as it stands."""
    mark, size = hashlib.sha256(), 0
    with path.open("rb") as reading:
        while piece := reading.read(PIECE):
            mark.update(piece)
            size += len(piece)
    return {"size": size, "sha256": mark.hexdigest()}
