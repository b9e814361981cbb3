"""Whatever leaves the house stands in the trail first: if the row cannot be written, not a byte is sent."""

import ast
import inspect
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from carehub.access.checks import routes
from carehub.audit.models import Action, AuditEvent
from carehub.reports.models import Inspection
from carehub.sheets.writing import ledger_response
from members.models import RosterImport
from tests.access.furnishing import furnished
from tests.cast import PASSWORD, School
from tests.house.sources import near, python_files
from tests.once import built_once

pytestmark = pytest.mark.django_db

# Each route that sends a file, and who of the cast may have it.
FILES = {
    "members:people-export": "owner",
    "members:people-export-full": "head",
    "members:import-template": "clerk",
    "members:import-problems": "clerk",
    "dashboard:branch-export": "owner",
    "dashboard:branch-plan-file": "owner",
    "dashboard:branch-sheet": "officer",
    "reports:download": "clerk",
    "audit:export": "auditor",
    "hardship:export": "clerk",
    "hardship:sheet": "clerk",
}
SENDING = {"FileResponse", "StreamingHttpResponse", "content_disposition_header"}
ONLY_HERE = "carehub/sheets/writing.py"
ASKED_BY_FORM = {"members:people-export-full"}


@pytest.fixture(scope="module")
def school(django_db_setup: None, django_db_blocker: Any) -> Iterator[School]:
    with built_once(django_db_blocker, furnished) as made:
        yield made


@pytest.fixture
def no_row_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEvent, "save", refuse)
    monkeypatch.setattr(type(AuditEvent.objects), "bulk_create", refuse)


def address_of(name: str, school: School) -> str:
    arguments = {
        "members:import-template": ["roster"],
        "members:import-problems": [with_problems(school)] if name == "members:import-problems" else [],
        "dashboard:branch-export": [school.first.pk],
        "dashboard:branch-plan-file": [school.first.pk],
        "dashboard:branch-sheet": [school.first.pk],
        "reports:download": [Inspection.objects.get(organization=school.committee).pk]
        if name == "reports:download"
        else [],
    }
    return reverse(name, args=arguments.get(name, []))


def with_problems(school: School) -> int:
    """Return an upload of the clerk's in which a row needs a look."""
    batch = RosterImport.objects.filter(uploaded_by=school.user("clerk")).latest("pk")
    batch.problems = {"headers": ["姓名"], "rows": [[2, ["某人"], [["姓名", "error", "请核对。"]]]]}
    batch.save(update_fields=["problems"])
    return batch.pk


def form() -> dict[str, str]:
    return {"purpose": "check", "once_key": str(uuid.uuid4())}


def client_of(school: School, key: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(school.user(key))
    return client


def sends_a_file(response: HttpResponse) -> bool:
    return response.status_code < 400 and ("Content-Disposition" in response.headers or response.streaming)


def routes_with_a_file() -> set[str]:
    """Return the routes whose view hands out a file."""
    return {name for name, _route, view in routes() if "ledger_response(" in inspect.getsource(inspect.unwrap(view))}


def test_every_route_with_a_file_is_tried():
    assert routes_with_a_file() == set(FILES)


def names_in(source: str) -> set[str]:
    tree = ast.parse(source)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)
    }


def test_files_leave_through_one_door():
    other = [near(path) for path in python_files() if names_in(path.read_text()) & {*SENDING, "Content-Disposition"}]
    assert other == [ONLY_HERE]


def test_another_door_would_be_seen():
    assert names_in("return FileResponse(open(name))") & SENDING


def test_the_door_asks_for_a_row_that_was_written():
    with pytest.raises(ValueError, match="audit"):
        ledger_response("名册.xlsx", b"PK", after=AuditEvent(action=Action.EXPORT))


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_its_row(name: str, school: School):
    before = AuditEvent.objects.count()
    client, address = client_of(school, FILES[name]), address_of(name, school)
    answers = [client.get(address), *([client.post(address, form())] if name in ASKED_BY_FORM else [])]
    assert sends_a_file(answers[-1])
    written = list(AuditEvent.objects.order_by("-id")[: AuditEvent.objects.count() - before])
    # A sensitive ledger also tells each person on it, in the own file, that it was read.
    [row] = [one for one in written if one.action != Action.READ]
    assert row.action in (Action.EXPORT, Action.DOWNLOAD)
    assert row.actor == school.user(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_without_the_row_nothing_is_sent(name: str, school: School, no_row_can_be_written: None):
    client, address = client_of(school, FILES[name]), address_of(name, school)
    assert list(leaks(client, address)) == []


def leaks(client: Client, address: str) -> Iterator[str]:
    """Yield each kind of request that is answered with a file."""
    headers = {"if_none_match": "*", "if_modified_since": "Mon, 23 Nov 2026 00:00:00 GMT", "range": "bytes=0-9"}
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        for name, value in [("", ""), *headers.items()]:
            asked = {"headers": {name: value}} if name else {}
            sent = client.post(address, form(), **asked) if method == "POST" else None
            response = sent or client.generic(method, address, **asked)
            content = response.getvalue() if not response.streaming else b"PK"
            if sends_a_file(response) or response.status_code in (206, 304) or content.startswith(b"PK"):
                yield f"{method} {name}"


@pytest.mark.parametrize("name", FILES)
def test_asking_for_the_head_or_a_part_leaves_a_row_or_gets_nothing(name: str, school: School):
    client, address = client_of(school, FILES[name]), address_of(name, school)
    files = Action.EXPORT, Action.DOWNLOAD
    before = AuditEvent.objects.filter(action__in=files).count()
    answered = list(leaks(client, address))
    assert AuditEvent.objects.filter(action__in=files).count() - before == len(answered) > 0


def test_a_view_that_writes_its_row_afterwards_would_be_seen(
    school: School, no_row_can_be_written: None, monkeypatch: pytest.MonkeyPatch
):
    """Negative control: a row that is tried after the answer was made does not hold the file back."""
    from members import views

    def too_late(*args: object, **kwargs: object) -> AuditEvent:
        return AuditEvent(pk=1)

    monkeypatch.setattr(views, "record_first", too_late)
    assert list(leaks(client_of(school, "owner"), reverse("members:people-export")))


def test_a_file_is_not_opened_without_its_row(school: School, no_row_can_be_written: None):
    response = client_of(school, "owner").get(reverse("members:person", args=[school.member.pk]))
    assert response.status_code == 500
    assert school.member.name not in response.content.decode()


def test_no_number_is_shown_in_full_without_its_row(school: School, no_row_can_be_written: None):
    address = reverse("members:reveal-phone", args=[school.member.pk])
    response = client_of(school, "owner").post(address, form())
    assert response.status_code == 500
    assert school.member.phone not in response.content.decode()


def test_a_number_is_shown_in_full_with_its_row(school: School):
    """Negative control: the same request shows the number when the row can be written."""
    address = reverse("members:reveal-phone", args=[school.member.pk])
    assert school.member.phone in client_of(school, "owner").post(address, form()).content.decode()
    assert AuditEvent.objects.filter(action=Action.REVEAL, target=f"members.Person:{school.member.pk}").count() == 1


def test_nobody_is_signed_in_without_a_row(school: School, no_row_can_be_written: None):
    client = Client(raise_request_exception=False)
    assert client.post("/login/", {"username": "owner", "password": PASSWORD}).status_code == 500
    assert client.get("/mine/").status_code == 302, "the sign-in page, not the file"


def test_a_refusal_says_nothing_without_its_row(school: School, no_row_can_be_written: None):
    response = client_of(school, "member").get(reverse("members:person", args=[school.outsider_member.pk]))
    assert response.status_code == 500
