"""The verbs of people and organisations."""

import datetime as dt
from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Q

from carehub.accounts.actions import close_account, reopen_account
from carehub.accounts.models import OF_ITSELF, Closing, User
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import DAY, today
from carehub.reminders.actions import silence
from members.events_records import Happening, note, note_move, take_moves_back
from members.grants_actions import withdraw_grants_of
from members.ground import with_ground
from members.models import Affiliation, EventKind, Organization, Person

Ending = Affiliation.Ending


def branch_of(organization: Organization) -> Organization:
    """Return the organisation in which people count: a group's people count in its branch."""
    is_group = organization.kind == Organization.Kind.GROUP
    return organization.parent if is_group and organization.parent else organization


@transaction.atomic
def affiliate(*, person: Person, organization: Organization, on: dt.date, by: Any = None) -> Affiliation:
    """Bring a person into an organisation from a day on; an affiliation in force ends the day before (校内转接)."""
    before = open_affiliation(person, on - DAY)
    end_affiliation(person=person, on=on - DAY, ending=Ending.MOVED)
    take_moves_back(person, since=on)
    affiliation = Affiliation.objects.create(
        person=person, organization=organization, branch=branch_of(organization), started_on=on
    )
    person.organization, person.path = organization, organization.path or ""
    person.save(update_fields=["organization", "path"])
    if before:
        before.ended_on = on - DAY
    note_move(person, before, affiliation, by=by)
    settle_accounts(on=today(), people=[person.pk], by=by)
    record(Action.CHANGE, by=by, target=person, path=person.path, what="affiliate", on=str(on))
    return affiliation


def open_affiliation(person: Person, on: dt.date) -> Affiliation | None:
    """Return the affiliation that is open and holds a day."""
    return person.affiliations.filter(ended_on=None, started_on__lte=on).select_related("branch__parent").first()


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
    note_leaving(person, on=on, ending=ending, by=by)
    end_affiliation(person=person, on=on, ending=ending)
    end_posts(person=person, on=on)
    withdraw_grants_of(person, by=by, on=on)
    dates = {Ending.DIED: "died_on", Ending.LEFT_PARTY: "left_party_on", Ending.SUSPENDED: "suspended_on"}
    if field := dates.get(Ending(ending)):
        setattr(person, field, on)
    path, person.organization, person.path = person.path, None, ""
    person.save()
    silence(person_id=person.pk)
    if person.user:
        died = ending == Ending.DIED
        close_account(user=person.user, because=Closing.DIED if died else Closing.LEFT, by=by)
    record(Action.CHANGE, by=by, target=person, path=path, what="leave", on=str(on), ending=str(ending))


def note_leaving(person: Person, *, on: dt.date, ending: str, by: Any = None) -> None:
    """Write down the event that a leaving is: out of the school, or a death, which opens what C-2.10 asks."""
    kinds = {Ending.LEFT_SCHOOL: EventKind.MOVED_OUT, Ending.DIED: EventKind.DIED}
    take_moves_back(person, since=on + DAY)
    kind, stay = kinds.get(Ending(ending)), open_affiliation(person, on)
    if kind and stay:
        note([Happening(person, kind, on, stay.branch)], by=by)


@transaction.atomic
def settle_accounts(*, on: dt.date, people: list[int] | None = None, by: Any = None) -> Counter[str]:
    """Close the accounts without ground on a day and open those again that the portal closed and whose person is back.

    Of some people, or of all; what an administrator closed stays closed. Returns how many of each.
    """
    counts: Counter[str] = Counter()
    accounts = User.objects.all() if people is None else User.objects.filter(person__in=people)
    grounded = with_ground(on).values("user")
    for user in accounts.filter(~Q(pk__in=grounded.exclude(user=None)), is_active=True):
        counts["closed"] += close_account(user=user, because=Closing.NO_GROUND, by=by)
    for user in accounts.filter(pk__in=grounded, is_active=False, closed_because__in=OF_ITSELF):
        counts["reopened"] += reopen_account(user=user, by=by, closed_because=OF_ITSELF)
    return counts
