"""How a change of a record reads: the field, how it was, how it is; what is sensitive leaves masked."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db.models import Field, Max, QuerySet
from django.utils.translation import gettext as _

from carehub.calendar import Precision, date_words
from carehub.masking import masked_id, masked_phone
from members.models import Person, PersonChange

DATES = {"born_on": "born_precision", "joined_on": "joined_precision", "confirmed_on": "confirmed_precision"}
TOLD = (
    "name", "number", "id_number", "sex", "ethnicity", "education", "occupation", "position", "category", "born_on",
    "joined_on", "confirmed_on", "standing_correction_months", "suspended_on", "lost_contact_on", "is_floating",
    "floating_to", "verify_since_on", "phone", "address", "organization",
)  # fmt: skip
# The row of the access matrix that opens a field to other people; the rest stands in the roster for all of it.
RESOURCES = {"phone": "contact", "address": "contact", "id_number": "identity", "born_on": "identity"}


def field_of(name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", Person._meta.get_field(name))


def label_of(name: str) -> str:
    return str(field_of(name).verbose_name)


def shown(name: str, value: Any) -> str:
    """Return a value for the screen; what is sensitive leaves masked."""
    if value in (None, ""):
        return ""
    if name == "id_number":
        return masked_id(value)
    if name == "phone":
        return masked_phone(str(value))
    if name == "address":
        return "……"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices = dict(field_of(name).flatchoices)
    return date_words(value) if isinstance(value, dt.date) else str(choices.get(value, value))


def value_words(person: Person, name: str) -> str:
    """Return a person's value as a history keeps it: dates with their precision, of the birth date only the year."""
    value = getattr(person, name)
    if value and name in DATES:
        precision = Precision.YEAR if name == "born_on" else getattr(person, DATES[name])
        return date_words(value, precision)
    return shown(name, value)


def differences(person: Person, before: Mapping[str, Any], words: Mapping[str, str]) -> list[list[str]]:
    """Return [[field, before, after]] of what is another value now; `before` and `words` come from `noted`."""
    changed = [name for name in words if getattr(person, name) != before[name] or _vaguer(person, name, before)]
    return [[name, words[name], value_words(person, name)] for name in changed]


def _vaguer(person: Person, name: str, before: Mapping[str, Any]) -> bool:
    """Return whether the same day is now known otherwise: as a month only, or to the day."""
    return name in DATES and getattr(person, DATES[name]) != before[DATES[name]]


def noted(person: Person) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of a record and their words, to be compared after a change."""
    values = {name: getattr(person, name) for name in (*TOLD, *DATES.values())}
    return values, {name: value_words(person, name) for name in TOLD}


def write_changes(changed: Mapping[int, list[list[str]]], *, source: str, by: Any, because: str = "") -> None:
    """Write the next change of each person who has one; their rows are locked by the update before."""
    told = {pk: rows for pk, rows in changed.items() if rows}
    last = dict(revisions_of(told))
    PersonChange.objects.bulk_create(
        (
            PersonChange(
                person_id=pk, revision=last.get(pk, 0) + 1, source=source, by=by, because=because, changed=rows
            )
            for pk, rows in told.items()
        ),
        batch_size=500,
    )


def revisions_of(people: Iterable[int]) -> "QuerySet[PersonChange, tuple[int, int]]":
    """Return (person, number of the last change) of those who have one."""
    found = PersonChange.objects.filter(person__in=people).order_by()
    return found.values_list("person_id").annotate(last=Max("revision"))


def revision_of(person: Person) -> int:
    """Return how many changes a record has seen."""
    return dict(revisions_of([person.pk])).get(person.pk, 0)
