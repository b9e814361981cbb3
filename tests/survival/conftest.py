from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.survival.homes import SESSION, SETUP, Home, database, remove

numbers = count(1)


@pytest.fixture(scope="session")
def model_home(tmp_path_factory: Any, django_db_blocker: Any) -> Iterator[Home]:
    """Return a portal with the cast in it; others are copies of it."""
    folder = tmp_path_factory.mktemp("model")
    with django_db_blocker.unblock():
        home = Home(folder / "state", database(folder, "model"), folder / "backups")
        done = home.manage("migrate", "--verbosity=0")
        assert done.returncode == 0, done.stderr
        home.python(SETUP)
        yield home
        remove(home.url)


@pytest.fixture
def new_home(tmp_path: Path, model_home: Home, django_db_blocker: Any) -> Iterator[Callable[..., Home]]:
    """Return a function that opens a portal: with the cast, or with an empty database."""
    made: list[Home] = []

    def open_one(*, empty: bool = False) -> Home:
        number = next(numbers)
        url = database(tmp_path, f"home{number}", "" if empty else model_home.url)
        made.append(Home(tmp_path / f"state{number}", url, tmp_path / f"backups{number}"))
        return made[-1]

    with django_db_blocker.unblock():
        yield open_one
        for home in made:
            remove(home.url)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: Any, model_home: Home, django_db_blocker: Any) -> Iterator[tuple[Home, Path]]:
    """Return a portal and a backup of it, the same for all tests of a module: they read and change neither."""
    folder = tmp_path_factory.mktemp("kept")
    with django_db_blocker.unblock():
        home = Home(folder / "state", database(folder, "kept", model_home.url), folder / "backups")
        fill(home)
        yield home, home.back_up()
        remove(home.url)


def fill(home: Home) -> None:
    """Put a file into the media and a session into the database."""
    (home.state / "media" / "2026").mkdir(parents=True)
    (home.state / "media" / "2026" / "附件.pdf").write_bytes(b"%PDF-1.4 " + bytes(range(256)) * 50)
    (home.state / "doorbell").mkdir()
    (home.state / "doorbell" / "message").write_text("{}")
    home.python(SESSION)


@pytest.fixture
def home(new_home: Callable[..., Home]) -> Home:
    """Return a portal with the cast and a file in its media."""
    opened = new_home()
    fill(opened)
    return opened
