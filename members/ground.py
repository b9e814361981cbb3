"""Who has ground to hold an open account: whoever belongs to an organisation of the school, or holds a post."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from members.models import Affiliation, Person, Post


def belongs(on: dt.date, person: str = "pk") -> Q:
    """Return the condition that somebody belongs to an organisation of the school on a day."""
    return Q(organization__isnull=False) | Q(Exists(Affiliation.objects.in_force(on).filter(person=OuterRef(person))))


def with_ground(on: dt.date) -> QuerySet[Person]:
    """Return the living who belong somewhere or hold a post on a day."""
    holds_post = Exists(Post.objects.in_force(on).filter(person=OuterRef("pk")))
    return Person.objects.filter(belongs(on) | Q(holds_post), died_on=None)


def has_ground(person: Person, on: dt.date) -> bool:
    """Return whether somebody may hold an open account on a day."""
    return with_ground(on).filter(pk=person.pk).exists()
