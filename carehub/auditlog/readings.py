"""Who read somebody's file: the rows of the trail that are about one person, in sets, none per row.

Named are what touches the file itself (opened, a number shown in full, talk words under break-glass about the person)
and lists that left the house for an organisation the person belongs to today. A list may have been narrowed by a
filter, and the person may have moved since: the trail keeps the list's scope and size, not the names on it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.paths import parent_paths
from carehub.audit.models import Action, AuditEvent
from carehub.audit.trail import name_of
from carehub.auditlog.words import deed_words
from members.models import Person

DAYS = 90
VALUES = ("id", "at", "post", "action", "target", "detail", "actor__person__name", "actor__number")


@dataclass(frozen=True)
class Reading:
    """One line: who, under which post, when, what."""

    id: int
    at: dt.datetime
    name: str
    post: str
    words: str


def readings_of(person: Person, *, days: int | None = DAYS) -> QuerySet[AuditEvent]:
    """Return the rows in which others read a person's file, newest first; all of them with `days` None."""
    rows = AuditEvent.objects.filter(_about(person)).exclude(actor=person.user_id).order_by("-id")
    return rows if days is None else rows.filter(at__gte=timezone.now() - dt.timedelta(days=days))


def _about(person: Person) -> Q:
    direct = Q(action__in=(Action.READ, Action.REVEAL, Action.BREAK_GLASS), target=name_of(person))
    if not person.path:
        return direct
    left = Q(action__in=(Action.EXPORT, Action.DOWNLOAD), path__in=[*parent_paths(person.path), person.path])
    asked_only = Q(action=Action.EXPORT, target__startswith="reports.Inspection:")
    one_talk = Q(action=Action.EXPORT, target__startswith="talks.Talk:")  # the form of one talk is no list
    same_group = Q(detail__group__isnull=True) | Q(detail__group=person.occupation)
    return direct | (left & ~asked_only & ~one_talk & same_group)


def lines_of(rows: Iterable[dict[str, Any]]) -> list[Reading]:
    """Return rows (taken as `values(*VALUES)`) as lines."""
    return [
        Reading(
            row["id"],
            row["at"],
            row["actor__person__name"] or row["actor__number"] or _("系统"),
            row["post"].rpartition("，")[2],
            deed_words(row["action"], row["target"], row["detail"]),
        )
        for row in rows
    ]


def latest_of(person: Person, most: int = 5) -> list[Reading]:
    """Return the newest readings of the last ninety days, in one query."""
    return lines_of(readings_of(person).values(*VALUES)[:most])


def counts_of(person: Person) -> dict[str, int]:
    """Return {people, times} of the last ninety days, in one query."""
    return readings_of(person).order_by().aggregate(people=Count("actor", distinct=True), times=Count("id"))
