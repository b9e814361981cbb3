"""A talk ledger that was brought in is taken back within seven days: all its talks, or none if one was built upon."""

import datetime as dt
import io
import uuid
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from openpyxl import Workbook

from carehub.audit.models import AuditEvent
from members.models import RosterImport
from talks.actions import withdraw_talk
from talks.models import Talk
from tests.imports.taking_back import State, take_back
from tests.imports.test_wizard import confirm, upload
from tests.talks.test_import import HEAD, row

pytestmark = pytest.mark.django_db


def ledger(school: Any) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for cells in (HEAD, row(school.owner, school.member), row(school.owner, school.group_leader, day="2026-04-02")):
        book.active.append(list(cells))
    book.save(out)
    return out.getvalue()


def brought_in(client: Any, data: bytes) -> RosterImport:
    upload(client, data, kind="talks", name="台账.xlsx")
    confirm(client, RosterImport.objects.latest("pk").pk)
    batch = RosterImport.objects.latest("pk")
    assert batch.state == State.DONE
    return batch


def test_the_talks_go_and_the_same_file_can_come_again(as_, school) -> None:
    clerk, data = as_("clerk"), ledger(school)
    batch = brought_in(clerk, data)
    assert Talk.objects.count() == 2
    page = clerk.get(reverse("members:import-undo", args=[batch.pk])).content.decode()
    assert "撤销：删去 2 次谈话" in page
    assert "已撤销这次导入" in take_back(clerk, batch)
    assert not Talk.objects.exists()
    assert AuditEvent.objects.get(action="import", detail__step="undo").detail["talks"] == 2
    brought_in(clerk, data)
    assert Talk.objects.count() == 2


def test_one_that_was_built_upon_keeps_them_all(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, ledger(school))
    withdraw_talk(talk=Talk.objects.earliest("pk"), version=1, because="记错了人", by=school.user("owner"))
    assert "其中 1 次谈话又有了更正" in take_back(clerk, batch)
    assert Talk.objects.count() == 2


def test_nobody_else_takes_it_back_and_not_after_seven_days(as_, school) -> None:
    batch = brought_in(as_("officer"), ledger(school))
    for key in ("clerk", "general_officer"):
        assert as_(key).get(reverse("members:import-undo", args=[batch.pk])).status_code == 404, key
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=8)):
        assert "已过 7 天" in take_back(as_("officer"), batch)
    assert Talk.objects.count() == 2


def test_two_clicks_are_one_undo(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, ledger(school))
    take_back(clerk, batch)
    assert "这次导入已被周启明撤销" in take_back(clerk, batch)


def test_a_roster_beside_it_is_taken_back_on_its_own(as_, school) -> None:
    from tests.imports.taking_back import brought_in as roster_in
    from tests.imports.taking_back import several

    clerk = as_("clerk")
    batch = roster_in(clerk, several(school))
    Talk.objects.all().delete()
    later = RosterImport.objects.create(
        kind="talks", state="done", file_name="台账.xlsx", imported_on=dt.date(2026, 11, 1), before={"talks": []},
        finished_at=batch.finished_at + dt.timedelta(minutes=1), uploaded_by=school.user("clerk"),
        once_key=uuid.uuid4(),
    )  # fmt: skip
    assert "已撤销这次导入" in take_back(clerk, batch)
    assert RosterImport.objects.get(pk=later.pk).state == State.DONE
