"""When a period has closed it is put down as it stood, and only the department opens it again, with a reason.

A window closes when the days that count as entered in time have passed. What is entered afterwards is a late entry
(补录): it counts for the desk and is shown apart, but the figures that were handed on no longer change by themselves.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import Window
from carehub.duties.duty import Duty, State
from carehub.duties.kinds import BEGINNING
from carehub.duties.look import Look
from carehub.duties.models import ClosedPeriod, PeriodRecord
from carehub.duties.rule import Ask, Rule
from carehub.duties.settings import IN_USE_SINCE, Settings

WINDOWS_BACK = 4  # a portal that stood still for a year still closes what ended meanwhile
LONGEST_OPEN = dt.timedelta(days=60)
BATCH = 1000


class NotOpened(ValueError):
    """The period cannot be opened; the text says why and what to do."""


def ended_windows(rule: Rule, on: dt.date) -> Iterator[Window]:
    """Yield the windows of a rule whose late entries are late on the day, the latest first."""
    if rule.cadence in ("event", "step"):
        return
    since, spans = Settings(on)[IN_USE_SINCE], rule.windows_before(on)
    if since == BEGINNING:
        return  # no roster yet: there is nothing to put down
    for _n in range(WINDOWS_BACK):
        for window in spans:
            if window.ends_on >= dt.date.fromisoformat(since) and Look.at(on, window).in_time_until < on:
                yield window
        spans = [before for window in spans for before in rule.windows_before(window.starts_on)]


def close_ended(*, on: dt.date, rules: Iterable[Rule]) -> int:
    """Put down every period that has ended and is neither closed nor opened again; return how many."""
    settled = {
        *ClosedPeriod.objects.standing().values_list("rule", "window"),
        *ClosedPeriod.objects.being_made_up(on).values_list("rule", "window"),
    }
    wanted = [
        (rule, span) for rule in rules for span in ended_windows(rule, on) if (rule.code, span.label) not in settled
    ]
    return sum(close(rule, window, on=on) is not None for rule, window in wanted)


def close(rule: Rule, window: Window, *, on: dt.date) -> ClosedPeriod | None:
    """Put one window down as it stands on a day; None if somebody else just did."""
    names = {"rule": rule.code, "window": window.label}
    try:
        with transaction.atomic():
            number = ClosedPeriod.objects.filter(**names).count() + 1
            period = ClosedPeriod.objects.create(**names, number=number, closed_on=on)
            rows = [_row(period, place, duty) for place, duty in enumerate(rule.list(Ask(on=on), window))]
            PeriodRecord.objects.bulk_create(rows, batch_size=BATCH)
            record(Action.CHANGE, target=period, what="close-period", rows=len(rows), **names)
    except IntegrityError:
        if not ClosedPeriod.objects.standing().filter(**names).exists():
            raise
        return None
    return period


def _row(period: ClosedPeriod, place: int, duty: Duty) -> PeriodRecord:
    said = {name: getattr(duty, name) for name in PeriodRecord.COPIED}
    if duty.state == State.EXCUSED:
        said["why"] = ""
    return PeriodRecord(period=period, place=place, **said)


@transaction.atomic
def reopen(*, period: ClosedPeriod, reason: str, until_on: dt.date, by: Any, on: dt.date) -> None:
    """Open a closed period again up to a day; NotOpened if somebody else just did or the day does not fit.

    The day after it is closed once more by itself, and what it was before stays on record.
    """
    if not reason.strip():
        raise NotOpened(_("请写明为什么要重新开放。"))
    if not on <= until_on <= on + LONGEST_OPEN:
        raise NotOpened(_("请选今天以后 60 天以内的日期。"))
    opened = ClosedPeriod.objects.standing().filter(pk=period.pk)
    changed = opened.update(reopened_at=timezone.now(), reopened_by=by, reason=reason.strip(), open_until_on=until_on)
    if not changed:
        raise NotOpened(_("这个时段刚刚已经重新开放，没有重复。"))
    record(Action.CHANGE, by=by, target=period, what="reopen-period", rule=period.rule, window=period.window,
           until=str(until_on))  # fmt: skip
