"""The verbs of people and organisations."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import DAY
from carehub.reminders.actions import silence
from members.models import Affiliation, Organization, Person


def branch_of(organization: Organization) -> Organization:
    """Return the organisation in which people count: a group's people count in its branch."""
    is_group = organization.kind == Organization.Kind.GROUP
    return organization.parent if is_group and organization.parent else organization


@transaction.atomic
def affiliate(*, person: Person, organization: Organization, on: dt.date, by: Any = None) -> Affiliation:
    """Bring a person into an organisation from a day on; an affiliation in force ends the day before (校内转接)."""
    end_affiliation(person=person, on=on - DAY, ending=Affiliation.Ending.MOVED)
    affiliation = Affiliation.objects.create(
        person=person, organization=organization, branch=branch_of(organization), started_on=on
    )
    person.organization, person.path = organization, organization.path or ""
    person.save(update_fields=["organization", "path"])
    record(Action.CHANGE, by=by, target=person, path=person.path, what="affiliate", on=str(on))
    return affiliation


def end_affiliation(*, person: Person, on: dt.date, ending: str) -> int:
    """Close the open affiliation on its last day; one that began later is taken back. Return how many closed."""
    open_ones = person.affiliations.filter(ended_on=None)
    open_ones.filter(started_on__gt=on).delete()
    return open_ones.update(ended_on=on, ending=ending)


def end_posts(*, person: Person, on: dt.date) -> int:
    """End every post on its last day: who is gone holds none, and the vacancy shows at once. Return how many ended."""
    person.posts.filter(started_on__gt=on).delete()
    return person.posts.filter(Q(ended_on=None) | Q(ended_on__gt=on)).update(ended_on=on)


@transaction.atomic
def leave(*, person: Person, on: dt.date, ending: str, by: Any = None) -> None:
    """Take a person out of the school's organisations; `on` is the last day (died, left the Party, transferred out)."""
    end_affiliation(person=person, on=on, ending=ending)
    end_posts(person=person, on=on)
    dates = {Affiliation.Ending.DIED: "died_on", Affiliation.Ending.LEFT_PARTY: "left_party_on"}
    dates |= {Affiliation.Ending.SUSPENDED: "suspended_on"}
    if field := dates.get(Affiliation.Ending(ending)):
        setattr(person, field, on)
    path, person.organization, person.path = person.path, None, ""
    person.save()
    silence(person_id=person.pk)
    record(Action.CHANGE, by=by, target=person, path=path, what="leave", on=str(on), ending=str(ending))
