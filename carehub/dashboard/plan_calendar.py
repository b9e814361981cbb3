"""The talk plan as a calendar file (RFC 5545), with names for who signed in, with numbers only for a subscription."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from carehub.calendar import DAY
from carehub.dashboard.planning import Plan, PlannedWeek
from members.models import Organization


def calendar_of(plans: Iterable[tuple[Organization, Plan]], *, with_names: bool) -> bytes:
    """Return the calendar of some plans: one entry a week, over its working days."""
    book = Calendar()
    for name, value in (("prodid", "-//CareHub//Talks//ZH"), ("version", "2.0"), ("x-wr-calname", _("谈心谈话安排"))):
        book.add(name, value)
    for branch, made in plans:
        for one in made.weeks:
            book.add_component(_entry(branch, one, with_names=with_names))
    return bytes(book.to_ical())


def _entry(branch: Organization, one: PlannedWeek, *, with_names: bool) -> Any:
    entry, first, last = Event(), one.week.days[0], one.week.days[-1]
    names = "、".join(planned.line.person.name for planned in one.people)
    said = _("谈心谈话 %(n)s 人") % {"n": len(one.people)} + (f"：{names}" if with_names else "")
    entry.add("uid", f"talks-{branch.pk}-{one.week.monday.isoformat()}@carehub")
    entry.add("dtstamp", timezone.now().astimezone(dt.UTC))
    entry.add("dtstart", first)
    entry.add("dtend", last + DAY)
    entry.add("summary", said)
    entry.add("url", settings.SITE_URL + reverse("dashboard:branch-plan", args=[branch.pk]))
    entry.add("transp", "TRANSPARENT")
    return entry
