"""Takes values of people out of a line of log: numbers, addresses, keys, search words, and whatever an exception says.

An exception's message is never written. Databases quote rows in it (Key (phone)=(…)), so do int() and date parsing;
no pattern knows a name or an illness. Its class, the places it came through and the database's own code say enough.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from traceback import walk_tb
from typing import Any

ROOT = str(Path(__file__).resolve().parents[2]) + os.sep
GONE = "[…]"
MOST_PLACES, MOST_CAUSES = 25, 5
PATTERNS = (
    re.compile(r"(?<=://)[^@\s/]+(?=@)"),  # account and password of an address
    re.compile(r"\?[^\s\"'<>]+"),  # search words stand behind the question mark
    re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # mail addresses
    re.compile(r"(?<![\d])\d{6}[\s-]?\d{4}[\s-]?\d{4}[\s-]?\d{3}[\dXx](?!\d)"),  # ID numbers, also in groups
    re.compile(r"(?<!\d)(?:\d[ -]?){14,18}\d(?!\d)"),  # bank cards, old ID numbers
    re.compile(r"(?<!\d)[1１]\d{2}[\s-]?\d{4}[\s-]?\d{4}(?!\d)"),  # mobile phones
    re.compile(r"(?<!\d)[0０]\d{2,3}[\s-]?\d{7,8}(?!\d)"),  # landlines
    re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]{32}|[A-Za-z0-9]{64})(?![A-Za-z0-9])"),  # session keys, CSRF tokens
    re.compile(r"(?i)(?<=sessionid=)[^\s;]+|(?<=csrftoken=)[^\s;]+"),
    re.compile(r"""(?i)(?<=username: ")[^"]*|(?<=path_info: ")[^"]*"""),  # axes: people type a password there
)
# What Celery says of a task that failed: the exception's words, its traceback and its arguments.
SAID_BY_TASKS = ("exc", "traceback", "args", "kwargs", "return_value")


def scrubbed(text: str) -> str:
    """Return the text without what looks like somebody's number, address, key or search word."""
    for pattern in PATTERNS:
        text = pattern.sub(GONE, text)
    return text


def safe_argument(value: Any) -> Any:
    """Return an argument of a log line: an exception by its class, what a task failed over by its name only."""
    if isinstance(value, BaseException):
        return kind_of(value)
    if isinstance(value, Mapping) and "traceback" in value:
        return {name: "" if name in SAID_BY_TASKS else one for name, one in value.items()}
    held = getattr(value, "exception", None)  # Celery's and billiard's way to carry one
    return kind_of(held) if isinstance(held, BaseException) else value


def kind_of(error: BaseException) -> str:
    """Return the class of an exception, and the database's or the system's own code for it; no value of anybody."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return " ".join([name, *codes_of(error)])


def codes_of(error: BaseException) -> Iterator[str]:
    """Yield what a driver says in fixed words: SQLSTATE, the name of the constraint, errno."""
    for attribute in ("pgcode", "sqlite_errorname", "errno"):
        if (code := getattr(error, attribute, None)) is not None:
            yield f"{attribute}={code}"
    if constraint := getattr(getattr(error, "diag", None), "constraint_name", None):
        yield f"constraint={constraint}"


def places_of(error: BaseException) -> str:
    """Return the way an exception came, innermost first: talks/actions.py:55 log_talk < …"""
    way = [
        f"{near(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return " < ".join(reversed(way[-MOST_PLACES:]))


def near(path: str) -> str:
    """Return a file as people name it: from the project, or from the library's own folder."""
    if path.startswith(ROOT) and "site-packages" not in path:
        return path.removeprefix(ROOT)
    return path.rpartition("site-packages" + os.sep)[2].removeprefix(sys.prefix)


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what it came from."""
    known: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in known and len(known) < MOST_CAUSES:
        known.add(id(now))
        yield now
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)


def account_of(error: BaseException) -> str:
    """Return all that may be said of an exception, one line for each of its causes."""
    return "\n".join(f"  {kind_of(one)} at {places_of(one)}" for one in chain_of(error))
