"""The talker lets one person read the words and takes that back; a recorder reads while in office."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from carehub.audit.models import AuditEvent
from carehub.calendar import DAY
from carehub.duties.models import RuleSetting
from carehub.duties.settings import TALK_TEXT
from carehub.reminders.models import InboxItem
from members.models import Post
from talks.actions import share_text, withdraw_talk
from talks.models import Talk
from tests.cast import School
from tests.talks.writing import ON, form_of, talk_of

As = Callable[[str], Client]
CANARY = "金丝雀四四零八"


@pytest.fixture
def talk(school: School) -> Talk:
    """A collective talk of which the school let one line be kept."""
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2026, 1, 1))
    return talk_of(school.owner, school.member, school.group_leader, line=CANARY, by=school.user("officer"))


def share(browser: Client, talk: Talk, person: int, shared: str = "yes") -> int:
    return browser.post(f"/talks/{talk.pk}/text/", {"person": person, "shared": shared}).status_code


def reads(as_: As, key: str, talk: Talk) -> bool:
    return CANARY in as_(key).get(f"/talks/{talk.pk}/").content.decode()


def test_the_person_reads_the_words_while_they_are_shared(school: School, as_: As, talk: Talk) -> None:
    assert not reads(as_, "member", talk)
    assert share(as_("owner"), talk, school.member.pk) == 302
    assert reads(as_, "member", talk)
    assert not reads(as_, "group_leader", talk)  # with each of a collective talk apart
    assert AuditEvent.objects.filter(action="read", detail__what="talk-text").count() == 1
    share(as_("owner"), talk, school.member.pk, "no")
    assert not reads(as_, "member", talk)


def test_sharing_is_told_and_audited_without_the_words(school: School, as_: As, talk: Talk) -> None:
    for _click in range(3):
        share(as_("owner"), talk, school.member.pk)
    assert AuditEvent.objects.filter(detail__what="share-text").count() == 1
    item = InboxItem.objects.get(recipient=school.user("member"))
    assert CANARY not in item.title + item.text


@pytest.mark.parametrize("key", ["officer", "general_secretary", "head", "member"])
def test_nobody_but_the_talker_shares(school: School, as_: As, talk: Talk, key: str) -> None:
    assert share(as_(key), talk, school.member.pk) == 403
    with pytest.raises(PermissionDenied):
        share_text(talk=talk, person=school.member, shared=True, by=school.user(key), on=ON)
    assert not reads(as_, "group_leader", talk)


def test_who_was_not_there_is_shared_nothing(school: School, as_: As, talk: Talk) -> None:
    assert share(as_("owner"), talk, school.colleague_member.pk) == 302
    assert not InboxItem.objects.exists()


def test_a_shared_persons_correction_right_stays_none_of_the_words(school: School, as_: As, talk: Talk) -> None:
    """Who may read because it was shared does not thereby change them."""
    Post.objects.create(person=school.member, organization=school.first, role="commissioner", started_on=ON)
    share(as_("owner"), talk, school.member.pk)
    assert CANARY not in as_("member").get(f"/talks/{talk.pk}/correct/").content.decode()


def test_a_recorder_who_left_office_reads_no_more_the_talker_always(school: School, as_: As, talk: Talk) -> None:
    assert reads(as_, "officer", talk)
    Post.objects.filter(person__in=[school.officer, school.owner]).update(ended_on=ON - DAY)
    assert not reads(as_, "officer", talk)
    assert reads(as_, "owner", talk)


def test_an_office_elsewhere_does_not_bring_a_recorder_back(school: School, as_: As, talk: Talk) -> None:
    Post.objects.filter(person=school.general_secretary).update(ended_on=ON - DAY)
    Post.objects.filter(person=school.officer).update(organization=school.languages, role="secretary")
    assert as_("officer").get(f"/talks/{talk.pk}/").status_code == 200
    assert not reads(as_, "officer", talk)


def test_a_withdrawn_talk_is_shared_with_nobody(school: School, as_: As, talk: Talk) -> None:
    share(as_("owner"), talk, school.member.pk)
    withdraw_talk(talk=talk, version=1, because="记错了人", by=school.user("owner"))
    assert not reads(as_, "member", talk)


def test_only_who_can_read_it_later_is_offered_the_line(school: School, as_: As, talk: Talk) -> None:
    for key in ("owner", "officer", "general_secretary"):
        assert "一句话要点" in as_(key).get("/talks/new/").content.decode(), key
    assert "一句话要点" not in as_("general_officer").get("/talks/new/").content.decode()
    as_("general_officer").post("/talks/new/", form_of(school.colleague, line=CANARY))
    assert CANARY not in Talk.objects.order_by("pk").last().line


def test_old_words_stay_with_their_readers_when_the_school_keeps_none_any_more(
    school: School, as_: As, talk: Talk
) -> None:
    RuleSetting.objects.create(name=TALK_TEXT.name, value="none", from_on=ON)
    assert reads(as_, "owner", talk)
    page = as_("owner").get("/talks/new/").content.decode()
    assert "一句话要点" not in page
    assert "学校只记谈过这件事和要办的事" in page


def test_the_page_tells_who_sees_each_layer_and_how_glass_is_broken(school: School, as_: As, talk: Talk) -> None:
    for address in (f"/talks/{talk.pk}/", f"/talks/new/?person={school.member.pk}"):
        page = as_("owner").get(address).content.decode()
        for words in ("要办的事", "林晓岚（支部书记）", "谈话要点", "另一人批准", "24 小时", "告知林晓岚"):
            assert words in page, (address, words)
