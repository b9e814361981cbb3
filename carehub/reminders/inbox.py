"""What the inbox shows: messages with the names behind their numbers, as far as the reader may still see them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from carehub.access.viewer import Viewer, viewer_of
from carehub.reminders.models import InboxItem, ReminderLog

NAMES_AT_ONCE = 12


@dataclass
class Group:
    """The names of one stage, kind and organisation within a message."""

    stage: str
    title: str
    rule: str
    organization: str
    vacant: bool
    due_on: dt.date
    link: str = ""  # where it is done, empty for the desk
    names: list[str] = field(default_factory=list)
    hidden: int = 0  # names that left the reader's reach since

    @property
    def first(self) -> list[str]:
        return self.names[:NAMES_AT_ONCE]

    @property
    def rest(self) -> list[str]:
        return self.names[NAMES_AT_ONCE:]

    def add(self, row: ReminderLog, viewer: Viewer) -> None:
        """Take in one reminder: its name, or only that there is one."""
        if row.is_open_to(viewer):
            self.names.append(row.subject)
        else:
            self.hidden += 1


@dataclass(frozen=True)
class Message:
    """One inbox item with its groups of names."""

    item: InboxItem
    groups: list[Group]


def messages_of(items: Iterable[InboxItem], reader: Any) -> list[Message]:
    """Return the messages of a page with their names, in one query for all of them."""
    items, viewer = list(items), viewer_of(reader)
    days = {item.day_on for item in items if item.is_digest}
    groups: dict[dt.date, dict[tuple[Any, ...], Group]] = defaultdict(dict)
    for row in (
        ReminderLog.objects.visible_to(reader).standing().filter(day_on__in=days).order_by("-stage", "due_on", "pk")
    ):
        parts = (row.stage, row.title, row.rule, row.organization, row.vacant, row.due_on, row.link)
        groups[row.day_on].setdefault(parts, Group(*parts)).add(row, viewer)
    return [Message(item, list(groups[item.day_on].values()) if item.is_digest else []) for item in items]


def unread_of(user: Any) -> int:
    """Return how many messages an account has not read: one count over a partial index."""
    return InboxItem.objects.visible_to(user).unread().count()
