"""A row and the person it is about, put together: what is known is kept, what the file says more is taken."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast

from carehub.calendar import Precision, date_words, last_possible_day
from members.actions import branch_of
from members.changes import label_of, shown
from members.importing.base import Change
from members.importing.dates import Known
from members.importing.person_row import Wanted, admission_in
from members.models import Organization, Person

SPELLED = ("pinyin", "pinyin_joined", "initials")
LENGTH_OF_YEAR = len("1975年")
DATES = ("born", "joined", "confirmed")
PLAIN = (
    "name", "number", "sex", "ethnicity", "education", "occupation", "position", "phone", "address", "category",
    "standing_correction_months", "is_floating", "floating_to",
)  # fmt: skip


@dataclass(slots=True)
class Merged:
    """A person as the import leaves them, and what has to be written for it."""

    person: Person
    is_new: bool
    organization: Organization
    moves: bool
    since_on: dt.date
    came_on: dt.date | None = None  # 转入日期, where the file says it of somebody new
    category_before: str = ""
    is_to_be_spelled: bool = False  # the name is new: its pinyin is found when it is written, not for a preview
    changed: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    history: list[list[str]] = field(default_factory=list)  # [field, before, after], of a birth date the year only


def merge(wanted: Wanted, person: Person | None, on: dt.date) -> Merged:
    """Return the person, somebody new for None, with the row's values and in its organisation."""
    organization = cast(Organization, wanted.organization)  # a row without one is rejected before
    is_new = person is None
    person = person or Person(occupation=Person.Occupation.OTHER, category="")
    moves = not stays(person, organization)
    since, came = start_of(wanted, is_new, on), wanted.since_on if is_new else None
    merged = Merged(person, is_new, organization, moves, since, came, category_before=person.category)
    take_identity(merged, wanted)
    take_plain(merged, wanted)
    take_dates(merged, wanted)
    take_standing(merged, wanted, on)
    if not person.category:
        put(merged, "category", admission_in(wanted, on).category)
    take_place(merged)
    return merged


def put_together(payload: Merged | Wanted, on: dt.date) -> Merged:
    """Return what an entry of the roster keeps of a person, somebody new put together now."""
    return payload if isinstance(payload, Merged) else merge(payload, None, on)


def stays(person: Person, organization: Organization) -> bool:
    """Return whether the person is there already; a branch named for a member of one of its groups is no move."""
    if person.died_on or person.left_party_on:
        return True
    current = person.organization
    return current is not None and (current == organization or branch_of(current) == organization)


def start_of(wanted: Wanted, is_new: bool, on: dt.date) -> dt.date:
    """Return the first day there: of a new person 转入日期, else 入党日期; a move is on the day of import."""
    joined = wanted.known("joined")
    if not is_new:
        return on
    return wanted.since_on or (joined.on if joined else on)


def take_identity(merged: Merged, wanted: Wanted) -> None:
    if merged.person.id_hash is None:
        put(merged, "id_number", wanted.id_number)
        merged.person.id_hash = wanted.id_hash
        mark(merged, "id_hash")


def take_plain(merged: Merged, wanted: Wanted) -> None:
    for name in PLAIN:
        if name in wanted.fields:
            put(merged, name, wanted.fields[name])
    if not merged.person.sex and wanted.defaults.get("sex"):
        put(merged, "sex", wanted.defaults["sex"])
    if "name" in merged.changed or not merged.person.pinyin:
        merged.is_to_be_spelled = True
        mark(merged, *SPELLED)


def take_dates(merged: Merged, wanted: Wanted) -> None:
    person = merged.person
    for name in DATES:
        new, day = wanted.known(name), getattr(person, f"{name}_on")
        old = Known(day, getattr(person, f"{name}_precision")) if day else None
        if new and not (old and says_no_more(new, old)):
            put_date(merged, name, old, new)
    if person.born_on is None and wanted.defaults.get("born_on"):
        put_date(merged, "born", None, Known(wanted.defaults["born_on"]))


def says_no_more(new: Known, old: Known) -> bool:
    """Return whether the new date is the old one, or only a vaguer way to write it."""
    if new.fields == old.fields:
        return True
    ranks = [Precision.YEAR, Precision.MONTH, Precision.DAY]
    vaguer = ranks.index(Precision(new.precision)) < ranks.index(Precision(old.precision))
    return vaguer and new.on <= old.on <= last_possible_day(*new.fields)


def put_date(merged: Merged, name: str, old: Known | None, new: Known) -> None:
    setattr(merged.person, f"{name}_on", new.on)
    setattr(merged.person, f"{name}_precision", new.precision)
    mark(merged, f"{name}_on", f"{name}_precision")
    before = date_words(*old.fields) if old else ""
    note(merged, f"{name}_on", before, date_words(*new.fields))


def take_standing(merged: Merged, wanted: Wanted, on: dt.date) -> None:
    """Take 停止党籍 and 失联; their day is the file's, else the day on which the import says so first."""
    person, fields = merged.person, wanted.fields
    if "suspended" in fields and fields["suspended"] != bool(person.suspended_on):
        put(merged, "suspended_on", on if fields["suspended"] else None)
    if fields.get("lost") is True and (fields["lost_contact_on"] or person.lost_contact_on is None):
        put(merged, "lost_contact_on", fields["lost_contact_on"] or on)
    elif fields.get("lost") is False:
        put(merged, "lost_contact_on", None)
    put(merged, "verify_since_on", None)


def take_place(merged: Merged) -> None:
    if not merged.moves:
        return
    before = str(merged.person.organization or "")
    merged.person.organization, merged.person.path = merged.organization, merged.organization.path or ""
    mark(merged, "organization", "path")
    note(merged, "organization", before, str(merged.organization))


def mark(merged: Merged, *names: str) -> None:
    """Remember which fields to write; of a new person all are."""
    if not merged.is_new:
        merged.changed.update(names)


def put(merged: Merged, name: str, value: Any) -> None:
    """Set a field and remember how it was, if it is another value than before."""
    before = getattr(merged.person, name)
    if before == value:
        return
    setattr(merged.person, name, value)
    mark(merged, name)
    if not merged.is_new:
        note(merged, name, shown(name, before), shown(name, value))


def note(merged: Merged, name: str, before: str, after: str) -> None:
    """Remember a change for the preview; of a new person everything is new."""
    if not merged.is_new:
        merged.changes.append(Change(label_of(name), before, after))
        kept = LENGTH_OF_YEAR if name == "born_on" else None
        merged.history.append([name, before[:kept], after[:kept]])
