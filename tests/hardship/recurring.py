"""What the tests of the two rules on the ledger look at: lists, reminders and the command line."""

import datetime as dt
import io
from collections.abc import Callable
from random import Random
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.accounts.models import User
from carehub.calendar import year_window
from carehub.duties.rule import Ask, Rule
from carehub.reminders.models import InboxItem, OutboxMessage, ReminderLog
from carehub.sweep import remind
from members.models import Person
from tests.cast import School, make_person


def dues_of(rule: Rule, on: dt.date) -> list[tuple[str, str, str]]:
    """Return (organisation, obligor, state) of the duties of a day."""
    found = rule.list(Ask(on=on), year_window(on.year))
    return [(duty.organization, duty.obligor, str(duty.state)) for duty in found]


def told(rule: Rule, on: dt.date) -> list[ReminderLog]:
    """Write the reminders of a day and return all that still stand."""
    User.objects.filter(email="").update(email="someone@example.org")
    remind(on=on, rules=[rule])
    return list(ReminderLog.objects.standing().select_related("recipient").order_by("pk"))


def name_free(person: Person, reader: Client) -> bool:
    """Return whether no row, no mail and no message on screen says whose it is, or that it is about hardship."""
    said = [
        f"{row.title} {row.subject} {row.organization} {row.path} {row.link} {row}" for row in ReminderLog.objects.all()
    ]
    said += [f"{item.title} {item.text} {item.path}" for item in InboxItem.objects.all()]
    mails = [f"{mail.subject} {mail.body}" for mail in OutboxMessage.objects.all()]
    assert said
    assert mails
    page = reader.get("/inbox/").content.decode()
    assert "一份登记" in page
    assert "困难" not in "".join(said + mails)
    return all(person.name not in text for text in (*said, *mails, page))


def needs_as_many_queries(rule: Rule, school: School, more: Callable[[Person], Any]) -> int:
    """Return how many queries list and tally need: the same for two and for twenty."""
    on, counts = dt.date(2026, 11, 23), []
    for numbers in (range(2), range(2, 20)):
        for n in numbers:
            more(make_person(f"同志{n}", school.first, number=f"Q{n}"))
        with CaptureQueriesContext(connection) as queries:
            duties = list(rule.list(Ask(on=on), year_window(2026)))
            rule.tally(Ask(on=on), year_window(2026))
        counts.append(len(queries))
    assert len(duties) >= 40
    assert counts[0] == counts[1]
    return counts[0]


def command(rule: str, *more: str) -> str:
    out = io.StringIO()
    call_command("duties", "--on", "2026-11-23", "--rule", rule, "--list", *more, stdout=out)
    return out.getvalue()


def days_asked(since: dt.date, left: dt.date | None, on: dt.date) -> bool:
    """Return whether a turn stands in the list of the year of looking, in the words of duties.md."""
    began_this_year = since.year == on.year
    over_before = left is not None and left <= on and left.year < on.year
    return began_this_year or (since.year < on.year and not over_before)


def settled(day: dt.date, due: dt.date, entered_on: dt.date) -> str:
    if (day - due).days > 0:
        return "done_late"
    return "late_entry" if (entered_on - due).days > 7 else "done"


def entered(chance: Random, day: dt.date) -> dt.date:
    return day + dt.timedelta(chance.choice((0, 0, 0, 5, 40, 300)))
