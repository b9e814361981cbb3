"""The dated grants as scope reads them. A further shared thing is one more line in SHARES."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from members.models import OrganizationGrant, Person, PersonGrant

# Each kind of share with the way from its thing to the person whom it is about. A higher floor adds its own with
# share_with(CaseGrant, "content_object__person"); what a share opens says `shared` in the access matrix.
SHARES: dict[type[Any], str] = {PersonGrant: "content_object"}


def share_with(model: type[Any], person: str) -> None:
    """Make a further kind of share known, from the ready() of its app."""
    SHARES[model] = person


def with_exceptions(people: QuerySet[Person], on: dt.date) -> QuerySet[Person]:
    """Mark the people whose account holds a grant today, in the same query: most hold none and cost nothing more."""
    held = Q()
    models: tuple[Any, ...] = (OrganizationGrant, *SHARES)
    for model in models:
        held |= Q(Exists(model.objects.running(on).filter(user=OuterRef("user"))))
    return people.annotate(has_exceptions=held)


def acting_grants(user: Any, on: dt.date) -> list[OrganizationGrant]:
    """Return for which officers an account acts on a day."""
    grants = OrganizationGrant.objects.running(on).filter(user=user)
    return list(grants.select_related("content_object", "permission").order_by("started_on", "pk"))


def shared_people(user: Any, on: dt.date) -> frozenset[int]:
    """Return the persons whose file is open to an account by a grant on a day: one query a kind of share."""
    found: set[int] = set()
    for model, person in SHARES.items():
        found.update(model.objects.running(on).filter(user=user).values_list(person, flat=True))
    return frozenset(found)
