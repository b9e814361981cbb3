"""A roster is taken back within seven days: whose it is, until when, and that clicks do not add up."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from carehub.accounts.models import User
from carehub.audit.models import AuditEvent
from members.importing import batch as work
from members.importing.undoing import undo
from members.models import Person, Post, RosterImport
from tests.imports.making import ON, bring, person, roster
from tests.imports.taking_back import SECOND, State, brought_in, imported, picture, several, take_back
from tests.imports.test_wizard import upload

DAY = dt.timedelta(days=1)


def page_of(client, batch: RosterImport, route: str = "import-undo") -> str:
    answer = client.get(reverse(f"members:{route}", args=[batch.pk] if route != "imports" else []))
    assert answer.status_code == 200
    return answer.content.decode()


def test_everything_is_as_before(as_, school) -> None:
    clerk, before = as_("clerk"), picture()
    batch = brought_in(clerk, several(school))
    assert picture() != before
    assert User.objects.filter(number="20261234").exists()
    assert "已撤销这次导入" in take_back(clerk, batch)
    assert picture() == before
    assert (batch.state, batch.before, batch.undone_by) == (State.UNDONE, None, school.user("clerk"))


def test_the_trail_says_who_took_how_much_back(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    take_back(clerk, batch)
    told = AuditEvent.objects.get(action="import", detail__step="undo")
    assert (told.actor, told.target) == (school.user("clerk"), f"members.RosterImport:{batch.pk}")
    assert (told.detail["new"], told.detail["changed"]) == (1, 2)


def test_the_pages_say_until_when_how_many_and_afterwards_who(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    until = timezone.localtime(batch.finished_at + dt.timedelta(days=7))
    words = f"{until.month}月{until.day}日 {until:%H:%M}"
    assert f"{words} 前可撤销" in page_of(clerk, batch, "imports")
    assert f"{words} 前可以" in page_of(clerk, batch, "import")
    assert "撤销：恢复 2 人，删去 1 人" in page_of(clerk, batch)
    take_back(clerk, batch)
    for route in ("imports", "import"):
        page = page_of(clerk, batch, route)
        assert "周启明于" in page
        assert "前可" not in page
    assert "这次导入已被周启明撤销" in page_of(clerk, batch)


def test_looking_changes_nothing(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    before = picture()
    page_of(clerk, batch)
    assert picture() == before
    assert RosterImport.objects.get(pk=batch.pk).state == State.DONE


def test_two_clicks_take_it_back_once(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    take_back(clerk, batch)
    before = picture()
    assert "这次导入已被周启明撤销" in take_back(clerk, batch)
    assert picture() == before
    assert AuditEvent.objects.filter(action="import", detail__step="undo").count() == 1


def test_what_was_taken_back_can_be_brought_in_again(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    people = Person.objects.count()
    take_back(clerk, batch)
    again = brought_in(clerk, several(school))
    assert (Person.objects.count(), again.report["new"], again.report["changed"]) == (people, 1, 2)


def test_after_seven_days_it_stays_and_the_old_values_are_cleared(as_, school) -> None:
    clerk = as_("clerk")
    batch = brought_in(clerk, several(school))
    late = timezone.now() - dt.timedelta(days=7, minutes=1)
    RosterImport.objects.filter(pk=batch.pk).update(finished_at=late)
    assert "撤销导入" not in page_of(clerk, batch, "import")
    before = picture()
    assert "已过 7 天" in take_back(clerk, batch)
    assert picture() == before
    work.forget_old_files()
    batch.refresh_from_db()
    assert batch.before is None


def test_a_preview_is_nothing_to_take_back(as_, school) -> None:
    clerk = as_("clerk")
    upload(clerk, several(school))
    batch = RosterImport.objects.get()
    assert "只有写入了的名册、谈话台账和困难党员台账可以整批撤销" in take_back(clerk, batch)
    assert batch.state == State.READY


def test_an_import_of_somebody_else_is_not_there(as_, school) -> None:
    batch = brought_in(as_("clerk"), several(school))
    for key in ("officer", "general_officer", "owner", "head", "auditor"):
        for ask in (as_(key).get, as_(key).post):
            assert ask(reverse("members:import-undo", args=[batch.pk])).status_code == 404
    assert RosterImport.objects.get(pk=batch.pk).state == State.DONE


def test_another_clerk_of_the_department_may_take_it_back(as_, school) -> None:
    batch, before = brought_in(as_("clerk"), several(school)), picture()
    Post.objects.create(person=school.head, organization=school.committee, role="OD", started_on=dt.date(2026, 1, 1))
    take_back(as_("head"), batch)
    assert picture() != before
    assert (batch.state, batch.undone_by) == (State.UNDONE, school.user("head"))


def test_what_the_command_brought_in_the_department_takes_back_in_the_browser(as_, school) -> None:
    before = picture()
    bring(several(school))
    batch, clerk = RosterImport.objects.get(), as_("clerk")
    assert "命令行" in page_of(clerk, batch, "imports")
    assert "撤销：恢复 2 人，删去 1 人" in page_of(clerk, batch)
    take_back(clerk, batch)
    assert picture() == before


def test_previews_and_talks_of_colleagues_stay_theirs(as_, school) -> None:
    rows = {"file_name": "x.xlsx", "imported_on": dt.date(2026, 11, 23), "uploaded_by": school.user("officer")}
    ready = RosterImport.objects.create(kind="roster", state=State.READY, **rows)
    talks = RosterImport.objects.create(kind="talks", state=State.DONE, finished_at=timezone.now(), **rows)
    seen = RosterImport.objects.visible_to(school.user("clerk"))
    assert not seen.filter(pk__in=[ready.pk, talks.pk]).exists()


def test_the_old_values_are_sealed(as_, school) -> None:
    Person.objects.filter(pk=school.member.pk).update(phone="13912340000")
    batch = brought_in(as_("clerk"), several(school))
    assert batch.before["changed"][str(school.member.pk)]["was"]["phone"] == "13912340000"
    with connection.cursor() as cursor:
        cursor.execute("SELECT before FROM members_rosterimport WHERE id = %s", [batch.pk])
        assert "13912340000" not in cursor.fetchone()[0]


def queries_of_undo(school, *rows) -> int:
    batch = imported(school, roster(*rows), on=ON + len(rows) * DAY)
    with CaptureQueriesContext(connection) as asked:
        undo(batch=batch, by=batch.uploaded_by)
    return len(asked)


def test_the_number_of_queries_does_not_grow_with_the_rows(school) -> None:
    new = [person(n) for n in range(20)]
    assert queries_of_undo(school, *new[:2]) == queries_of_undo(school, *new)
    bring(roster(*new))
    moved = [person(n, 所在党支部=SECOND, 手机号="13900001111") for n in range(20)]
    assert queries_of_undo(school, *moved[:2]) == queries_of_undo(school, *moved)
