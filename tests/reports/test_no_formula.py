"""X7: an export cannot run code. Sixty payloads in every column of every export, and a writer that lets them run."""

import dataclasses
import datetime as dt
import io
import re
from types import SimpleNamespace

import pytest
from openpyxl import Workbook, load_workbook

from carehub.access.viewer import viewer_of
from carehub.audit.models import AuditEvent
from carehub.auditlog.sheets import audit_ledger
from carehub.calendar import Window
from carehub.dashboard.sheets import branch_ledger
from carehub.management.commands.first_passwords import ledger_of as password_ledger
from carehub.reports import building
from carehub.reports.facts import MonthFacts
from carehub.reports.sheets import Making, ledgers
from carehub.sheets.writing import write_workbook
from hardship.cases.sheets import hardship_ledger
from hardship.models import Case
from members.models import Organization, Person
from members.sheets import roster_ledger
from tests.cast import make_person
from tests.house.sources import near, python_files
from tests.reports.making import AT, MONTH, asked, talk
from tests.reports.payloads import PAYLOADS, live_parts, words_of


def all_ledgers(school):
    """Return every sheet that the portal exports, with its real columns."""
    month = Window(MONTH, dt.date(2026, 10, 31), "2026-10")
    facts = MonthFacts(school.committee, "全校", month, MONTH, [], [], [], [], {}, [], [])
    roster = roster_ledger(Person.objects.none(), viewer_of(school.user("clerk")), on=MONTH, scope="全校")
    branch = branch_ledger(SimpleNamespace(branch="一支部", on=MONTH), [], scope="一支部")
    helped = hardship_ledger(Case.objects.none(), viewer_of(school.user("clerk")), on=MONTH, scope="全校")
    audit = audit_ledger(AuditEvent.objects.none(), count=0, on=MONTH, unit="全校")
    return [audit, *ledgers(facts, Making("周启明", AT)), password_ledger([], "全校"), branch, roster, helped]


def test_every_module_that_makes_a_ledger_is_tried_here():
    makers = {near(path) for path in python_files() if re.search(r"(?<!class )\bLedger\(", path.read_text())}
    assert makers == {
        "carehub/auditlog/sheets.py",
        "carehub/dashboard/sheets.py",
        "carehub/management/commands/first_passwords.py",
        "carehub/reports/sheets.py",
        "carehub/sheets/writing.py",
        "hardship/cases/sheets.py",
        "members/sheets.py",
    }


def test_nobody_else_writes_workbooks():
    named = {
        near(path)
        for path in python_files()
        if re.search(r"^\s*(from|import) (openpyxl|xlsxwriter)", path.read_text(), re.M)
    }
    assert {path for path in named if not path.startswith("carehub/sheets/")} == set()


def test_there_are_sixty_payloads():
    assert len(set(PAYLOADS)) == 60


def test_sixty_payloads_in_every_column_of_every_export_give_no_formula(school):
    poisoned = [
        dataclasses.replace(ledger, rows=[[payload] * len(ledger.columns) for payload in PAYLOADS])
        for ledger in all_ledgers(school)
    ]
    data = write_workbook(poisoned, by="=1+1", at=AT)
    assert live_parts(data) == []
    for ledger, sheet in zip(poisoned, load_workbook(io.BytesIO(data)).worksheets, strict=True):
        rows = list(sheet.iter_rows(min_row=5, max_row=4 + len(PAYLOADS)))
        assert {cell.data_type for row in rows for cell in row} == {"s"}
        assert {cell.number_format for row in rows for cell in row} == {"@"}
        read = [[cell.value for cell in row] for row in rows]
        assert read == [[words_of(payload)] * len(ledger.columns) for payload in PAYLOADS]


@pytest.mark.parametrize("payload", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|cmd", "%0A=1"])
def test_what_looks_like_a_formula_also_bears_the_mark_of_a_quote(school, payload):
    ledger = all_ledgers(school)[-1]
    row = [payload] * len(ledger.columns)
    data = write_workbook([dataclasses.replace(ledger, rows=[row])], by="周启明", at=AT)
    assert all(cell.quotePrefix for cell in load_workbook(io.BytesIO(data)).worksheets[0][5])


def test_titles_units_notes_and_tabs_run_nothing_either(school):
    ledger = all_ledgers(school)[0]
    for payload in PAYLOADS:
        parts = {"name": payload, "title": payload, "unit": payload, "note": payload, "empty": payload, "rows": []}
        assert live_parts(write_workbook([dataclasses.replace(ledger, **parts)], by=payload, at=AT)) == []


def test_a_built_workbook_of_poisoned_people_places_and_organisations_runs_nothing(school):
    Organization.objects.filter(pk=school.first.pk).update(name="=HYPERLINK(1)", short_name="+cmd|x")
    for payload in PAYLOADS:
        person = make_person(payload[:60].replace("\x00", ""), school.first)
        talk(school.owner, [person], place=payload.replace("\x00", ""), talker_title="=1+1")
    inspection = asked(school, school.languages)
    assert building.build(inspection.pk)
    inspection.refresh_from_db()
    assert live_parts(bytes(inspection.content)) == []
    assert inspection.counts["talks"] == 60


def test_a_writer_that_trusts_its_values_would_be_found_out():
    workbook, file = Workbook(), io.BytesIO()
    for payload in PAYLOADS:
        workbook.active.append([payload.replace("\x00", "").replace("\x01", "")])
    workbook.save(file)
    assert len(live_parts(file.getvalue())) >= 30
