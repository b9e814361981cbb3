"""Sending what stands in the outbox.

A sender claims one message by a conditional update that carries a lease, hands it to the mail server outside any
transaction, then marks it sent. What that guarantees:

- nothing is lost: a message leaves the table only as sent, or as failed after the last try;
- two senders never hold the same message, because only one update finds it due;
- a sender killed between handing over and marking leaves the lease to run out, and that one message goes again.
  So a kill sends at most one message twice, and both copies carry the same Message-ID.
"""

import datetime as dt
import logging
from collections import Counter
from contextlib import suppress

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from carehub.reminders.models import OutboxMessage, OutboxQuerySet

log = logging.getLogger(__name__)

# Longer than a dozen steps of the mail protocol at EMAIL_TIMEOUT each: a lease never runs out under a living sender.
LEASE = dt.timedelta(minutes=5)
# A mail server that fails so often in a row is down; the rest waits for the next round.
FAILURES_IN_A_ROW = 3
DELAYS = tuple(dt.timedelta(minutes=n) for n in (1, 5, 30, 120, 360, 720, 1440))
State = OutboxMessage.State


def send_due(now: dt.datetime | None = None) -> Counter[str]:
    """Send everything that is due and return how many were sent, put off and given up."""
    counts = Counter(mails_sent=0, mails_put_off=0, mails_failed=0)
    post = Postman()
    in_a_row = 0
    for number in OutboxMessage.objects.due(now or timezone.now()).order_by("pk").values_list("pk", flat=True):
        if message := claim(number, now or timezone.now()):
            outcome = post.send(message, now or timezone.now())
            counts[outcome] += 1
            in_a_row = 0 if outcome == "mails_sent" else in_a_row + 1
        if in_a_row == FAILURES_IN_A_ROW:
            break
    post.close()
    return counts


def claim(number: int, now: dt.datetime) -> OutboxMessage | None:
    """Take a message in hand for the length of the lease; None if somebody else has it or it has gone."""
    taken = OutboxMessage.objects.due(now).filter(pk=number)
    if not taken.update(state=State.SENDING, lease_until_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    return OutboxMessage.objects.get(pk=number)


class Postman:
    """Holds one connection to the mail server for a round of messages; a failure closes it."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, message: OutboxMessage, now: dt.datetime) -> str:
        """Hand over one claimed message, write down what came of it, and return the name of that count."""
        try:
            self._hand_over(message)
        except Exception as error:  # whatever a mail server does, the message waits for its next try
            self.close()
            return self._put_off(message, now, type(error).__name__)
        self._held(message).update(state=State.SENT, sent_at=timezone.now(), lease_until_at=None, error="")
        return "mails_sent"

    def close(self) -> None:
        """Hang up; a server that does not even take that is not our concern."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def _hand_over(self, message: OutboxMessage) -> None:
        if self._connection is None:
            self._connection = get_connection(fail_silently=False)
            self._connection.open()
        mail = EmailMessage(message.subject, message.body, to=[message.to], headers={"Message-ID": name_of(message)})
        self._connection.send_messages([mail])

    def _put_off(self, message: OutboxMessage, now: dt.datetime, error: str) -> str:
        log.warning("mail %s not sent: %s", message.pk, error)
        if message.attempts > len(DELAYS):
            self._held(message).update(state=State.FAILED, lease_until_at=None, error=error)
            return "mails_failed"
        self._held(message).update(
            state=State.WAITING, next_try_at=now + DELAYS[message.attempts - 1], lease_until_at=None, error=error
        )
        return "mails_put_off"

    @staticmethod
    def _held(message: OutboxMessage) -> OutboxQuerySet:
        """Return the row while it is still ours: the same claim, the same lease."""
        return OutboxMessage.objects.filter(
            pk=message.pk, state=State.SENDING, attempts=message.attempts, lease_until_at=message.lease_until_at
        )


def name_of(message: OutboxMessage) -> str:
    """Return the Message-ID, the same at every try: a mail server may recognise the second copy."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return f"<reminder-{message.pk}@{domain}>"
