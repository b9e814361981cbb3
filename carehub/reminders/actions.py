"""Writing reminders down: log, digest, inbox and outbox in one transaction, so that a kill loses or doubles nothing."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from carehub.reminders.models import Digest, InboxItem, InboxItemQuerySet, OutboxMessage, Pulse, ReminderLog
from carehub.reminders.words import Summary, mail_body, mail_subject

PEOPLE_PER_TRANSACTION = 50


def write_reminders(reminders: Iterable[ReminderLog], *, on: dt.date, path: str) -> Counter[str]:
    """Write down what people are to be told on a day and return what was new; what was told before stays as it is.

    `path` is where the inbox item leads. One person's reminders are written in one transaction.
    """
    # One order for everybody: two sweeps at once wait for each other's rows and never in a circle.
    rows = sorted(reminders, key=lambda row: (row.recipient_id, row.duty_key, row.stage))
    people = [list(group) for _person, group in groupby(rows, key=lambda row: row.recipient_id)]
    counts = Counter(reminders=0, digests=0, mails=0)
    for start in range(0, len(people), PEOPLE_PER_TRANSACTION):
        chunk = people[start : start + PEOPLE_PER_TRANSACTION]
        counts.update(_write([row for own in chunk for row in own], on, path))
    return counts


@transaction.atomic
def _write(rows: list[ReminderLog], on: dt.date, path: str) -> Counter[str]:
    batch = uuid.uuid4()
    for row in rows:
        row.batch = batch
    # The unique key decides who was told: rows that another sweep wrote do not carry our batch.
    ReminderLog.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    new = Counter(ReminderLog.objects.filter(batch=batch).values_list("recipient", flat=True))
    if not new:
        return Counter()
    digests = _digests(sorted(new), on, batch)
    summaries = _summaries(new, on)
    _inbox(summaries, on, path)
    return Counter(reminders=new.total(), digests=digests, mails=_outbox(summaries, on))


def _digests(people: list[int], on: dt.date, batch: uuid.UUID) -> int:
    """Make or touch the day's digests and return how many are new; the touch locks the row against another sweep."""
    before = Digest.objects.filter(day_on=on, recipient__in=people).count()
    Digest.objects.bulk_create(
        [Digest(recipient_id=person, day_on=on, batch=batch) for person in people],
        update_conflicts=True,
        unique_fields=["recipient", "day_on"],
        update_fields=["batch"],
    )
    return len(people) - before


def _summaries(people: Collection[int], on: dt.date) -> dict[int, Summary]:
    """Return what each person is told on the day altogether, earlier sweeps of the day included."""
    rows = ReminderLog.objects.standing().of_day(on).filter(recipient__in=people)
    counted = rows.values_list("recipient", "stage", "title", "vacant").annotate(n=Count("pk"))
    found: dict[int, Summary] = {person: Summary() for person in people}
    for person, stage, title, vacant, n in counted.order_by("rule"):
        found[person].add(stage, title, vacant, n)
    return found


def _inbox(summaries: dict[int, Summary], on: dt.date, path: str) -> None:
    """Write the day's one item per person; what joins it later in the day makes it unread again."""
    now = timezone.now()
    items = [
        InboxItem(
            recipient_id=person,
            key=f"digest:{on}",
            title=summary.title,
            text=summary.text,
            path=path,
            day_on=on,
            created_at=now,
        )
        for person, summary in summaries.items()
    ]
    InboxItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["recipient", "key"],
        update_fields=["title", "text", "read_at"],
    )


def _outbox(summaries: dict[int, Summary], on: dt.date) -> int:
    """Write the day's one mail to those who have an address and return how many are new."""
    digests = Digest.objects.filter(day_on=on, recipient__in=summaries, mail=None)
    emails = dict(get_user_model()._default_manager.filter(pk__in=summaries).values_list("pk", "email"))
    mails = [
        OutboxMessage(
            digest=digest,
            to=emails[digest.recipient_id],
            subject=mail_subject(summaries[digest.recipient_id]),
            body=mail_body(summaries[digest.recipient_id], _address()),
            next_try_at=timezone.now(),
        )
        for digest in digests.order_by("recipient")
        if emails[digest.recipient_id]
    ]
    OutboxMessage.objects.bulk_create(mails, ignore_conflicts=True)
    return len(mails)


def _address() -> str:
    return settings.SITE_URL.rstrip("/") + reverse("reminders:inbox")


def tell(
    *, accounts: Iterable[int], key: str, title: str, text: str = "", path: str, on: dt.date, by: Any = None
) -> int:
    """Put one message into the inbox of each account but the doer's own, once per key, and return how many.

    Call it in the transaction of what it tells about. No words of a talk, no reason, nothing of C1–C4.
    """
    people = set(accounts) - {getattr(by, "pk", None)}
    known = set(InboxItem.objects.filter(recipient__in=people, key=key).values_list("recipient", flat=True))
    now = timezone.now()
    items = [
        InboxItem(recipient_id=person, key=key, title=title, text=text, path=path, day_on=on, created_at=now)
        for person in sorted(people - known)
    ]
    InboxItem.objects.bulk_create(items, ignore_conflicts=True)
    return len(items)


def note_pulse(name: str) -> None:
    """Write down that a recurring piece of work ended just now."""
    Pulse.objects.update_or_create(name=name, defaults={"ended_at": timezone.now()})


@transaction.atomic
def silence(*, person_id: int) -> None:
    """Take somebody who died or left out of every reminder: names, numbers, and mail that has not gone yet."""
    rows = ReminderLog.objects.standing().filter(person_id=person_id)
    told = set(rows.values_list("recipient", "day_on"))
    rows.update(silenced_at=timezone.now())
    for recipient, on in sorted(told):
        _recount(recipient, on)


def silence_all(*, people: Collection[int]) -> None:
    """Take several people out of every reminder; most are in none."""
    told = set(ReminderLog.objects.standing().filter(person_id__in=people).values_list("person_id", flat=True))
    for person_id in people:
        if person_id in told:
            silence(person_id=person_id)


def _recount(recipient: int, on: dt.date) -> None:
    summary = _summaries([recipient], on)[recipient]
    item = InboxItem.objects.filter(recipient=recipient, key=f"digest:{on}")
    mail = OutboxMessage.objects.filter(digest__recipient=recipient, digest__day_on=on).not_under_way()
    if not summary.title:
        item.delete()
        mail.delete()
        return
    item.update(title=summary.title, text=summary.text)
    mail.update(subject=mail_subject(summary), body=mail_body(summary, _address()))


def mark_read(*, items: InboxItemQuerySet, by: Any) -> int:
    """Put the reader's own items among the read ones; return how many were unread."""
    return items.visible_to(by).unread().update(read_at=timezone.now())
