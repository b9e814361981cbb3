"""How many of a branch may be settled by collective talks alone, where the department set a limit (C-2.6).

The base is everybody of the branch whose duty counts in the window. Who was talked with earlier goes first, on one day
by the person's number; whoever is beyond the limit is still owed a talk of his own.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from carehub.duties.duty import State
from carehub.duties.look import Look
from carehub.duties.settings import COLLECTIVE_SHARE
from carehub.duties.states import FINISHED

# branch, person, state without a limit, first day of a talk that counts, whether one of them was single
Counted = tuple[int, int, str, dt.date | None, bool]


@dataclass
class Share:
    """What the limit does in one window: who is beyond it, and how many each branch has left."""

    beyond: set[int] = field(default_factory=set)
    room: dict[int, int] = field(default_factory=dict)


def is_limited(look: Look) -> bool:
    return look.settings[COLLECTIVE_SHARE] != "none"


def share_of(rows: Iterable[Counted], percent: int) -> Share:
    """Return who is beyond the limit of percent of the duties of each branch."""
    counted: Counter[int] = Counter()
    only: dict[int, list[tuple[Any, int]]] = defaultdict(list)
    for branch, person, state, first, is_single in rows:
        counted[branch] += state != State.NOT_APPLICABLE
        if state in FINISHED and not is_single:
            only[branch].append((first, person))
    share = Share()
    for branch, n in counted.items():
        limit, together = n * percent // 100, sorted(only[branch])
        share.beyond.update(person for _first, person in together[limit:])
        share.room[branch] = max(limit - len(together), 0)
    return share
