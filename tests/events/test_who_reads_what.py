"""On pages the five musts are one, 五必谈; what happened shows to the unit that answers for it, never to oneself."""

from collections.abc import Callable

import pytest
from django.test import Client

from members.models import LifeEvent
from talks.owing import settled_by_talk
from tests.cast import School
from tests.duties.asking import NOV_23, talk
from tests.events.test_rules_by_table import happens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def page_of(event: LifeEvent, client: Client, unit: int) -> tuple[int, str]:
    response = client.get(f"/duties/C-2.5:2026:{unit}:{event.pk}/")
    return response.status_code, response.content.decode()


def test_the_branch_reads_what_happened_and_those_above_read_five_musts(school: School, as_: As):
    event = happens(school.member, "complaint", "11-20")
    for key, reads in (("owner", True), ("officer", True), ("general_secretary", False), ("clerk", False)):
        status, page = page_of(event, as_(key), school.first.pk)
        assert (status, "五必谈" in page, "群众有不良反映" in page) == (200, True, reads), key
    for key in ("member", "colleague", "outsider", "auditor"):
        assert page_of(event, as_(key), school.first.pk)[0] in (403, 404), key


def test_what_is_not_sensitive_shows_to_those_above(school: School, as_: As):
    event = happens(school.member, "moved-in", "11-20")
    assert "组织关系转入" in page_of(event, as_("general_secretary"), school.first.pk)[1]


def test_the_desk_lists_it_and_the_form_is_filled_in(school: School, as_: As):
    event = happens(school.member, "honoured", "11-20")
    page = as_("owner").get("/").content.decode()
    assert "五必谈（获得表彰）" in page
    assert f"C-2.5:2026:{school.first.pk}:{event.pk}" in page
    form = as_("owner").get(f"/talks/new/?duty=C-2.5:2026:{school.first.pk}:{event.pk}").content.decode()
    assert "黎小满" in form


def test_a_saved_talk_says_which_events_it_settled(school: School):
    happens(school.member, "honoured", "11-20")
    happens(school.member, "complaint", "2025-06-01")
    made = talk(school.owner, school.member, on="11-21")
    assert [duty.rule for duty in settled_by_talk(made, NOV_23)] == ["C-2.3", "C-2.5", "C-2.5"]
