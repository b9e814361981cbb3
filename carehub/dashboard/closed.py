"""Closed periods on the pages: the figures as they were put down, and beside them what was entered since."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from carehub.access.viewer import Reach
from carehub.calendar import Window, titled_window, window_named
from carehub.dashboard.heat import Sum, total
from carehub.dashboard.sight import Sight
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.models import ClosedPeriod, PeriodRecord
from carehub.duties.rule import Ask, Draft, Duties, Rule, Tallies
from carehub.duties.states import FINISHED
from members.models import Organization, Person


class Unit(NamedTuple):
    """An organisation as it was named when the period closed."""

    organization_id: int
    organization: str
    organization_name: str
    vacant: bool


class AsClosed(Rule):
    """A rule whose closed windows answer from what was put down; every other window is worked out as always."""

    def __init__(self, live: Rule, closed: Mapping[str, ClosedPeriod]) -> None:
        self.live, self.closed = live, closed
        self.code, self.title, self.explains = live.code, live.title, live.explains
        self.cadence, self.personal = live.cadence, live.personal

    def list(self, ask: Ask, window: Window) -> Duties:
        if (period := self.closed.get(window.label)) is None:
            return self.live.list(ask, window)
        end = None if ask.limit is None else ask.offset + ask.limit
        rows = records_of(period, ask).order_by("place").values(*PeriodRecord.COPIED)[ask.offset : end]
        return [Duty(rule=self.code, window=window.label, **row) for row in rows]

    def tally(self, ask: Ask, window: Window) -> Tallies:
        if (period := self.closed.get(window.label)) is None:
            return self.live.tally(ask, window)
        rows: QuerySet[Any] = records_of(period, ask).exclude(state=State.NOT_APPLICABLE).order_by("organization")
        units: dict[Unit, dict[str, int]] = defaultdict(dict)
        for *named, state, count in rows.values_list(*Unit._fields, "state").annotate(n=Count("pk")):
            units[Unit(*named)][state] = count
        known = Organization.objects.filter(pk__in=[unit.organization_id for unit in units])
        paths = dict(known.values_list("pk", "path"))
        return [self._tally(unit, paths.get(unit.organization_id) or "", window, units[unit]) for unit in units]

    def _tally(self, unit: Unit, path: str, window: Window, counts: Mapping[str, int]) -> Tally:
        return Tally(
            rule=self.code,
            organization_id=unit.organization_id,
            organization=unit.organization,
            organization_name=unit.organization_name,
            path=path,
            window=window.label,
            vacant=unit.vacant,
            **counts,
        )

    def settled_by(self, draft: Draft) -> Duties:
        return self.live.settled_by(draft)


def records_of(period: ClosedPeriod, ask: Ask) -> QuerySet[PeriodRecord]:
    """Return the rows of a closed period that a question is about; who sees them follows from today's tree."""
    rows = PeriodRecord.objects.filter(_within(ask.scope), period=period)
    for name, values in (("person_id", ask.people), ("owner_id", ask.owners), ("state", ask.states)):
        if values is not None:
            rows = rows.filter(**{f"{name}__in": values})
    return rows


def _within(scope: Reach) -> Q:
    if scope.everything:
        return Q()
    inside = Organization.objects.filter(Reach(paths=scope.paths).q()) if scope.paths else Organization.objects.none()
    found = Q(organization_id__in=inside.values("pk")) | Q(person_id__in=scope.people)
    if scope.occupations:
        found |= Q(person_id__in=Person.objects.filter(occupation__in=scope.occupations).values("pk"))
    return found


def as_closed(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules with the windows that are closed as they were put down; one query."""
    closed: dict[str, dict[str, ClosedPeriod]] = defaultdict(dict)
    for period in ClosedPeriod.objects.standing():
        closed[period.rule][period.window] = period
    return [AsClosed(rule, closed[rule.code]) if rule.code in closed else rule for rule in rules]


@dataclass(frozen=True)
class ClosedLine:
    """The latest closing of one window of a rule, with the figures of the viewer's own part as they were put down."""

    period: ClosedPeriod
    rule: Rule
    sum: Sum

    @property
    def words(self) -> str:
        return titled_window(self.period.window, str(self.rule.title))


def closed_lines(sight: Sight, rules: Iterable[Rule]) -> list[ClosedLine]:
    """Return what was closed, the latest first, in two queries however many there are."""
    known = {rule.code: rule for rule in rules}
    periods = _latest(period for period in ClosedPeriod.objects.all() if period.rule in known)
    rows = PeriodRecord.objects.filter(_within(sight.counted), period__in=periods, organization_id__in=sight.below)
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for period_id, state, n in rows.order_by().values_list("period", "state").annotate(n=Count("pk")):
        counts[period_id][state] = n
    return [ClosedLine(period, known[period.rule], _sum(counts[period.pk])) for period in periods]


def _latest(periods: Iterable[ClosedPeriod]) -> list[ClosedPeriod]:
    """Return of each rule and window the latest closing, in the order in which they come."""
    found: dict[tuple[str, str], ClosedPeriod] = {}
    for period in periods:
        found.setdefault((period.window, period.rule), period)
    return list(found.values())


def _sum(counts: Mapping[str, int]) -> Sum:
    finished = {state: counts.get(state, 0) for state in FINISHED}
    return Sum(
        finished=sum(finished.values()),
        late_entry=finished[State.LATE_ENTRY],
        overdue=counts.get(State.OVERDUE, 0),
        excused=counts.get(State.EXCUSED, 0),
    )


@dataclass(frozen=True)
class ClosedPage:
    """One closed window: then and now, and who was entered in between."""

    line: ClosedLine
    now: Sum
    late: Sequence[Duty]
    before: Sequence[ClosedPeriod]  # every closing of the window, the latest first


def closed_page(sight: Sight, rule: Rule, period: ClosedPeriod) -> ClosedPage:
    """Return what a closed window was and what was entered since; names only where the viewer may see them."""
    window = window_named(period.window)
    kept = AsClosed(rule, {period.window: period}).tally(sight.ask(), window)
    live = rule.tally(sight.ask(), window)
    then, now = (total(row for row in rows if row.organization_id in sight.below) for rows in (kept, live))
    closings = ClosedPeriod.objects.filter(rule=period.rule, window=period.window).select_related("reopened_by")
    late = _entered_since(sight, rule, period) if sight.named else []
    return ClosedPage(ClosedLine(period, rule, then), now, late, list(closings))


def _entered_since(sight: Sight, rule: Rule, period: ClosedPeriod) -> list[Duty]:
    """Return the duties that a late entry settled after the window was closed."""
    ask = replace(sight.ask(named=True), states=frozenset({State.LATE_ENTRY}))
    late = rule.list(ask, window_named(period.window))
    known = records_of(period, replace(ask, states=FINISHED)).values_list("owner_id", "subject_id")
    settled = set(known)
    return [duty for duty in late if (duty.owner_id, duty.subject_id) not in settled]


def day_closed(rules: Iterable[Rule], windows: Iterable[Window]) -> dt.date | None:
    """Return the day on which the last of the closed windows among these was put down, None if none is closed."""
    labels = {window.label for window in windows}
    closed = [rule.closed[label] for rule in rules if isinstance(rule, AsClosed) for label in labels & set(rule.closed)]
    return max((period.closed_on for period in closed), default=None)
