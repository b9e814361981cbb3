"""Mail: claimed under a lease, tried again with growing delay, given up in the end, never held by two."""

import datetime as dt
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from carehub.accounts.models import User
from carehub.reminders.models import Digest, OutboxMessage
from carehub.reminders.outbox import DELAYS, FAILURES_IN_A_ROW, LEASE, claim, send_due

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 12, 10, 8, 0, tzinfo=dt.UTC)
State = OutboxMessage.State


class DeafServer(EmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("13800001234 refused")


@pytest.fixture
def deaf(settings):
    settings.EMAIL_BACKEND = f"{__name__}.DeafServer"


def put(n=1):
    for k in range(n):
        digest = Digest.objects.create(recipient=User.objects.create_user(f"r{k}"), day_on=NOW.date(), batch="0" * 32)
        OutboxMessage.objects.create(
            digest=digest, to=f"r{k}@example.invalid", subject="主题", body="正文", next_try_at=NOW
        )
    return OutboxMessage.objects.first()


def test_what_is_due_is_sent_once():
    put()
    assert send_due(NOW)["mails_sent"] == 1
    assert send_due(NOW + dt.timedelta(days=1))["mails_sent"] == 0
    assert len(mail.outbox) == 1
    message = OutboxMessage.objects.get()
    assert (message.state, message.attempts, message.lease_until_at) == (State.SENT, 1, None)
    assert message.sent_at


def test_a_mail_is_not_sent_before_its_time():
    put()
    assert not send_due(NOW - dt.timedelta(seconds=1)).total()


def test_only_one_sender_gets_a_message():
    number = put().pk
    assert claim(number, NOW).attempts == 1
    assert claim(number, NOW) is None


def test_the_message_of_a_dead_sender_goes_when_the_lease_has_run_out():
    number = put().pk
    claim(number, NOW)
    assert not send_due(NOW + LEASE / 2).total()
    assert send_due(NOW + LEASE)["mails_sent"] == 1
    assert OutboxMessage.objects.get().attempts == 2


def test_a_sender_thought_dead_changes_nothing_when_it_wakes_up(deaf):
    from carehub.reminders.outbox import Postman

    number = put().pk
    slow = claim(number, NOW)
    OutboxMessage.objects.update(lease_until_at=NOW)
    claim(number, NOW + dt.timedelta(minutes=1))
    Postman().send(slow, NOW)
    assert OutboxMessage.objects.get().state == State.SENDING


def test_a_failure_is_tried_again_later_and_later(deaf):
    put()
    now, delays = NOW, []
    while OutboxMessage.objects.get().state != State.FAILED:
        send_due(now)
        message = OutboxMessage.objects.get()
        delays.append(message.next_try_at - now)
        now = message.next_try_at
    assert tuple(delays[: len(DELAYS)]) == DELAYS
    assert message.attempts == len(DELAYS) + 1


def test_a_mail_that_failed_goes_when_the_server_is_back(deaf, settings):
    put()
    assert send_due(NOW)["mails_put_off"] == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(NOW + DELAYS[0])["mails_sent"] == 1
    assert len(mail.outbox) == 1


def test_only_the_class_of_an_error_is_kept(deaf):
    put()
    send_due(NOW)
    assert OutboxMessage.objects.get().error == "SMTPServerDisconnected"


def test_a_server_that_is_down_is_not_asked_for_every_mail(deaf):
    put(FAILURES_IN_A_ROW + 5)
    assert send_due(NOW)["mails_put_off"] == FAILURES_IN_A_ROW
    assert OutboxMessage.objects.filter(attempts=0).count() == 5


def test_both_copies_of_a_mail_carry_the_same_name():
    number = put().pk
    send_due(NOW)
    OutboxMessage.objects.update(state=State.SENDING, lease_until_at=NOW)
    send_due(NOW + LEASE)
    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second
    assert str(number) in first


def test_a_mail_server_may_not_hang_for_ever(settings):
    steps_of_the_protocol = 12
    assert settings.EMAIL_TIMEOUT * steps_of_the_protocol < LEASE.total_seconds()
    assert timezone.now() + LEASE < timezone.now() + DELAYS[1] + DELAYS[0]
