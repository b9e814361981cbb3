"""One digest per person and day: one inbox item, one mail, no names in the mail."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from carehub.accounts.models import User
from carehub.reminders.actions import write_reminders
from carehub.reminders.models import Digest, InboxItem, OutboxMessage, ReminderLog
from carehub.reminders.outbox import send_due
from tests.reminders.conftest import DECEMBER

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> User:
    return User.objects.create_user("reader", email="reader@example.invalid")


def reminder(recipient, subject, *, stage="due_soon", **fields):
    return ReminderLog(
        recipient=recipient,
        duty_key=f"C-2.3:2026:1:{subject}",
        stage=stage,
        rule="C-2.3",
        window="2026",
        title="年度谈话",
        subject=subject,
        due_on=dt.date(2026, 12, 31),
        organization="一支部",
        day_on=DECEMBER,
        **fields,
    )


def write(*reminders):
    return dict(write_reminders(reminders, on=DECEMBER, path="/"))


def test_a_day_s_reminders_are_one_item_and_one_mail(reader):
    counts = write(reminder(reader, "甲", stage="overdue"), reminder(reader, "乙"), reminder(reader, "丙"))
    assert counts == {"reminders": 3, "digests": 1, "mails": 1}
    item = InboxItem.objects.get()
    assert item.title == "逾期 1 项，快到期 2 项"
    assert item.text == "年度谈话 3 项。"


def test_what_joins_later_in_the_day_joins_the_same_item_and_no_second_mail(reader):
    write(reminder(reader, "甲"))
    InboxItem.objects.update(read_at=timezone.now())
    counts = write(reminder(reader, "甲"), reminder(reader, "乙"))
    assert counts == {"reminders": 1, "digests": 0, "mails": 0}
    item = InboxItem.objects.get()
    assert item.title == "快到期 2 项"
    assert item.read_at is None
    assert OutboxMessage.objects.count() == 1


def test_another_day_is_another_digest(reader):
    write(reminder(reader, "甲"))
    later = reminder(reader, "甲", stage="overdue")
    later.day_on = dt.date(2027, 1, 1)
    write_reminders([later], on=later.day_on, path="/")
    assert Digest.objects.count() == InboxItem.objects.count() == OutboxMessage.objects.count() == 2


def test_who_has_no_address_is_told_in_the_inbox_only(reader):
    reader.email = ""
    reader.save()
    assert write(reminder(reader, "甲"))["mails"] == 0
    assert InboxItem.objects.count() == 1


def test_a_mail_names_nobody(reader, settings):
    settings.SITE_URL = "https://carehub.example.invalid"
    write(reminder(reader, "欧阳明月"), reminder(reader, "司马清风", stage="overdue", vacant=True))
    send_due()
    sent = mail.outbox[0]
    assert sent.to == ["reader@example.invalid"]
    assert "逾期 1 项，快到期 1 项" in sent.subject
    assert "https://carehub.example.invalid/inbox/" in sent.body
    assert "1 项因书记空缺，责任上移到您这里" in sent.body
    for secret in ("欧阳", "司马", "一支部"):
        assert secret not in sent.subject + sent.body


def test_the_database_itself_refuses_a_second_of_anything(reader):
    write(reminder(reader, "甲"))
    batch = Digest.objects.get().batch
    doubles = (
        reminder(reader, "甲", batch=batch),
        Digest(recipient=reader, day_on=DECEMBER, batch=batch),
        InboxItem(recipient=reader, key=f"digest:{DECEMBER}", path="/", day_on=DECEMBER, created_at=timezone.now()),
        OutboxMessage(digest=Digest.objects.get(), next_try_at=timezone.now()),
    )
    for double in doubles:
        with pytest.raises(IntegrityError), transaction.atomic():
            double.save()


def test_two_hundred_people_are_told_in_chunks(django_assert_max_num_queries):
    people = User.objects.bulk_create([User(number=f"u{n}", email=f"u{n}@example.invalid") for n in range(200)])
    with django_assert_max_num_queries(4 * 16):
        counts = write(*(reminder(person, f"丁{n}") for n, person in enumerate(people)))
    assert counts == {"reminders": 200, "digests": 200, "mails": 200}
