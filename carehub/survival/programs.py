"""PostgreSQL's own programs: pg_dump, pg_restore and psql of the server's major version or a newer one."""

import os
import re
import shutil
import subprocess  # nosec B404 # fixed words, never a shell
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from carehub.survival.failing import Failed

FOLDERS = Path("/usr/lib/postgresql")
FROM_OPTIONS = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


def run(name: str, words: list[str], connection: Any, *, out: int = subprocess.DEVNULL) -> None:
    """Run a program on the connection's database to its end."""
    finish(name, start(name, words, connection, out=out))


def start(
    name: str, words: list[str], connection: Any, *, into: int = subprocess.DEVNULL, out: int = subprocess.DEVNULL
) -> "subprocess.Popen[str]":
    """Start a program; the password goes through the environment, never as a word that others see."""
    return subprocess.Popen(  # nosec B603 # fixed words and file names
        [find(name, connection), *words],
        env=environment(connection),
        stdin=into,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(name: str, program: "subprocess.Popen[str]") -> None:
    """Wait for a program; Failed with its reason if it did not do it."""
    said = program.communicate()[1]
    if program.returncode:
        raise Failed(f"{name} 没有完成（退出码 {program.returncode}）：{reason(said)}")


def reason(said: str) -> str:
    """Return why, without what the server quotes of a row."""
    if "No space left" in said or "File too large" in said:
        return "磁盘已满。请腾出空间或换一个目录，再运行一次；没有留下不完整的文件。"
    if "lock timeout" in said:
        return "数据库正在使用。请先停掉平台，再运行一次。"
    lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
    return re.sub(r"\(.*\)|\".*\"", "…", lines[0])[:200] if lines else "程序被中止，可能是磁盘已满。"


def environment(connection: Any) -> dict[str, str]:
    """Return where the database is, in the words of libpq."""
    settings = connection.settings_dict
    pairs = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    asked = {variable: str(settings[name]) for variable, name in pairs.items() if settings.get(name)}
    options = settings.get("OPTIONS") or {}
    asked |= {variable: str(options[name]) for name, variable in FROM_OPTIONS.items() if name in options}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | asked | {"LC_ALL": "C"}


def find(name: str, connection: Any) -> str:
    """Return the path of the oldest program that the server accepts; say so when there is none."""
    needed = connection.pg_version // 10000
    found = sorted((version, path) for path in candidates(name) if (version := major_of(path)) >= needed)
    if not found:
        raise Failed(
            f"没有找到 {name} {needed} 或更新的版本。请安装 postgresql-client-{needed}（或更新的），再运行一次。"
        )
    return found[0][1]


def candidates(name: str) -> Iterator[str]:
    if usual := shutil.which(name):
        yield usual
    yield from (str(path) for path in FOLDERS.glob(f"*/bin/{name}"))


def major_of(path: str) -> int:
    """Return a program's major version; 0 if it does not say."""
    said = subprocess.run(  # nosec B603 # a program that we found by its own name
        [path, "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(match[1]) if match else 0
