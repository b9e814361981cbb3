"""Why a backup or a restore was not done, in a sentence."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Failed(Exception):
    """Said to whoever asked, as it is."""


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """Turn the system's errors into a sentence."""
    try:
        yield
    except OSError as error:
        raise Failed(sentence(what, error)) from error
    except sqlite3.Error as error:
        raise Failed(f"{what}没有完成：{words_of(error)}") from error


def sentence(what: str, error: OSError) -> str:
    where = f"（{error.filename}）" if error.filename else ""
    if error.errno in FULL:
        return f"{what}没有完成：磁盘已满{where}。请腾出空间或换一个目录，再运行一次；没有留下不完整的文件。"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{what}没有完成：没有读写的权限{where}。请改正权限，再运行一次。"
    return f"{what}没有完成：{error.strerror or type(error).__name__}{where}。"


def words_of(error: sqlite3.Error) -> str:
    """Return what SQLite's code means; its own words may quote a value."""
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
        return "磁盘已满或不能写入。请腾出空间或换一个目录，再运行一次；没有留下不完整的文件。"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "数据库正在使用。请先停掉平台，再运行一次。"
    return f"数据库出错（{name}）。"
