"""The hourly sweep: who is to be told of what fell due, worked out anew each time from the duties as they stand.

It may run twice, at once, or be killed anywhere: what was told is told once, because the log's key is unique.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone

from carehub.accounts.actions import forget_what_is_over
from carehub.addressees import Addressee, Chart, gone
from carehub.audit.seals import seal_new_rows
from carehub.catalog import CASE_RULES, RULES
from carehub.duties.closing import close_ended
from carehub.duties.duty import Duty, State
from carehub.duties.rule import Ask, Rule, list_owed
from carehub.reminders.actions import write_reminders
from carehub.reminders.models import ReminderLog
from carehub.reminders.outbox import send_due
from carehub.reveals.actions import forget_old_places
from carehub.survival.upkeep import look_after
from members.actions import settle_accounts
from members.models import Affiliation, Person
from members.terms import tell_of_terms
from talks.requests.actions import follow_moves

STAGES = frozenset({State.DUE_SOON, State.OVERDUE})


def sweep(*, on: dt.date, rules: Iterable[Rule] = RULES) -> Counter[str]:
    """Settle the accounts, remind everybody of what is due, close the periods that ended, send the mail that waits.

    What this and everybody else wrote into the audit trail is sealed at the end.
    """
    counts: Counter[str] = Counter()
    try:
        counts.update(settle_accounts(on=on))
        forget_what_is_over()
        rules = list(rules)
        counts.update(remind(on=on, rules=[*rules, *CASE_RULES]), closed_periods=close_ended(on=on, rules=rules))
        counts.update(terms=tell_of_terms(on=on), followed=follow_moves(on=on))
    finally:
        # Whatever is wrong with one rule's duties, mail that was written before goes out.
        counts.update(send_due())
        counts.update(seals=seal_new_rows())
        counts.update(look_after(on=on))
    forget_old_places(before=timezone.now() - dt.timedelta(days=2))
    return counts


def remind(*, on: dt.date, rules: Iterable[Rule] = RULES) -> Counter[str]:
    """Write down the day's reminders that were not written before; a fixed number of queries finds them."""
    found = list(reminders_of(on=on, rules=rules))
    known = _told_before({row.window for row in found})
    new = [row for row in found if (row.recipient_id, row.duty_key, row.stage) not in known]
    return write_reminders(new, on=on, path=resolve_url(settings.LOGIN_REDIRECT_URL))


def _told_before(windows: set[str]) -> set[tuple[int, str, str]]:
    told = ReminderLog.objects.filter(window__in=windows)
    return set(told.values_list("recipient", "duty_key", "stage"))


def reminders_of(*, on: dt.date, rules: Iterable[Rule] = RULES) -> Iterator[ReminderLog]:
    """Return what is to be told on a day, told before or not; nobody who died or left is told or told of."""
    known = {rule.code: rule for rule in rules}
    personal = {code: rule.personal for code, rule in known.items()}
    chart, accounts = Chart.on(on), _accounts()
    for duty in _present(list_owed(known.values(), Ask(on=on, states=STAGES)), personal, on):
        rule = known[duty.rule]
        addressee = chart.addressee(duty, personal=rule.personal, named=rule.named)
        if addressee is None or addressee.person_id not in accounts:
            continue
        row = _reminder(duty, rule, addressee, on)
        row.recipient_id = accounts[addressee.person_id]
        row.path = "" if rule.personal else chart.organizations[duty.organization_id].path or ""
        yield row


def _reminder(duty: Duty, rule: Rule, addressee: Addressee, on: dt.date) -> ReminderLog:
    return ReminderLog(
        title=str(rule.title),
        link=reverse(rule.page) if rule.page else "",
        duty_key=duty.key,
        stage=duty.state,
        rule=duty.rule,
        window=duty.window,
        subject=duty.subject,
        # A number only: whom it is about falls silent with his death, though the row does not say who that is.
        person_id=duty.person_id if rule.names_nobody or _is_about_person(duty) else None,
        due_on=duty.due_on,
        organization=duty.organization_name,
        vacant=addressee.stands_in,
        day_on=on,
    )


def _present(duties: Iterable[Duty], personal: dict[str, bool], on: dt.date) -> list[Duty]:
    """Return the duties without those about the dead, about who left the school, or about who moved to another branch.

    A window that has closed still owes a late entry for them; that shows on the desk, but nobody is reminded of it.
    """
    left = set(gone(on).values_list("pk", flat=True))
    branches = dict(Affiliation.objects.in_force(on).values_list("person", "branch"))
    return [
        duty
        for duty in duties
        if duty.person_id not in left and (personal[duty.rule] or not _has_moved(duty, branches))
    ]


def _is_about_person(duty: Duty) -> bool:
    """Return whether the subject is the person himself and not, as in C-2.2, his branch."""
    return duty.person_id == duty.subject_id and duty.person == duty.subject


def _has_moved(duty: Duty, branches: dict[int, int]) -> bool:
    """Return whether the person about whom a branch owes it belongs elsewhere now."""
    if duty.event_id:
        return False  # what opened it says whose it is: an event the unit of its deadline, of a secretary the one above
    return _is_about_person(duty) and branches.get(duty.subject_id, duty.organization_id) != duty.organization_id


def _accounts() -> dict[int, int]:
    """Return person → account for everybody who can sign in."""
    return dict(Person.objects.filter(user__is_active=True).values_list("pk", "user"))
