"""The facts of one month in one part of the school, read in a fixed number of queries and from one moment."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from carehub.access.viewer import Reach
from carehub.calendar import DAY, Window
from carehub.catalog import RULES
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.rule import Ask, Rule, closed_windows, list_duties, tally_duties
from hardship.waivers.sheets import waiver_rows
from members.models import Organization
from talks.sheets import talk_rows

UNDONE = frozenset({State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING, State.EXCUSED})


@dataclass(frozen=True)
class MonthFacts:
    """What a workbook is made of; `talks` and `waivers` are rows of the ledgers."""

    organization: Organization
    scope: str
    month: Window
    counted_on: dt.date
    tallies: list[Tally]
    undone: list[Duty]
    talks: list[list[Any]]
    waivers: list[list[Any]]
    groups: dict[str, str]  # the parts of the school directly under the committee: path → name

    @property
    def counts(self) -> dict[str, int]:
        """Return the figures that the page shows beside the file; due and finished are those of the present windows."""
        present = {(rule.code, span.label) for rule in RULES for span in rule.windows(self.counted_on)}
        now = [row for row in self.tallies if (row.rule, row.window) in present]
        return {
            "talks": len({row[0] for row in self.talks}),
            "talked_with": len(self.talks),
            "due": sum(row.due for row in now),
            "finished": sum(row.finished for row in now),
            "overdue": sum(row.overdue for row in self.tallies),
            "excused": sum(row.excused for row in self.tallies),
            "undone": len(self.undone),
            "waivers": len(self.waivers),
        }


def month_window(first: dt.date) -> Window:
    """Return the calendar month that begins on a day."""
    following = (first.replace(day=28) + 4 * DAY).replace(day=1)
    return Window(first, following - DAY, f"{first:%Y-%m}")


def read_facts(organization: Organization, month: Window, counted_on: dt.date) -> MonthFacts:
    """Return everything the workbook says, as it stands on the day of counting."""
    path = organization.path or ""
    ask = Ask(on=counted_on, scope=Reach(paths=(path,)))
    undone = replace(ask, states=UNDONE)
    with one_moment():
        order = official_order(path)
        place = {code: n for n, code in enumerate(order)}
        asked = spans(counted_on)
        tallies = [row for rule, span in asked for row in tally_duties([rule], ask, span)]
        duties = [duty for rule, span in asked for duty in list_duties([rule], undone, span)]
        return MonthFacts(
            organization=organization,
            scope=scope_words(organization),
            month=month,
            counted_on=counted_on,
            tallies=sorted(tallies, key=lambda row: place[row.organization]),
            undone=sorted(duties, key=lambda duty: place[duty.organization]),
            talks=talk_rows(path, month.starts_on, counted_on),
            waivers=waiver_rows(path, month.starts_on, counted_on),
            groups=dict(order.values()),
        )


def spans(on: dt.date) -> list[tuple[Rule, Window]]:
    """Return each rule with its windows: the one before, where something may have stayed overdue, and the present."""
    closed = closed_windows(RULES, on)
    return [
        (rule, span)
        for rule in RULES
        for span in (*(window for one, window in closed if one is rule), *rule.windows(on))
    ]


def official_order(path: str) -> dict[str, tuple[str, str]]:
    """Return the organisations in the office's order, each part of the school followed by what lies below it.

    Under each code stand the path and the name of the part: a general branch or directly attached branch.
    """
    below = Organization.objects.at_or_below(path).in_official_order().values_list("path", "code", "name")
    rows = [(own or "", code, name) for own, code, name in below]
    parts = {row[0]: (n, row[2]) for n, row in enumerate(rows)}
    unknown = (-1, "")
    rows.sort(key=lambda row: (parts.get(part_of(row[0]), unknown)[0], row[0] != part_of(row[0]), row[1]))
    return {code: (part_of(own), parts.get(part_of(own), unknown)[1]) for own, code, _name in rows}


def part_of(path: str) -> str:
    """Return the path of the part of the school directly under the committee in which a path lies."""
    return "/" + "/".join(path.strip("/").split("/")[:2]) + "/"


@contextmanager
def one_moment() -> Iterator[None]:
    """Read in one transaction that sees one state of the database, so that the sheets agree with each other."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def scope_words(organization: Organization) -> str:
    """Return the scope as every list says it: 全校，12 个党总支、1 个直属党支部."""
    kind = Organization.Kind
    below = Organization.objects.at_or_below(organization.path or "").aggregate(
        general=Count("pk", filter=Q(kind=kind.GENERAL_BRANCH)),
        direct=Count("pk", filter=Q(kind=kind.BRANCH, parent__kind=kind.COMMITTEE)),
        branches=Count("pk", filter=Q(kind=kind.BRANCH)),
    )
    if organization.kind == kind.COMMITTEE:
        return _("全校，%(general)d 个党总支、%(direct)d 个直属党支部，共 %(branches)d 个支部") % below
    if organization.kind == kind.GENERAL_BRANCH:
        return _("%(name)s，%(branches)d 个支部") % {"name": organization, **below}
    return str(organization)
