"""The talk ledger goes out with the names of who is left, is filled in, and comes back; empty rows change nothing."""

import io

import pytest
from openpyxl import load_workbook

from members.models import Person, RosterImport
from talks.models import Talk
from tests.imports.test_wizard import confirm, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]


def sheet_of(client, school):
    answer = client.get(f"/talk-sheets/{school.first.pk}/")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def sent_back(client, book) -> RosterImport:
    stream = io.BytesIO()
    book.save(stream)
    upload(client, stream.getvalue(), kind="talks", name="台账.xlsx")
    return RosterImport.objects.latest("pk")


def test_one_row_filled_in_is_one_talk_and_the_others_are_passed_over(as_, school) -> None:
    client = as_("officer")
    book = sheet_of(client, school)
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2) if row[1].value]
    names = {row[3] for row in rows}
    assert "黎小满" in names
    assert "林晓岚" not in names
    wanted = next(row for row in book.active.iter_rows(min_row=2) if row[3].value == "黎小满")
    wanted[0].value = "2026-11-20"
    batch = sent_back(client, book)
    assert (batch.report["new"], batch.report["rejected"], batch.report["findings_count"]) == (1, 0, 0)
    assert batch.report["unchanged"] == len(rows) - 1
    confirm(client, batch.pk)
    talk = Talk.objects.get()
    assert (talk.talker, list(talk.people.all())) == (school.owner, [school.member])


def test_who_may_not_upload_is_not_offered_the_sheet(as_, school) -> None:
    address = f"/branch/{school.first.pk}/plan/"
    assert "下载台账去填" in as_("officer").get(address).content.decode()
    assert "下载台账去填" not in as_("owner").get(address).content.decode()


def test_a_sheet_sent_back_as_it_came_changes_nothing(as_, school) -> None:
    client = as_("officer")
    batch = sent_back(client, sheet_of(client, school))
    assert (batch.report["new"], batch.report["rejected"]) == (0, 0)


def test_a_row_with_words_and_no_day_is_still_named(as_, school) -> None:
    client = as_("officer")
    book = sheet_of(client, school)
    row = next(row for row in book.active.iter_rows(min_row=2) if row[3].value == "黎小满")
    row[8].value = "办公室"
    batch = sent_back(client, book)
    assert batch.report["findings"][0]["code"] == "date-invalid"


def test_a_name_like_a_formula_stays_a_name(as_, school) -> None:
    Person.objects.filter(pk=school.member.pk).update(name="=1+1")
    cells = [
        cell for row in sheet_of(as_("officer"), school).active.iter_rows() for cell in row if cell.value == "=1+1"
    ]
    assert [cell.data_type for cell in cells] == ["s"]
