"""Run as a program beside a worker: gather due items, ring for the sweep, sweep later, or print what was told."""

import os
import sys
from collections import Counter
from pathlib import Path

PEOPLE = 5


def gather(due: str) -> None:
    """Create a school with so many due items, due soon on the day this runs."""
    from django.core.management import call_command

    from carehub.calendar import DAY, today, year_of
    from carehub.duties.models import RuleSetting
    from carehub.duties.settings import DUE_SOON_YEAR
    from tests.reminders import crowd

    call_command("migrate", verbosity=0)
    year = year_of(today())
    crowd.gather(int(due) // PEOPLE, PEOPLE, since=year.starts_on)
    days = (year.ends_on - today() + DAY).days
    RuleSetting.objects.create(name=DUE_SOON_YEAR.name, value=str(days), from_on=year.starts_on)


def ring() -> None:
    """Ask for a sweep as the portal asks for any background work."""
    from carehub.doorbell import ring as ring_for

    ring_for("carehub.tasks.sweep")


def later() -> None:
    """Sweep, and send what a dead worker had in hand once its lease has run out."""
    from django.utils import timezone

    from carehub.calendar import today
    from carehub.reminders.outbox import LEASE, send_due
    from carehub.sweep import sweep

    sweep(on=today())
    send_due(timezone.now() + LEASE)


def figures() -> None:
    """Print how many were told, how many twice, and what became of the mails."""
    from carehub.reminders.models import OutboxMessage, ReminderLog

    told = Counter(ReminderLog.objects.values_list("recipient", "duty_key", "stage"))
    book = Path(os.environ["POSTBOX"])
    mails = set(book.read_text().split()) if book.exists() else set()
    unsent = OutboxMessage.objects.exclude(state=OutboxMessage.State.SENT).count()
    print(f"told {len(told)}, twice {told.total() - len(told)}, mails {len(mails)}, unsent {unsent}", end="")


if __name__ == "__main__":
    import django

    django.setup()
    globals()[sys.argv[1]](*sys.argv[2:])
