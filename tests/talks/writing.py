"""Short ways to write down a talk in a test."""

import datetime as dt
import uuid
from typing import Any

from members.models import Person
from talks.actions import log_talk
from talks.models import Talk

ON = dt.date(2026, 11, 23)


def talk_of(talker: Person, *people: Person, held_on: dt.date = ON, on: dt.date | None = None, **fields: Any) -> Talk:
    """Log a talk that was entered on the day itself unless said otherwise."""
    fields.setdefault("once_key", uuid.uuid4())
    return log_talk(talker=talker, people=people, held_on=held_on, on=on or max(held_on, ON), **fields)


def form_of(*people: Person, **fields: Any) -> dict[str, Any]:
    """Return a filled-in form as a browser sends it."""
    plain = {"held": "today", "form": "single", "channel": "in-person", "once_key": str(uuid.uuid4())}
    return {**plain, "people": [person.pk for person in people], **fields}
