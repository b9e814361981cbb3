"""Short ways to write down a matter, and to ask for the words of a talk, in a test."""

import datetime as dt
import uuid
from typing import Any

from members.models import Person, Post
from talks.follow_ups.actions import Matter, add_follow_up
from talks.models import FollowUp, Talk
from tests.cast import School
from tests.talks.writing import ON, talk_of

CANARY = "金丝雀六六一七"


def post_of(person: Person) -> Post:
    """Return the first post of somebody of the cast."""
    return Post.objects.select_related("organization", "person").filter(person=person).order_by("pk")[0]


def matter_of(
    school: School,
    *,
    asker: str = "owner",
    whose: str = "member",
    to: str = "officer",
    talk: Talk | None = None,
    **more: Any,
) -> FollowUp:
    """Ask somebody to do something after a talk of that day."""
    person = school.people[whose]
    talk = talk or talk_of(school.people[asker], person, by=school.user(asker))
    fields = {"what": CANARY, "due_on": ON + dt.timedelta(days=14), **more}
    asked = Matter(person, assignee=post_of(school.people[to]) if to else None, **fields)
    return add_follow_up(talk=talk, matter=asked, once_key=uuid.uuid4(), by=school.user(asker), on=ON)
