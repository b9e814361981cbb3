"""Log and error mail carry no value of anybody: eight canaries through a view, a task, the database and an import."""

import logging
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils.log import AdminEmailHandler

from members.importing import batch
from members.models import RosterImport
from tests.trouble.canaries import (
    CANARIES,
    CARD,
    ID_NUMBER,
    ILLNESS,
    MAIL,
    NAME,
    PHONE,
    SESSION,
    TYPED,
    failing_task,
    found_in,
)
from tests.trouble.conftest import Heard

FORM = {"name": NAME, "cause": ILLNESS, "id_number": ID_NUMBER, "card": CARD, "password": TYPED}


@pytest.fixture
def pages(settings: Any) -> Client:
    settings.ROOT_URLCONF = "tests.trouble.canaries"
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = SESSION
    return client


def fail(pages: Client) -> Any:
    return pages.post(f"/fail/?q={NAME}&phone={PHONE}", FORM, headers={"referer": f"http://x/?q={MAIL}"})


@pytest.mark.django_db
def test_a_view_that_fails_says_where_and_nothing_of_anybody(pages: Client, heard: Heard):
    answer = fail(pages)
    assert answer.status_code == 500
    assert found_in(heard.all) == []
    (letter,) = heard.mails
    assert "LookupError" in letter
    assert "route: fail" in letter
    assert "tests/trouble/canaries.py:" in letter
    assert "ValueError at" in letter, "what it came from is said too"
    print(f"values in log and mail: 0 of {len(CANARIES)}")


@pytest.mark.django_db
def test_the_page_says_the_number_that_the_log_has(pages: Client, heard: Heard):
    page = fail(pages).content.decode()
    number = page.partition("<b>")[2].partition("</b>")[0]
    assert len(number) == 10
    assert f"request={number}" in heard.log
    assert f"request: {number}" in heard.mails[0]
    assert found_in(page) == []


@pytest.mark.django_db
def test_the_account_is_said_by_its_number(pages: Client, heard: Heard, django_user_model: Any):
    user = django_user_model.objects.create_user("20260001", "p")
    pages.force_login(user)
    fail(pages)
    # Known only where something asked for it: a log line reads nothing from the database by itself.
    assert f"account={user.pk}" in heard.log


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_quoted(pages: Client, heard: Heard):
    assert pages.get("/twice/").status_code == 500
    assert "IntegrityError" in heard.log
    assert "pgcode=23505" in heard.log or "sqlite_errorname=SQLITE_CONSTRAINT_UNIQUE" in heard.log
    assert found_in(heard.all) == []


def test_a_task_that_fails_says_neither_its_arguments_nor_why(heard: Heard):
    failing_task.apply(args=[NAME, ID_NUMBER])
    assert "tests.failing" in heard.log
    assert "ValueError at" in heard.log
    assert "route: tests.failing" in heard.mails[0] or "tests.failing" in heard.mails[0]
    assert found_in(heard.all) == []


@pytest.mark.django_db
def test_an_import_that_fails_says_its_number_only(heard: Heard, school: Any, monkeypatch: Any):
    upload = batch.upload(
        kind=RosterImport.Kind.ROSTER, file_name=f"{NAME}.xlsx", content=b"x", by=school.user("clerk"),
        on=school.people["owner"].joined_on, once_key=uuid.uuid4(),
    )  # fmt: skip

    def broken(*args: Any) -> None:
        raise ValueError(f"row 7: {NAME} {ID_NUMBER}")

    monkeypatch.setattr(batch, "reading_of", broken)
    RosterImport.objects.update(state=RosterImport.State.WAITING, attempts=0)
    batch.read_import(upload.pk)
    assert f"import {upload.pk} could not be read" in heard.log
    assert found_in(heard.all) == []


@pytest.mark.django_db
def test_djangos_own_reporter_would_be_seen(pages: Client, heard: Heard, mailoutbox: Any):
    """The negative control: the same failure through the handler that Django brings."""
    stock = AdminEmailHandler(include_html=True)
    logging.getLogger().addHandler(stock)
    fail(pages)
    letters = "\n".join(f"{one.subject}{one.body}{one.alternatives}" for one in mailoutbox)
    assert {NAME, ILLNESS, ID_NUMBER, PHONE, CARD, TYPED} <= set(found_in(letters))


@pytest.mark.django_db
def test_a_plain_formatter_would_be_seen(pages: Client, heard: Heard):
    heard.lines.setFormatter(logging.Formatter("%(message)s"))
    fail(pages)
    assert {NAME, PHONE} <= set(found_in(heard.log))
