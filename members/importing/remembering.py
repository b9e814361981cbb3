"""What a roster import remembers of each row that it touches, so that it can be taken back (undoing.py).

Of a person new in the batch: a keyed mark of the row as the import left it. Of a changed one also what was otherwise
before. The mark covers the person, the account's number and the affiliations: whatever is written later changes it.
Of people who came, moved or took a step also how many records there are about them: a later one builds on the import.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import ManyToOneRel, Model

from carehub.accounts.models import User
from carehub.duties.models import RuleSetting
from carehub.duties.settings import IN_USE_SINCE
from carehub.sealing import keyed_hash
from members.importing.lookup import CHUNK
from members.importing.merging import Merged
from members.models import Affiliation, LifeEvent, Person

# The path follows the organisation: a tree that is put in order meanwhile is no change of the person.
PERSON = tuple(field.attname for field in Person._meta.concrete_fields if field.name != "path")
AFFILIATION = ("pk", "organization_id", "branch_id", "started_on", "ended_on", "ending")
ACCOUNT = ("number", "is_active", "closed_at", "closed_because")
EVENT = ("person_id", "kind", "happened_on", "organization_id", "withdrawn_at")
EVENTS = LifeEvent._meta.label

Row = list[Any]


def plain(thing: Any) -> Any:
    """Return a structure as it comes back from where it is kept: days and moments as words."""
    return json.loads(json.dumps(thing, default=str))


def chunks(items: Iterable[int]) -> Iterator[list[int]]:
    known = sorted(items)
    return (known[start : start + CHUNK] for start in range(0, len(known), CHUNK))


@dataclass(frozen=True)
class Known:
    """One person as the database has them: fields, account, affiliations."""

    fields: dict[str, Any]
    account: Row
    affiliations: list[Row]

    def mark(self, *, with_state: bool = False) -> str:
        """Return the mark; whether the account is open belongs to it only where the import opened or closed it."""
        account = self.account if with_state else self.account[:1]
        return keyed_hash(json.dumps([self.fields, account, self.affiliations], default=str, sort_keys=True))


def known_of(people: Iterable[int]) -> Iterator[tuple[int, Known]]:
    """Yield each person as the database has them; three queries per 500 people."""
    for chunk in chunks(people):
        stays = defaultdict(list)
        found = Affiliation.objects.filter(person__in=chunk).order_by("pk")
        for pk, *values in found.values_list("person_id", *AFFILIATION):
            stays[pk].append(values)
        rows = [dict(zip(PERSON, row, strict=True)) for row in Person.objects.filter(pk__in=chunk).values_list(*PERSON)]
        users = User.objects.filter(pk__in=[row["user_id"] for row in rows if row["user_id"]])
        accounts = {pk: values for pk, *values in users.values_list("pk", *ACCOUNT)}
        for row in rows:
            yield row["id"], Known(row, accounts.get(row["user_id"], []), stays[row["id"]])


@dataclass(frozen=True)
class Before:
    """How things stood when the writing began."""

    people: dict[int, Known]
    accounts: set[int]
    events: dict[int, Row]
    settings: set[int]

    @classmethod
    def of(cls, merged: list[Merged]) -> "Before":
        people = dict(known_of(one.person.pk for one in merged if not one.is_new))
        return cls(people, accounts_of(merged), events_of(people), in_use_settings())


@contextmanager
def remembered(merged: list[Merged], missing: list[int], absent: list[int]) -> Iterator[dict[str, Any]]:
    """Fill the dictionary with what the writing inside the block changes.

    `missing` are those whom this import is the first to mark, `absent` all who are not in the file.
    """
    kept: dict[str, Any] = {}
    before = Before.of(merged)
    yield kept
    events = new_events(merged, before)
    kept |= {"events": events, "new": new_people(merged, events), "changed": changed_people(before, events)}
    kept["accounts"] = sorted({one.person.user_id for one in merged} - before.accounts - {None})
    kept |= {"missing": missing, "absent": absent, "settings": sorted(in_use_settings() - before.settings)}
    kept.update(plain(kept))


def new_people(merged: list[Merged], events: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the marks of those new in the batch; the only records about them are the events that it made itself."""
    told = Counter(event["now"][0] for event in events.values())
    return {
        pk: {"mark": known.mark(), "records": {EVENTS: told[pk]} if told[pk] else {}}
        for pk, known in known_of(one.person.pk for one in merged if one.is_new)
    }


def changed_people(before: Before, events: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return what was otherwise before of each person who was here already."""
    changed = {pk: difference(before.people[pk], known) for pk, known in known_of(before.people)}
    told = {event["now"][0] for event in events.values()}
    closely = [pk for pk, was in changed.items() if was["affiliations"] is not None or pk in told]
    for pk, records in records_about(closely).items():
        changed[pk]["records"] = records
    return changed


def difference(before: Known, after: Known) -> dict[str, Any]:
    """Return the fields as they were that are other ones now, and the mark of how they are now."""
    account = before.account if before.account != after.account else None
    return {
        "mark": after.mark(with_state=account is not None),
        "was": {name: value for name, value in before.fields.items() if value != after.fields[name]},
        "account": account,
        "affiliations": before.affiliations if before.affiliations != after.affiliations else None,
        "records": None,
    }


def accounts_of(merged: list[Merged]) -> set[int]:
    """Return the accounts that are there before: of these people, or with one of their numbers."""
    found = {one.person.user_id for one in merged if one.person.user_id}
    for start in range(0, len(merged), CHUNK):
        numbers = [one.person.number for one in merged[start : start + CHUNK] if one.person.number]
        found |= set(User.objects.filter(number__in=numbers).values_list("pk", flat=True))
    return found


def in_use_settings() -> set[int]:
    return set(RuleSetting.objects.filter(name=IN_USE_SINCE.name).values_list("pk", flat=True))


def events_of(people: Iterable[int]) -> dict[int, Row]:
    """Return {event: how it stands} of the events of these people."""
    found: dict[int, Row] = {}
    for chunk in chunks(people):
        rows = LifeEvent.objects.filter(person__in=chunk).values_list("pk", *EVENT)
        found |= {pk: values for pk, *values in rows}
    return found


def new_events(merged: list[Merged], before: Before) -> dict[int, dict[str, Any]]:
    """Return the events that the import made, and those whose unit it corrected with the unit of before."""
    now = events_of(one.person.pk for one in merged)
    place = EVENT.index("organization_id")
    return {
        pk: {"now": row, "was": before.events[pk][place] if pk in before.events else None}
        for pk, row in now.items()
        if row != before.events.get(pk)
    }


def records_about(people: Collection[int]) -> dict[int, dict[str, int]]:
    """Return {person: {kind of record: how many}}: posts, talks, events. The affiliations are in the mark."""
    found: dict[int, Counter[str]] = {pk: Counter() for pk in people}
    for model, column in pointing_at_people():
        for chunk in chunks(people):
            told = Counter(model._base_manager.filter(**{f"{column}__in": chunk}).values_list(column, flat=True))
            for pk, count in told.items():
                found[pk][model._meta.label] += count
    return {pk: dict(counts) for pk, counts in found.items()}


def pointing_at_people() -> Iterator[tuple[type[Model], str]]:
    """Yield every model with a foreign key to a person, also those that no person leads back to."""
    for relation in Person._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model is not Affiliation:
            yield cast(type[Model], relation.related_model), relation.field.attname
