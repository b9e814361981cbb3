"""Two sweeps at the same moment have the effect of one (PostgreSQL; SQLite lets one write at a time anyway)."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.db import connection, connections, models

from carehub.reminders import actions
from carehub.reminders.models import Digest, InboxItem, OutboxMessage, ReminderLog
from carehub.reminders.outbox import send_due
from carehub.sweep import remind, reminders_of
from tests.reminders.crowd import DUE_SOON, gather

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]
BRANCHES, PEOPLE, ROUNDS, SWEEPS = 60, 5, 5, 4
PATIENCE = 12  # a busy machine may let two threads miss each other for a while


def at_once(deed: Callable[..., Counter[str]], shares: Sequence[tuple] = ((),) * SWEEPS) -> list[Counter[str]]:
    """Do the same in several connections, let go at the same moment; each gets its share as arguments."""
    gate, results = threading.Barrier(len(shares)), []

    def run(*share: Any) -> None:
        gate.wait()
        results.append(deed(*share))
        connections.close_all()

    threads = [threading.Thread(target=run, args=share) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def forget() -> None:
    for model in (OutboxMessage, Digest, InboxItem, ReminderLog):
        model.objects.all().delete()


def doubles() -> int:
    told = Counter(ReminderLog.objects.values_list("recipient", "duty_key", "stage"))
    return told.total() - len(told)


def test_two_sweeps_at_once_tell_everybody_once():
    expected = gather(BRANCHES, PEOPLE)
    for _ in range(ROUNDS):
        forget()
        counts = sum(at_once(lambda: remind(on=DUE_SOON)), Counter())
        assert counts["reminders"] == len(expected) == ReminderLog.objects.count()
        assert Digest.objects.count() == InboxItem.objects.count() == OutboxMessage.objects.count() == BRANCHES
        assert set(InboxItem.objects.values_list("title", flat=True)) == {f"快到期 {PEOPLE} 项"}


def wrong_numbers() -> int:
    """Let two sweeps find different reminders of the same people at once; return how many items count too few."""
    found = 0
    for _ in range(ROUNDS):
        forget()
        rows = list(reminders_of(on=DUE_SOON))
        shares = [(rows[::2],), (rows[1::2],)]
        at_once(lambda part: actions.write_reminders(part, on=DUE_SOON, path="/"), shares)
        assert ReminderLog.objects.count() == BRANCHES * PEOPLE
        found += sum(title != f"快到期 {PEOPLE} 项" for title in InboxItem.objects.values_list("title", flat=True))
    return found


def test_two_sweeps_that_find_different_things_add_up_in_one_item():
    gather(BRANCHES, PEOPLE)
    assert wrong_numbers() == 0


def test_without_the_lock_on_the_digest_the_numbers_would_be_wrong(monkeypatch):
    gather(BRANCHES, PEOPLE)
    monkeypatch.setattr(actions, "_digests", lambda people, on, batch: 0)
    monkeypatch.setattr(actions, "_outbox", lambda summaries, on: 0)
    assert any(wrong_numbers() for _ in range(PATIENCE))


def test_four_senders_send_each_mail_once(mailoutbox):
    gather(BRANCHES, PEOPLE)
    remind(on=DUE_SOON)
    counts = sum(at_once(send_due), Counter())
    assert counts["mails_sent"] == len(mailoutbox) == BRANCHES


@pytest.fixture
def no_unique_key() -> Iterator[None]:
    """Take the unique key of the log away."""
    key = next(c for c in ReminderLog._meta.constraints if isinstance(c, models.UniqueConstraint))
    with connection.schema_editor() as editor:
        editor.remove_constraint(ReminderLog, key)
    yield
    forget()
    with connection.schema_editor() as editor:
        editor.add_constraint(ReminderLog, key)


def test_without_the_unique_key_people_would_be_told_twice(no_unique_key):
    gather(BRANCHES, PEOPLE)

    def twice() -> int:
        forget()
        at_once(lambda: remind(on=DUE_SOON))
        return doubles()

    assert any(twice() for _ in range(ROUNDS * PATIENCE))


def test_without_the_claim_mails_would_go_twice(mailoutbox, monkeypatch):
    gather(BRANCHES, PEOPLE)
    monkeypatch.setattr("carehub.reminders.outbox.claim", lambda number, now: OutboxMessage.objects.get(pk=number))

    def twice() -> bool:
        forget()
        mailoutbox.clear()
        remind(on=DUE_SOON)
        at_once(send_due)
        return len(mailoutbox) > BRANCHES

    assert any(twice() for _ in range(PATIENCE))
