"""Writes people in bulk: persons, accounts, affiliations. Called inside the one transaction of an import."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.hashers import make_password

from carehub.accounts.models import User
from carehub.calendar import DAY, today
from carehub.duties.actions import set_rule
from carehub.duties.models import RuleSetting
from carehub.duties.settings import IN_USE_SINCE
from members.actions import branch_of, settle_accounts
from members.changes import write_changes
from members.events_records import note
from members.importing.happenings import happenings_of, stays_before
from members.importing.merging import Merged, mark
from members.models import Affiliation, Person, PersonChange
from members.pinyin import spell

CHUNK = 500


def write_people(merged: list[Merged], missing: list[int], *, on: dt.date, by: Any = None) -> None:
    """Write new and changed people, and mark those who are missing as 待核实."""
    if not Affiliation.objects.exists():
        begin_use(on=on, by=by)
    for chunk in chunks(merged):
        for one in (one for one in chunk if one.is_to_be_spelled):
            spell(one.person)
        open_accounts(chunk)
        before = stays_before(chunk)
        create([one for one in chunk if one.is_new])
        change([one for one in chunk if not one.is_new and one.changed], on, by=by)
        note(happenings_of(chunk, before, on), by=by)
        settle_accounts(on=today(), people=[one.person.pk for one in chunk], by=by)
    for chunk in chunks(missing):
        Person.objects.filter(pk__in=chunk, verify_since_on=None).update(verify_since_on=on)


def begin_use(*, on: dt.date, by: Any) -> None:
    """Take the first roster's day as the day from which the portal is in use: nobody owes what closed before."""
    if not RuleSetting.objects.filter(name=IN_USE_SINCE.name).exists():
        set_rule(IN_USE_SINCE.name, str(on), by=by, on=on)


def create(new: list[Merged]) -> None:
    """Write new people and begin their affiliations."""
    Person.objects.bulk_create(one.person for one in new)
    Affiliation.objects.bulk_create(affiliation(one, one.since_on) for one in new)


def change(changed: list[Merged], on: dt.date, *, by: Any) -> None:
    """Write the fields that changed, who changed them, and the moves."""
    if not changed:
        return
    fields = sorted(set().union(*(one.changed for one in changed)))
    Person.objects.bulk_update([one.person for one in changed], fields, batch_size=100)
    write_changes({one.person.pk: one.history for one in changed}, source=PersonChange.Source.IMPORT, by=by)
    rename_accounts([one.person for one in changed if "number" in one.changed])
    move([one for one in changed if one.moves], on)


def chunks(items: list) -> Iterable[list]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def open_accounts(merged: list[Merged]) -> None:
    """Open an account without a password for each person who has a staff or student number and no account.

    It signs nobody in until the office sets a first password; an account that belongs to somebody stays theirs.
    """
    without = {one.person.number: one for one in merged if one.person.number and one.person.user_id is None}
    found = User.objects.filter(number__in=without).select_related("person")
    taken = {user.number: (user, hasattr(user, "person")) for user in found}
    fresh = [
        User(number=number, password=make_password(None), must_change_password=True)
        for number in without
        if number not in taken
    ]
    User.objects.bulk_create(fresh)
    accounts = {user.number: user for user in fresh}
    accounts |= {number: user for number, (user, has_person) in taken.items() if not has_person}
    for number, user in accounts.items():
        without[number].person.user = user
        mark(without[number], "user")


def rename_accounts(people: list[Person]) -> None:
    """Let each account follow its person's new number, unless another account has it already."""
    taken = set(User.objects.filter(number__in=[person.number for person in people]).values_list("number", flat=True))
    for person in people:
        if person.user_id and person.number and person.number not in taken:
            User.objects.filter(pk=person.user_id).update(number=person.number)


def affiliation(one: Merged, started_on: dt.date) -> Affiliation:
    branch = branch_of(one.organization)
    return Affiliation(person=one.person, organization=one.organization, branch=branch, started_on=started_on)


def move(moved: list[Merged], on: dt.date) -> None:
    """End the old affiliation on the day before and begin the new one; one that began today or later is corrected."""
    last = last_affiliations([one.person.pk for one in moved])
    ended, corrected, begun = [], [], []
    for one in moved:
        old = last.get(one.person.pk)
        if old is not None and old.started_on >= on:
            old.organization, old.branch = one.organization, branch_of(one.organization)
            old.ended_on, old.ending = None, ""
            corrected.append(old)
            continue
        if old is not None and (old.ended_on is None or old.ended_on >= on):
            old.ended_on, old.ending = on - DAY, Affiliation.Ending.MOVED
            ended.append(old)
        begun.append(affiliation(one, on))
    Affiliation.objects.bulk_update(ended, ["ended_on", "ending"])
    Affiliation.objects.bulk_update(corrected, ["organization", "branch", "ended_on", "ending"])
    Affiliation.objects.bulk_create(begun)


def last_affiliations(people: list[int]) -> dict[int, Affiliation]:
    """Return each person's latest affiliation."""
    found = Affiliation.objects.filter(person__in=people).order_by("started_on", "pk")
    return {row.person_id: row for row in found}
