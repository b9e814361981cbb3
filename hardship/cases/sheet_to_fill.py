"""The hardship ledger as a sheet to fill in, in the importer's own columns, ready to be uploaded again."""

from typing import Any

from django.utils.translation import gettext as _

from carehub.approvals.machine import State
from carehub.sheets.templates import template_workbook
from hardship.cases.import_row import COLUMNS
from hardship.cases.sheets import yes
from hardship.models import Case
from hardship.models.case import CaseQuerySet


def sheet_to_fill(cases: CaseQuerySet) -> bytes:
    """Return a workbook: who is in the ledger already stands there without a sealed word, the rest is empty.

    A row that stays as it is changes nothing; an empty cell overwrites nothing.
    """
    rows = [row_of(case) for case in cases.with_names()]
    columns = [column for column in COLUMNS if column.in_template or rows]
    heads = [(column.label, column.hint, column.required) for column in columns]
    return template_workbook(_("困难党员台账"), heads, [[row.get(one.key, "") for one in columns] for row in rows])


def row_of(case: Case) -> dict[str, Any]:
    """Return what stands of one registration, without its sealed columns and without an ID number."""
    return {
        "name": case.person.name,
        "id_number": case.person.number or "",
        "categories": case.category_words,
        "degree": case.get_degree_display(),
        "cause": case.get_cause_display(),
        "income_on": case.income_on,
        "household": case.household,
        "has_allowance": yes(case.has_allowance),
        "has_preference": yes(case.has_preference),
        "is_veteran": yes(case.is_veteran),
        "help_from_on": case.help_from_on,
        "help_to_on": case.help_to_on,
        "consent_on": case.consent_on,
        "standing": standing(case),
    }


def standing(case: Case) -> str:
    """Return how what is registered may change."""
    if case.is_recognised:
        return _("已认定，用复核修改")
    return _("退回补正，在登记页上改") if case.application.state == State.RETURNED else _("办理中")
