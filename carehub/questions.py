"""Questions to the database that are put together once and asked again: a queryset of nested subqueries holds no rows.

Putting one together takes longer than asking it of one branch. What is kept must follow from its key alone.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

MOST = 64
Question = TypeVar("Question")
_shelf = threading.local()  # by thread: a queryset is not made to be compiled by two at once


def kept(key: Hashable, put_together: Callable[[], Question]) -> Question:
    """Return what was put together before under this key, else put it together; the latest few dozen are kept."""
    shelf: OrderedDict[Hashable, Any] = _shelf.__dict__.setdefault("questions", OrderedDict())
    if key not in shelf:
        shelf[key] = put_together()
        if len(shelf) > MOST:
            shelf.popitem(last=False)
    shelf.move_to_end(key)
    found: Question = shelf[key]
    return found
