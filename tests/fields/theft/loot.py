"""What a thief carries away: the database in both forms, every file, Redis, the log."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import redis

from tests.survival.homes import Home


def loot_of(home: Home, log: str) -> Iterator[bytes]:
    """Yield everything: files under the state folder (the SQLite file and its log among them), rows, dump, log."""
    yield log.encode()
    yield from (path.read_bytes() for folder in (home.state, _folder(home)) for path in _files(folder))
    yield from (_bytes(value) for value in _values(home.url))
    if home.url.startswith("postgres"):
        yield subprocess.run(["pg_dump", home.url], capture_output=True, check=True).stdout
    yield from _redis()


def _folder(home: Home) -> Path | None:
    return Path(home.url.removeprefix("sqlite:///")).parent if home.url.startswith("sqlite") else None


def _files(folder: Path | None) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()] if folder and folder.exists() else []


def _values(url: str) -> Iterator[Any]:
    """Yield every value of every column of every table."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as open_file:
            tables = open_file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                yield from (value for row in open_file.execute(f'SELECT * FROM "{table}"') for value in row)
        return
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            yield from (value for row in cursor.fetchall() for value in row)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()


def _redis() -> Iterator[bytes]:
    """Yield the keys of Redis and what they hold."""
    if not os.environ.get("REDIS_URL"):
        return
    store = redis.Redis.from_url(os.environ["REDIS_URL"])
    read = {
        b"string": store.get, b"hash": store.hgetall, b"set": store.smembers,
        b"list": lambda key: store.lrange(key, 0, -1), b"zset": lambda key: store.zrange(key, 0, -1),
    }  # fmt: skip
    for key in store.scan_iter(count=500):
        yield key + repr(read[store.type(key)](key)).encode()
