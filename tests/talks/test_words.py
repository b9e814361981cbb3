"""The words of a talk: kept only if the school says so, read only by talker and recorder, found in no other byte."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from carehub.audit.models import AuditEvent
from carehub.calendar import DAY
from carehub.duties.models import RuleSetting
from carehub.duties.settings import TALK_TEXT
from members.models import Post
from talks.models import Correction, Talk
from tests.cast import PEOPLE, School
from tests.talks.writing import ON, form_of, talk_of

As = Callable[[str], Client]
CANARY = "金丝雀七四一九"


@pytest.fixture
def with_words(school: School) -> None:
    """The school decided to keep one line."""
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2026, 1, 1))


def test_as_long_as_the_school_decides_nothing_no_words_are_kept(school: School, as_: As) -> None:
    assert "一句话要点" not in as_("owner").get("/talks/new/").content.decode()
    as_("owner").post("/talks/new/", form_of(school.member, line=CANARY))
    assert Talk.objects.get().line == ""


def test_words_stop_on_the_day_the_school_says_so(school: School, with_words: None) -> None:
    RuleSetting.objects.create(name=TALK_TEXT.name, value="none", from_on=ON)
    assert talk_of(school.owner, school.member, line=CANARY).line == ""


@pytest.mark.usefixtures("with_words")
class TestWithWords:
    @pytest.fixture
    def talk(self, school: School) -> Talk:
        return talk_of(school.owner, school.member, line=CANARY, by=school.user("officer"))

    def test_talker_and_recorder_read_the_words_and_that_is_written_down(self, as_: As, talk: Talk) -> None:
        for key in ("owner", "officer"):
            assert CANARY in as_(key).get(f"/talks/{talk.pk}/").content.decode(), key
        assert AuditEvent.objects.filter(action="read", target=f"talks.Talk:{talk.pk}").count() == 2

    @pytest.mark.walk
    def test_nobody_else_meets_the_words_on_any_page(self, school: School, as_: As, talk: Talk) -> None:
        pages = ["/talks/", f"/talks/{talk.pk}/", f"/talks/{talk.pk}/correct/", f"/talks/{talk.pk}/withdraw/"]
        pages += [f"/talks/new/?person={school.member.pk}", f"/people/{school.member.pk}/", "/talks/people/?q=lxm", "/"]
        for key in (row[0] for row in PEOPLE):
            if key in ("owner", "officer"):
                continue
            browser = as_(key)
            for page in pages:
                assert CANARY not in browser.get(page).content.decode(), (key, page)

    def test_the_lists_of_talker_and_recorder_are_without_words_too(self, as_: As, talk: Talk) -> None:
        for key in ("owner", "officer"):
            assert CANARY not in as_(key).get("/talks/").content.decode()

    def test_a_successor_does_not_inherit_the_words(self, school: School, as_: As, talk: Talk) -> None:
        Post.objects.filter(person=school.owner).update(ended_on=ON - DAY)
        Post.objects.create(person=school.group_leader, organization=school.first, role="secretary", started_on=ON)
        for page in ("", "correct/"):
            assert CANARY not in as_("group_leader").get(f"/talks/{talk.pk}/{page}").content.decode()

    def test_a_successors_correction_leaves_the_words_alone(self, school: School, as_: As, talk: Talk) -> None:
        Post.objects.filter(person=school.owner).update(ended_on=ON - DAY)
        Post.objects.create(person=school.group_leader, organization=school.first, role="secretary", started_on=ON)
        Talk.objects.update(held_on=dt.date(2026, 11, 1))
        change = {"held": "other", "held_on": "2026-11-01", "version": 1, "because": "方式", "channel": "phone"}
        change["line"] = "被换掉"
        answer = as_("group_leader").post(f"/talks/{talk.pk}/correct/", form_of(school.member, **change))
        assert answer.status_code == 302
        assert Talk.objects.get().line == CANARY

    def test_a_correction_keeps_neither_the_old_words_nor_the_new(self, school: School, as_: As, talk: Talk) -> None:
        change = {"version": 1, "because": "补一句", "line": "金丝雀八五二零"}
        as_("owner").post(f"/talks/{talk.pk}/correct/", form_of(school.member, **change))
        assert Talk.objects.get().line == "金丝雀八五二零"
        kept = str(Correction.objects.get().changed) + str(list(AuditEvent.objects.values_list("detail", flat=True)))
        assert "金丝雀" not in kept

    def test_the_words_stand_encrypted_in_the_database(self, talk: Talk) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT line FROM talks_talk")
            (stored,) = cursor.fetchone()
        assert stored
        assert CANARY not in stored

    def test_the_panel_is_never_sent_the_words(self, school: School, as_: As) -> None:
        page = as_("owner").get("/talks/new/").content.decode()
        sent = page.split('id="beside"')[1].split('hx-params="')[1].split('"')[0]
        assert "line" not in sent.split(",")
