"""Who dies or leaves is taken out of the reminders in the same transaction."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from carehub.reminders.models import InboxItem, OutboxMessage, ReminderLog
from carehub.reminders.outbox import send_due
from members.actions import leave
from members.models import Affiliation
from tests.reminders.conftest import DECEMBER

pytestmark = pytest.mark.django_db
Ending = Affiliation.Ending
LATER = DECEMBER + dt.timedelta(days=1)


def item_of(school, key):
    return InboxItem.objects.filter(recipient=school.user(key)).first()


@pytest.mark.parametrize("ending", [Ending.DIED, Ending.LEFT_SCHOOL])
def test_a_name_leaves_the_inbox_with_the_person(as_, school, tell, ending):
    tell(DECEMBER)
    assert "黎小满" in as_("owner").get("/inbox/").content.decode()
    leave(person=school.member, on=LATER, ending=ending)
    page = as_("owner").get("/inbox/").content.decode()
    assert "黎小满" not in page
    assert "快到期 3 项" in page


def test_mail_that_has_not_gone_says_the_new_number(school, tell):
    tell(DECEMBER)
    leave(person=school.member, on=LATER, ending=Ending.DIED)
    send_due()
    assert next(sent.subject for sent in mail.outbox if sent.to == ["owner@example.invalid"]).endswith("快到期 3 项")


def test_a_message_about_nobody_else_goes_altogether(school, tell):
    tell(DECEMBER)
    assert item_of(school, "outsider").title == "快到期 2 项"
    for key in ("outsider_member", "maths_secretary"):
        leave(person=school.people[key], on=LATER, ending=Ending.DIED)
    assert item_of(school, "outsider") is None
    assert not OutboxMessage.objects.filter(digest__recipient=school.user("outsider")).exists()


def test_what_was_read_stays_read_and_others_are_not_touched(school, tell):
    tell(DECEMBER)
    InboxItem.objects.update(read_at=timezone.now())
    leave(person=school.member, on=LATER, ending=Ending.DIED)
    assert item_of(school, "owner").read_at
    assert item_of(school, "colleague").title == "快到期 2 项"


def test_the_silenced_are_not_told_of_again(school, tell):
    tell(DECEMBER)
    leave(person=school.member, on=LATER, ending=Ending.DIED)
    assert not any(tell(LATER).values())
    assert ReminderLog.objects.filter(subject="黎小满", silenced_at=None).count() == 0
