"""Five hundred values of which each is unique and none may stand anywhere in plain text."""

import re
from collections.abc import Iterator

WORDS, ID_BORN, PHONE = "窅冥", "99018819700307", "1997766"
PEOPLE, FAULTS = 90, 30
# What people write about each other, and how much of it: kind → number of canaries.
WRITTEN = {
    "line": 60, "because": 30, "withdrawn": 20, "excuse": 40, "matter": 20, "note": 10, "result": 10, "ask": 5,
    "answer": 5,
}  # fmt: skip
ALL = 3 * PEOPLE + FAULTS + sum(WRITTEN.values())

Canary = tuple[str, int]
FOUND = re.compile(rf"{ID_BORN}(?P<id>\d{{3}})|{PHONE}(?P<phone>\d{{4}})|{WORDS}(?P<kind>[a-z]+)(?P<number>\d{{4}})")


def id_of(n: int) -> str:
    from members.identity import check_digit  # not before the apps are loaded

    body = f"{ID_BORN}{n:03d}"
    return body + check_digit(body)


def phone_of(n: int) -> str:
    return f"{PHONE}{n:04d}"


def words_of(kind: str, n: int) -> str:
    """Return a sentence that nobody else writes."""
    return f"她说起{WORDS}{kind}{n:04d}，请勿外传"


def found_in(text: str) -> Iterator[Canary]:
    """Yield every canary of a text."""
    for match in FOUND.finditer(text):
        if match["id"] or match["phone"]:
            yield ("id", int(match["id"])) if match["id"] else ("phone", int(match["phone"]))
        else:
            yield match["kind"], int(match["number"])
