"""The talk ledger of a branch as a sheet to fill in: who is still to be talked with, ready to be uploaded again."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from carehub.sheets.templates import template_workbook
from members.models import Person
from talks.importing import TalkImporter


def sheet_to_fill(people: Iterable[Person], talker: Person | None) -> bytes:
    """Return a workbook in the importer's own columns: both names and staff numbers stand there, the rest is empty.

    A row that stays so is passed over by the import, and nobody's record changes by it.
    """
    columns = [(column.label, column.hint, column.required) for column in TalkImporter.columns]
    keys = [column.key for column in TalkImporter.columns]
    known = {"talker": talker.name, "talker_id": talker.number or ""} if talker else {}
    known["pending"] = _("待填")
    rows = [known | {"people": person.name, "people_id": person.number or ""} for person in people]
    return template_workbook(_("谈心谈话台账"), columns, rows=[[row.get(key, "") for key in keys] for row in rows])
