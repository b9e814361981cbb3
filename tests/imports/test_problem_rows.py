"""The rows that need a look come back as a workbook, cells marked, and can be uploaded again once put right."""

import datetime as dt
import io

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from carehub.audit.models import AuditEvent
from members.importing.batch import forget_old_files
from members.models import Person, RosterImport
from tests.imports.making import person, roster, workbook
from tests.imports.test_wizard import confirm, upload

pytestmark = pytest.mark.django_db
HEADERS = ("姓名", "公民身份号码", "所在党支部", "入党日期", "手机号")


def rows_back(client, pk: int):
    answer = client.get(reverse("members:import-problems", args=[pk]))
    assert answer.status_code == 200
    return answer.content


def test_only_the_rows_with_findings_come_back_with_their_numbers_and_reasons(as_, school) -> None:
    clerk = as_("clerk")
    upload(clerk, roster(person(1), person(2, 人员类别="老党员"), person(3, 手机号="12")))
    sheet = load_workbook(io.BytesIO(rows_back(clerk, RosterImport.objects.get().pk))).active
    said = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[0] for row in said] == ["3", "4"]
    assert "人员类别应为正式党员" in said[0][-1]
    assert "不像电话号码" in said[1][-1]
    marked = {cell.value: cell.fill.fgColor.rgb for row in sheet.iter_rows(min_row=2) for cell in row if cell.comment}
    assert marked == {"老党员": "00F4C7C3", "12": "00FCE8B2"}


def test_what_was_put_right_there_is_uploaded_again(as_, school) -> None:
    clerk = as_("clerk")
    upload(clerk, roster(person(1, 人员类别="老党员")))
    book = load_workbook(io.BytesIO(rows_back(clerk, RosterImport.objects.get().pk)))
    wrong = next(cell for row in book.active.iter_rows() for cell in row if cell.value == "老党员")
    wrong.value = "正式党员"
    stream = io.BytesIO()
    book.save(stream)
    upload(clerk, stream.getvalue())
    again = RosterImport.objects.latest("pk")
    assert (again.report["new"], again.report["rejected"]) == (1, 0)
    confirm(clerk, again.pk)
    assert Person.objects.filter(name=person(1)["姓名"]).exists()


def test_nobody_but_the_uploader_gets_them_and_it_is_written_down_first(as_, school) -> None:
    upload(as_("officer"), roster(person(1)))
    pk = RosterImport.objects.get().pk
    for key in ("clerk", "general_officer"):
        assert as_(key).get(reverse("members:import-problems", args=[pk])).status_code == 404, key
    rows_back(as_("officer"), pk)
    assert AuditEvent.objects.filter(action="download", detail__what="import-problems").count() == 1


def test_a_formula_in_a_wrong_row_stays_text(as_, school) -> None:
    clerk = as_("clerk")
    upload(clerk, workbook([person(1, 人员类别="+老党员")], (*HEADERS, "人员类别")))
    sheet = load_workbook(io.BytesIO(rows_back(clerk, RosterImport.objects.get().pk))).active
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "+老党员")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_they_are_forgotten_after_seven_days(as_, school) -> None:
    clerk = as_("clerk")
    upload(clerk, roster(person(1), person(2, 人员类别="老党员")))
    batch = RosterImport.objects.get()
    confirm(clerk, batch.pk)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=8)):
        forget_old_files()
    assert RosterImport.objects.get().problems is None
    answer = clerk.get(reverse("members:import-problems", args=[batch.pk]))
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{batch.pk}/")


def test_a_file_without_findings_has_none(as_, school) -> None:
    clerk = as_("clerk")
    upload(clerk, roster(person(1)))
    assert RosterImport.objects.get().problems is None
