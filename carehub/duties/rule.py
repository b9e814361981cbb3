"""What the engine asks of every rule: the two set-based questions, list and tally, and what a deed would settle."""

import datetime as dt
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from carehub.access.viewer import Reach
from carehub.calendar import DAY, Window, quarter_of, window_named, year_of
from carehub.duties.duty import Duty, DutyKey, State, Tally
from carehub.duties.settings import IN_USE_SINCE, Settings

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

EVERYWHERE = Reach(everything=True)
# A method is called `list`, so inside the class the word no longer means the type.
Duties = list[Duty]
Tallies = list[Tally]


@dataclass(frozen=True)
class Ask:
    """What is asked: the day of looking, where, and optionally whose, which and how many.

    `scope` limits by the obligor's organisation (paths), `people` by the person the duty is about,
    `owners` by the owner's number, `states` by state, `alive` to those with whom a
    talk is still possible. `limit`/`offset` page the list (official order, then pinyin).
    """

    on: dt.date
    scope: Reach = EVERYWHERE
    people: frozenset[int] | None = None
    owners: frozenset[int] | None = None
    states: frozenset[str] | None = None
    alive: bool = False
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True)
class Draft:
    """A talk as it is being typed: what it would settle is shown before it is saved."""

    talker_id: int
    people: frozenset[int]
    held_on: dt.date
    entered_on: dt.date
    collective: bool = False


class Rule(ABC):
    """One clause as an obligation. Values only: nothing is written."""

    code: str  # C-2.3, also the clause it cites
    title: "str | _StrPromise"  # 年度谈话
    explains: "str | _StrPromise"  # 支部书记与每名党员
    cadence: str  # "year", "quarter", or "event": something happened on a day
    above_branches: bool = False  # never owed by a branch: whoever sees one branch alone need not ask
    personal: bool = False  # owed by a person (校领导), not by whoever holds a post of an organisation
    named: bool = False  # owed by whom the record names (责任人), not by whoever is secretary
    names_nobody: bool = False  # whose it is, neither a list nor a reminder says
    page: str = ""  # the name of the page on which it is done, where that is not the desk

    def windows(self, on: dt.date) -> Sequence[Window]:
        """Return the windows that contain the day."""
        return [quarter_of(on) if self.cadence == "quarter" else year_of(on)]

    def windows_before(self, on: dt.date) -> Sequence[Window]:
        """Return the windows that closed last before the day."""
        return [before for window in self.windows(on) for before in self.windows(window.starts_on - DAY)]

    def fits(self, window: Window) -> bool:
        """Return whether a window is of this rule's cadence (a year is no quarter)."""
        return ("Q" in window.label) == (self.cadence == "quarter")

    def together(self, others: "Sequence[Rule]") -> "Rule | None":
        """Return one rule that asks for this and the others at once, None if they have no question in common."""
        return None

    @abstractmethod
    def list(self, ask: Ask, window: Window) -> Duties:
        """Return the duties asked for, in a fixed number of queries."""

    @abstractmethod
    def tally(self, ask: Ask, window: Window) -> Tallies:
        """Return the counts per organisation, in a fixed number of queries, official order."""

    @abstractmethod
    def settled_by(self, draft: Draft) -> Duties:
        """Return the unsettled duties that the draft would settle, in a fixed number of queries."""


def list_duties(rules: Iterable[Rule], ask: Ask, window: Window | None = None) -> list[Duty]:
    """Return the duties of all rules: of one window, or of each rule's windows that hold the day."""
    return [duty for rule, span in _spans(rules, ask.on, window) for duty in rule.list(ask, span)]


def tally_duties(rules: Iterable[Rule], ask: Ask, window: Window | None = None) -> list[Tally]:
    """Return the tallies of all rules, window by window."""
    return [row for rule, span in _spans(rules, ask.on, window) for row in rule.tally(ask, span)]


def closed_windows(rules: Iterable[Rule], on: dt.date) -> list[tuple[Rule, Window]]:
    """Return each rule with the windows that closed last, but none that closed before the portal was in use."""
    since = Settings(on).day(IN_USE_SINCE)
    return [(rule, span) for rule in rules for span in rule.windows_before(on) if span.ends_on >= since]


def list_owed(rules: Iterable[Rule], ask: Ask) -> list[Duty]:
    """Return what is in hand: the duties of each window that holds the day, and what stayed overdue in the one before.

    A cadence window that has closed is never cured by a later deed, but a late entry or an excuse still settles it. Who
    has died since stays in the counts of that window and is asked for no more.
    """
    rules = list(rules)
    left = replace(ask, alive=True, states=frozenset({State.OVERDUE}) & (ask.states or frozenset({State.OVERDUE})))
    before = [duty for rule, span in closed_windows(rules, ask.on) for duty in rule.list(left, span)]
    return [*(before if left.states else []), *list_duties(rules, ask)]


def duties_settled_by(rules: Iterable[Rule], draft: Draft) -> list[Duty]:
    """Return everything that one deed would settle, across rules."""
    return [duty for rule in _together(list(rules)) for duty in rule.settled_by(draft)]


@dataclass(frozen=True)
class Remaining:
    """What one deed leaves to do: 此记录将完成 3 项任务，年度谈话还剩 11 人."""

    rule: str
    title: "str | _StrPromise"
    window: str
    settles: int
    left: int


def remaining_after(rules: Iterable[Rule], settled: Sequence[Duty], on: dt.date) -> list[Remaining]:
    """Return per rule and window how many duties the same owners still owe after these are settled."""
    by_window: dict[tuple[str, str], list[Duty]] = defaultdict(list)
    for duty in settled:
        by_window[duty.rule, duty.window].append(duty)
    found = {rule.code: rule for rule in rules}
    return [_remaining(found[code], label, duties, on) for (code, label), duties in by_window.items()]


def _remaining(rule: Rule, label: str, settled: Sequence[Duty], on: dt.date) -> Remaining:
    ask = Ask(on=on, owners=frozenset(duty.owner_id for duty in settled))
    missing = sum(row.missing for row in rule.tally(ask, window_named(label)))
    return Remaining(rule.code, rule.title, label, len(settled), missing - len(settled))


def find_duty(rules: Iterable[Rule], key: DutyKey, on: dt.date) -> Duty | None:
    """Return the duty of a key as it stands on a day, None if there is no such duty."""
    ask, window = Ask(on=on, owners=frozenset({key.owner_id})), window_named(key.window)
    duties = [duty for rule in rules if rule.code == key.rule and rule.fits(window) for duty in rule.list(ask, window)]
    return next((duty for duty in duties if duty.key == str(key)), None)


def _spans(rules: Iterable[Rule], on: dt.date, window: Window | None) -> list[tuple[Rule, Window]]:
    return [
        (rule, span)
        for rule in _together(list(rules))
        for span in ([window] if window else rule.windows(on))
        if rule.fits(span)
    ]


def _together(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules with those about events as one: whatever happened, it is asked for in one query."""
    events = [rule for rule in rules if rule.cadence == "event"]
    one = events[0].together(events[1:]) if len(events) > 1 else None
    return [*(rule for rule in rules if rule not in events), one] if one else list(rules)
