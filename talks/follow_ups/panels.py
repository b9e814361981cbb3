"""What 办理事项 offer to other pages: the rows of a talk and of a person, and how many wait on the desk."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from members.models import Person
from talks.models import FollowUp, Talk

FIRST = 20


@dataclass(frozen=True)
class Row:
    """One matter with its badge."""

    item: FollowUp
    kind: str
    words: str


def rows_of(items: Iterable[FollowUp], on: dt.date) -> list[Row]:
    """Return the matters as a list shows them."""
    return [Row(item, *item.look(on)) for item in items]


def rows_from(talk: Talk, user: Any, on: dt.date) -> list[Row]:
    """Return what is to be done after a talk, as far as the viewer's own row of the matrix shows it."""
    seen = FollowUp.objects.visible_to(user).with_rights(user).filter(talk=talk.pk)
    return rows_of(seen.nearest_first()[:FIRST], on)


def rows_about(person: Person, user: Any, on: dt.date) -> list[Row]:
    """Return the matters of a person that the viewer may see (talks/follow_ups/_about.html)."""
    seen = FollowUp.objects.visible_to(user).with_rights(user).about(person.pk).filter(withdrawn_at=None)
    return rows_of(seen.order_by("-state", "due_on", "pk")[:FIRST], on)


def open_about(person: Person, user: Any, on: dt.date) -> list[Row]:
    """Return what was promised a person and is still open, as far as the viewer may see it, the nearest first."""
    seen = FollowUp.objects.visible_to(user).with_rights(user).about(person.pk).filter(withdrawn_at=None)
    return rows_of(seen.filter(state=FollowUp.State.OPEN).nearest_first()[:FIRST], on)


@dataclass(frozen=True)
class Waiting:
    """How many matters wait for one account."""

    count: int
    overdue: int

    def __bool__(self) -> bool:
        return bool(self.count)


def waiting_on(user: Any, on: dt.date) -> Waiting:
    """Return how many matters wait for an account, and how many of them are overdue, in one query."""
    waiting = FollowUp.objects.waiting_for(user)
    counts = waiting.aggregate(count=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=on)))
    return Waiting(counts["count"], counts["overdue"])
