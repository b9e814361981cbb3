"""Signs of talks that may have been written rather than held (C-5.3: 不搞形式主义).

Each is a question to ask, with the records behind it: no score, no ranking, and never the words themselves.
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from carehub.calendar import DAY, Window

BURST, WITHIN = 6, dt.timedelta(minutes=15)
LAST_DAYS, AT_LEAST, MOST_OF = 7, 5, 0.6
ALIKE, SAME_LINES, SHORTEST = 0.9, 4, 6
NOT_WORDS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class Fact:
    """One talk as the signs look at it. `line` is its one sentence, empty where none was kept."""

    pk: int
    talker_id: int
    organization_id: int
    held_on: dt.date
    recorded_at: dt.datetime
    single: bool
    line: str = ""


def bursts(facts: Iterable[Fact]) -> Iterator[list[Fact]]:
    """Yield single talks of one person on one day that were written down one right after the other, six and more."""
    singles = sorted(
        (fact for fact in facts if fact.single), key=lambda fact: (fact.talker_id, fact.held_on, fact.recorded_at)
    )
    for _key, day in groupby(singles, key=lambda fact: (fact.talker_id, fact.held_on)):
        yield from (run for run in _runs(list(day)) if len(run) >= BURST)


def _runs(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """Yield the longest runs in which each follows the one before within a quarter of an hour."""
    run: list[Fact] = []
    for fact in facts:
        if run and fact.recorded_at - run[-1].recorded_at > WITHIN:
            yield run
            run = []
        run.append(fact)
    if run:
        yield run


def crowded_ends(facts: Iterable[Fact], window: Window) -> Iterator[list[Fact]]:
    """Yield the talks of the window's last week, by organisation, where most of its talks of the window lie there."""
    last_week = window.ends_on - (LAST_DAYS - 1) * DAY
    by_place: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.held_on in window:
            by_place[fact.organization_id].append(fact)
    for talks in by_place.values():
        late = [fact for fact in talks if fact.held_on >= last_week]
        if len(late) >= AT_LEAST and len(late) >= MOST_OF * len(talks):
            yield late


def alike(facts: Iterable[Fact]) -> Iterator[list[Fact]]:
    """Yield talks of one person whose one sentence is nearly the same, four and more; short ones do not count."""
    by_talker: dict[int, list[tuple[str, Fact]]] = defaultdict(list)
    for fact in facts:
        plain = NOT_WORDS.sub("", fact.line)
        if len(plain) >= SHORTEST:
            by_talker[fact.talker_id].append((plain, fact))
    for lines in by_talker.values():
        yield from (group for group in _groups(lines) if len(group) >= SAME_LINES)


def _groups(lines: Sequence[tuple[str, Fact]]) -> Iterator[list[Fact]]:
    """Yield groups around their first line: each line joins the first group whose first line it resembles."""
    groups: list[tuple[str, list[Fact]]] = []
    for plain, fact in lines:
        near = next((group for first, group in groups if _near(first, plain)), None)
        if near is None:
            groups.append((plain, [fact]))
        else:
            near.append(fact)
    yield from (group for _first, group in groups)


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    shared = sum((Counter(one) & Counter(other)).values())
    if 2 * shared < ALIKE * (len(one) + len(other)):
        return False  # cannot be: the quick bound of the same ratio
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
