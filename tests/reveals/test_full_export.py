"""Masked and full exports are two rights; a full one says what for, before the first byte."""

import uuid
from io import BytesIO

import openpyxl
import pytest
from django.db import DatabaseError
from django.urls import reverse

from carehub.audit.models import Action, AuditEvent
from members import views

pytestmark = pytest.mark.django_db
FULL = "members:people-export-full"


def export(client, **more):
    return client.post(reverse(FULL), {"purpose": "form", "once_key": str(uuid.uuid4())} | more)


def words_of(data: bytes) -> str:
    book = openpyxl.load_workbook(BytesIO(data))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


def test_the_head_of_the_department_exports_full_numbers(as_, school):
    words = words_of(export(as_("head")).content)
    assert school.member.id_number in words
    assert school.member.phone in words
    assert "含完整号码，仅用于：填写上报材料" in words
    assert "唐婉清" in words


def test_the_masked_export_stays_masked_for_him_too(as_, school):
    words = words_of(as_("head").get(reverse("members:people-export")).content)
    assert school.member.id_number not in words
    assert school.member.phone not in words


@pytest.mark.parametrize("key", ["clerk", "officer", "owner", "general_officer"])
def test_the_right_to_export_masked_is_not_the_right_to_export_in_full(as_, key):
    client = as_(key)
    assert client.get(reverse("members:people-export")).status_code == 200
    assert (client.get(reverse(FULL)).status_code, export(client).status_code) == (403, 403)
    assert "导出完整号码" not in client.get(reverse("members:people")).content.decode()


def test_an_outsider_has_neither(as_):
    assert export(as_("auditor")).status_code == 403


def test_it_is_written_down_with_purpose_and_count(as_, school):
    export(as_("head"))
    event = AuditEvent.objects.filter(action=Action.EXPORT).get()
    assert (event.detail["purpose"], event.detail["full"]) == ("form", True)
    assert event.detail["rows"] == len(school.people)


def test_without_a_purpose_there_is_no_file(as_):
    answer = export(as_("head"), purpose="")
    assert answer.status_code == 422
    assert "还没有选用途" in answer.content.decode()


def test_the_same_form_hands_out_one_file(as_):
    head, key = as_("head"), str(uuid.uuid4())
    assert export(head, once_key=key).status_code == 200
    assert export(head, once_key=key).status_code == 409


def test_it_takes_its_place_in_the_quota(as_, settings):
    settings.REVEALS_PER_HOUR = 1
    head = as_("head")
    assert [export(head).status_code for _ in range(2)] == [200, 429]


def test_what_cannot_be_written_down_is_not_handed_out(as_, monkeypatch):
    def refuse(**kwargs):
        raise DatabaseError("full")

    monkeypatch.setattr(views, "allow_full_export", refuse)
    head = as_("head")
    head.raise_request_exception = False
    answer = export(head)
    assert (answer.status_code, answer.has_header("Content-Disposition")) == (500, False)
