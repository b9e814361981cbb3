"""Short words for the tests of the undo: a picture of everybody, a roster brought in, the click that takes it back."""

from typing import Any

from django.urls import reverse

from carehub.accounts.models import User
from carehub.duties.models import RuleSetting
from members.importing.undoing import undo
from members.models import Affiliation, LifeEvent, Person, RosterImport
from tests.imports.making import ROSTER, bring, person, workbook
from tests.imports.test_wizard import confirm, row_of, upload

State = RosterImport.State
SECOND = "外国语学院教工第二党支部"


def picture() -> list[list[Any]]:
    """Return every person, affiliation, event and account, and the settings, as the database has them."""
    accounts = ["pk", "number", "is_active", "closed_at", "closed_because"]
    kinds: list[tuple[Any, list[str]]] = [
        *((model, [field.attname for field in model._meta.concrete_fields]) for model in (Person, Affiliation)),
        (LifeEvent, ["pk", "person", "kind", "happened_on", "organization", "path", "withdrawn_at"]),
        (User, accounts),
        (RuleSetting, ["name", "value", "from_on"]),
    ]
    return [list(model.objects.order_by("pk").values_list(*names)) for model, names in kinds]


def several(school: Any) -> bytes:
    """Return a roster with somebody new who gets an account, somebody changed and somebody who moved."""
    rows = [
        person(1) | {"工号或学号": "20261234"},
        row_of(school, "member", 手机号="13900001111"),
        row_of(school, "owner", 所在党支部=SECOND),
    ]
    return workbook(rows, (*ROSTER, "工号或学号"))


def brought_in(client: Any, data: bytes) -> RosterImport:
    """Bring a roster in as a clerk does in the browser."""
    upload(client, data)
    confirm(client, RosterImport.objects.latest("pk").pk)
    batch = RosterImport.objects.latest("pk")
    assert batch.state == State.DONE
    return batch


def imported(school: Any, data: bytes, **options: Any) -> RosterImport:
    """Bring a roster in as the command does, for the clerk."""
    bring(data, by=school.user("clerk"), **options)
    return RosterImport.objects.latest("pk")


def take_back(client: Any, batch: RosterImport) -> str:
    """Click, and return the page that follows."""
    answer = client.post(reverse("members:import-undo", args=[batch.pk]), follow=True)
    assert answer.status_code == 200
    batch.refresh_from_db()
    return answer.content.decode()


def undone(school: Any, batch: RosterImport) -> None:
    undo(batch=batch, by=school.user("clerk"))
    batch.refresh_from_db()
    assert batch.state == State.UNDONE
