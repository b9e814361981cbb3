"""The inbox page: one's own messages, unread first, with the names that one may still see."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carehub.catalog import RULES
from carehub.reminders.inbox import unread_of
from carehub.reminders.models import InboxItem
from members.models import Post
from tests.cast import make_person
from tests.reminders.conftest import DECEMBER, NEW_YEAR

pytestmark = pytest.mark.django_db
LIST = "/inbox/"


def test_a_secretary_reads_who_is_due(as_, tell):
    tell(DECEMBER)
    page = as_("owner").get(LIST).content.decode()
    assert "快到期 4 项" in page
    for name in ("王志远", "黎小满", "陈立群", "程立新"):
        assert name in page
    assert "何静怡" not in page


def test_an_empty_inbox_says_so(as_):
    assert "眼下没有消息" in as_("member").get(LIST).content.decode()


def test_the_frame_counts_what_is_unread(as_, school, tell):
    tell(DECEMBER)
    assert unread_of(school.user("owner")) == 1
    assert "消息，1 条未读" in as_("owner").get(LIST).content.decode()
    InboxItem.objects.update(read_at=timezone.now())
    assert unread_of(school.user("owner")) == 0


def test_reading_is_a_deed_of_the_reader(as_, school, tell):
    tell(DECEMBER)
    item = InboxItem.objects.get(recipient=school.user("owner"))
    assert as_("owner").post(f"/inbox/{item.pk}/read/").status_code == 302
    item.refresh_from_db()
    assert item.read_at


def test_opening_marks_read_and_leads_to_the_work(as_, school, tell):
    tell(DECEMBER)
    item = InboxItem.objects.get(recipient=school.user("owner"))
    assert as_("owner").post(f"/inbox/{item.pk}/open/").url == "/"
    item.refresh_from_db()
    assert item.read_at


def test_everything_is_read_at_once_but_only_one_s_own(as_, school, tell):
    tell(DECEMBER)
    as_("owner").post("/inbox/read/")
    assert unread_of(school.user("owner")) == 0
    assert unread_of(school.user("colleague")) == 1


@pytest.mark.parametrize("verb", ["read", "open"])
def test_somebody_else_s_message_is_not_there(as_, school, tell, verb):
    tell(DECEMBER)
    item = InboxItem.objects.get(recipient=school.user("owner"))
    assert as_("outsider").post(f"/inbox/{item.pk}/{verb}/").status_code == 404
    item.refresh_from_db()
    assert item.read_at is None


@pytest.mark.parametrize("address", ["/inbox/1/read/", "/inbox/1/open/", "/inbox/read/"])
def test_looking_changes_nothing(as_, address):
    assert as_("owner").get(address).status_code == 405


def test_a_visitor_is_sent_to_sign_in(client, db):
    assert client.get(LIST).url.startswith("/login/")


def test_names_stay_behind_when_a_post_ends(as_, school, tell):
    tell(DECEMBER)
    Post.objects.filter(person=school.owner).update(ended_on=dt.date(2026, 11, 1))
    page = as_("owner").get(LIST).content.decode()
    assert "快到期 4 项" in page
    assert "黎小满" not in page
    assert "4 项，名单不在您今天的职责范围内" in page


def test_unread_stand_first_then_the_newest(as_, school, tell):
    tell(DECEMBER)
    tell(NEW_YEAR)
    newest = InboxItem.objects.get(recipient=school.user("owner"), day_on=NEW_YEAR)
    InboxItem.objects.filter(pk=newest.pk).update(read_at=timezone.now())
    shown = as_("owner").get(LIST).context["messages_shown"]
    assert [message.item.day_on for message in shown] == [DECEMBER, NEW_YEAR]


def test_a_page_of_nonsense_is_the_last_or_the_first(as_, tell):
    tell(DECEMBER)
    for page in ("0", "-1", "999", "x", "１"):
        assert as_("owner").get(LIST, {"page": page}).status_code == 200


def test_more_than_a_page_is_turned(as_, school):
    user = school.user("owner")
    for n in range(1, 13):
        day = dt.date(2026, 5, n)
        InboxItem.objects.create(
            recipient=user, key=f"digest:{day}", title="快到期 1 项", path="/", day_on=day, created_at=timezone.now()
        )
    assert "第 1 页，共 2 页" in as_("owner").get(LIST).content.decode()
    assert len(as_("owner").get(LIST, {"page": 2}).context["messages_shown"]) == 2


def test_the_number_of_queries_does_not_grow_with_names_or_messages(as_, school, tell):
    def queries() -> int:
        client = as_("owner")
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    tell(DECEMBER, RULES)
    few = queries()
    for n in range(20):
        make_person(f"党员{n}", school.first)
        tell(DECEMBER + dt.timedelta(days=n))
    tell(NEW_YEAR)
    assert queries() == few <= 20


def test_a_message_names_only_what_its_reader_was_told(as_, school, tell):
    tell(DECEMBER)
    page = as_("owner").get(LIST).content.decode()
    assert str(school.first) in page
    assert str(school.second) not in page
    assert "不在您的范围" not in page
