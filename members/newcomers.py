"""Somebody comes into the school's organisations: one row of the roster, read and written by the roster's own code."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import today
from carehub.reminders.actions import tell
from members.grants_actions import Refused
from members.importing.base import Row
from members.importing.machine import hold_imports, importer_of
from members.importing.merging import Merged, put_together
from members.importing.roster_writing import write_people
from members.keepers import keepers_of
from members.models import Organization, Person


class Faulty(Exception):
    """The row would be rejected: {field: [sentence]}."""

    def __init__(self, faults: dict[str, list[str]]) -> None:
        super().__init__()
        self.faults = faults


@transaction.atomic
def take_in(*, said: Mapping[str, Any], organization: Organization, by: Any) -> Person:
    """Write somebody new with affiliation, account and event; who keeps the branch's roster is told.

    Faulty for what an import would reject; Refused for who is in the roster already.
    """
    hold_imports()
    importer = importer_of("roster", on=today(), by=by)
    columns = importer.by_key()
    cells = {key: _cell(said[key]) for key in columns if said.get(key)}
    cells |= {"organization": organization.code, "category": str(Person.Category(said["category"]).label)}
    row = Row(1, cells, {key: columns[key].label for key in columns}, columns)
    (entry,) = importer.read([row])
    if row.rejected:
        raise Faulty(_by_field(row, {column.label: key for key, column in columns.items()}))
    merged = put_together(entry.payload, today()) if entry.payload else None
    if merged is None or not _comes(merged):
        raise Refused(_("名册里已经有这个人。请在人员档案里查找；转支部的请办转接。"))
    write_people([merged], [], on=today(), by=by)
    person = merged.person
    record(Action.CHANGE, by=by, target=person, path=person.path, what="take-in")
    title = _("%(name)s编入%(place)s，请认识一下") % {"name": person.name, "place": organization}
    accounts = keepers_of(person.path, without=person)
    tell(accounts=accounts, key=f"newcomer:{person.pk}", title=title, path=person.get_absolute_url(), on=today(), by=by)
    return person


def _comes(merged: Merged) -> bool:
    """Return whether somebody is new, or was here before and comes back."""
    return merged.is_new or any(name == "organization" and not before for name, before, _after in merged.history)


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _by_field(row: Row, fields: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the errors under the form's fields."""
    found: dict[str, list[str]] = {}
    for finding in row.findings:
        if finding.level == "error":
            found.setdefault(fields.get(finding.column, ""), []).append(str(finding.message))
    return found
