"""The facts of one month in one part of the school, read in a fixed number of queries and from one moment."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from carehub.access.viewer import Facts, Reach, Viewer
from carehub.calendar import DAY, Window
from carehub.catalog import RULES
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.rule import Ask, Rule, closed_windows, list_duties, tally_duties
from hardship.cases.sheets import month_cases
from hardship.cases.sheets import month_rows as case_rows
from hardship.pairing.sheets import month_pairings
from hardship.pairing.sheets import month_rows as pairing_rows
from hardship.waivers.sheets import waiver_rows
from members.models import Organization
from talks.sheets import talk_rows

NOBODY = Viewer(None, "", (), dt.date.min)  # who may take along what is nobody's secret
UNDONE = frozenset({State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING, State.EXCUSED})


@dataclass(frozen=True)
class MonthFacts:
    """What a workbook is made of; `talks`, `waivers`, `cases` and `pairings` are rows of the ledgers."""

    organization: Organization
    scope: str
    month: Window
    counted_on: dt.date
    tallies: list[Tally]
    undone: list[Duty]
    talks: list[list[Any]]
    waivers: list[list[Any]]
    groups: dict[str, str]  # the parts of the school directly under the committee: path → name
    # Rows of the ledgers that not everybody may take along; None: left out of this workbook.
    cases: list[list[Any]] | None = None
    pairings: list[list[Any]] | None = None
    people: frozenset[int] = frozenset()  # who stands in those two

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

    @property
    def holds(self) -> list[str]:
        """Return which of the guarded ledgers stand in the workbook: hardship, pairing."""
        rows = {"hardship": self.cases, "pairing": self.pairings}
        return [resource for resource, found in rows.items() if found is not None]


def month_window(first: dt.date) -> Window:
    """Return the calendar month that begins on a day."""
    following = (first.replace(day=28) + 4 * DAY).replace(day=1)
    return Window(first, following - DAY, f"{first:%Y-%m}")


def read_facts(organization: Organization, month: Window, counted_on: dt.date, viewer: Viewer = NOBODY) -> MonthFacts:
    """Return what the workbook says as it stands on the day of counting, as far as a viewer may take it along."""
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
            **guarded_rows(organization, month.starts_on, counted_on, viewer),
        )


def is_whole_school(place: Organization) -> bool:
    return place.kind == Organization.Kind.COMMITTEE


def guarded_rows(place: Organization, first: dt.date, until: dt.date, viewer: Viewer) -> dict[str, Any]:
    """Return the rows of the ledgers of hardship and of pairing that a viewer may export, and who stands in them.

    Of the whole school only: what is made of a general branch is downloaded by its officers, too, whoever made it.
    """
    if not is_whole_school(place):
        return {}
    path, people, rows = place.path or "", set(), {}
    if viewer.reach("hardship", "x").covers(Facts(path)):
        cases = month_cases(path, until)
        rows["cases"] = case_rows(cases, viewer)
        people |= {case.person_id for case in cases}
    if viewer.reach("pairing", "x").covers(Facts(path)):
        pairings = month_pairings(path, first, until)
        rows["pairings"] = pairing_rows(pairings, first, until)
        people |= {one.person.pk for one in pairings}
    return {**rows, "people": frozenset(people)}


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
