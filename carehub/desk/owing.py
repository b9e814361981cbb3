"""Whom a viewer owes: the duties of the posts held today, in the fixed groups of the desk."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import Reach, Seat, Viewer, viewer_of
from carehub.calendar import DAY, Window, titled_window
from carehub.duties.duty import Duty, State
from carehub.duties.rule import Ask, Rule, list_owed, tally_duties
from carehub.duties.settings import UPCOMING, Settings
from members.events import with_event, words_of_events
from members.models import Organization
from members.vacancies import without_secretary
from talks.panels import LastTalk, last_talks

SECRETARIES = ("BS", "GS")
COMMITTEES = ("BO", "GO")  # they help to keep the ledger of their organisation and see what it owes
# By which posts a rule's duties are owed (duties.md, Cadence rules); a rule that is not here is asked for everybody.
UNIT_HEADS = ("BS", "BO", "GS", "GO", "OH")
OWED_BY = {
    "C-2.1": ("LD",), "C-2.2": ("GS", "GO", "OH"), "C-2.3": ("BS", "BO"), "C-2.4": UNIT_HEADS, "C-2.5": UNIT_HEADS,
}  # fmt: skip
OWED = (State.OVERDUE, State.DUE_SOON, State.OPEN)


@dataclass(frozen=True)
class Item:
    """One duty as the desk shows it: with whom, what, and when they last talked."""

    duty: Duty
    rule: Rule
    last: LastTalk | None
    on: dt.date
    event: str = ""  # what happened, for who may read it

    @property
    def name(self) -> str:
        """Return who is to be talked to; for C-2.2 the branch's secretary, not the branch."""
        return self.duty.person or self.duty.subject

    @property
    def place(self) -> str:
        """Return the branch whose secretary it is (C-2.2), else nothing."""
        return self.duty.subject if self.duty.subject != self.name else ""

    @property
    def spoken(self) -> str:
        """Return 去年10月谈过, 还没谈过; a talk of this year that does not count here with who held it."""
        if self.last is None:
            return _("还没谈过")
        if self.last.held_on.year == self.on.year and self.duty.window == str(self.on.year):
            return _("%(name)s %(words)s") % {"name": self.last.talker, "words": self.last.words(self.on)}
        return self.last.words(self.on)

    @property
    def note(self) -> str:
        """Return the small line under a name: the branch, or when they last talked."""
        return self.place or self.spoken

    @property
    def what(self) -> str:
        """Return 2025年度谈话, 五必谈（组织关系转入）."""
        if self.duty.event_id:
            return with_event(self.rule.title, self.event)
        return titled_window(self.duty.window, str(self.rule.title))


@dataclass(frozen=True)
class Round:
    """One rule's talks of the running window: how far it is and who is left, as names."""

    rule: Rule
    on: dt.date
    duties: Sequence[Duty]
    tiles: Sequence[Item] = field(default=())

    @property
    def due(self) -> int:
        return len(self.duties)

    @property
    def done(self) -> int:
        return sum(duty.done_on is not None for duty in self.duties)

    @property
    def due_on(self) -> dt.date:
        return self.duties[0].due_on

    @property
    def days_left(self) -> int:
        return self.duties[0].days_left(self.on)

    @property
    def branch_id(self) -> int | None:
        """Return the branch whose screen shows these people (C-2.3)."""
        return self.duties[0].organization_id if self.rule.code == "C-2.3" else None

    @property
    def is_soon(self) -> bool:
        return any(tile.duty.state == State.DUE_SOON for tile in self.tiles)

    @property
    def heading(self) -> str:
        """Return 今年要谈，还剩 12 人."""
        when = _("本季度要谈") if self.rule.cadence == "quarter" else _("今年要谈")
        return _("%(when)s，还剩 %(n)s 人") % {"when": when, "n": len(self.tiles)}


@dataclass(frozen=True)
class Next:
    """A window that will open soon: 1月1日 2027年度谈话，29 人."""

    rule: Rule
    window: Window
    count: int

    @property
    def words(self) -> str:
        return titled_window(self.window.label, str(self.rule.title))


@dataclass(frozen=True)
class Owing:
    """Everything the viewer owes today."""

    on: dt.date
    is_own: bool  # a secretary's or leader's own duties; else those of the organisation whose committee he is in
    overdue: Sequence[Item]
    soon: Sequence[Item]
    rounds: Sequence[Round]
    later: Sequence[Next]
    events: Sequence[Item]  # what events of life ask for, not due soon yet
    excused: Sequence[Item]

    @property
    def people(self) -> set[int | None]:
        """Return whom the rows of the desk are about."""
        return {item.duty.person_id for item in (*self.overdue, *self.soon, *self.events)}

    @property
    def has_closed(self) -> bool:
        """Return whether something is overdue whose window is over; what an event asks for can still be done."""
        return any(item.duty.event_id is None for item in self.overdue)

    @property
    def is_clear(self) -> bool:
        return not (self.overdue or self.soon or self.events or any(one.tiles for one in self.rounds))

    @property
    def next_day(self) -> dt.date | None:
        """Return the day on which the next window opens."""
        return min((one.due_on + DAY for one in self.rounds), default=None)

    @property
    def sentence(self) -> str:
        """Return 逾期 2 项，快到期 3 项；年度谈话还剩 12 人，每周谈 2–3 人，年底前可以谈完。"""
        events = _("入职退休和五必谈还有 %(n)s 项") % {"n": len(self.events)} if self.events else ""
        counts = [
            _("逾期 %(n)s 项") % {"n": len(self.overdue)} if self.overdue else "",
            _("快到期 %(n)s 项") % {"n": len(self.soon)} if self.soon else "",
        ]
        parts = ["，".join(filter(None, counts)), events, *(self._left(one) for one in self.rounds)]
        words = "；".join(filter(None, parts))
        return f"{words}。" if words else _("眼下谁也不欠。")

    def _left(self, one: Round) -> str:
        if not one.tiles:
            return ""
        left = _("%(title)s还剩 %(n)s 人") % {"title": one.rule.title, "n": len(one.tiles)}
        end = _("季末") if one.rule.cadence == "quarter" else _("年底")
        pace = weekly(len(one.tiles), (one.due_on - self.on).days)
        return _("%(left)s，%(pace)s，%(end)s前可以谈完") % {"left": left, "pace": pace, "end": end}


def weekly(left: int, days: int) -> str:
    """Return the pace that is needed: 每周谈 2–3 人, or the days that remain when it is less than two weeks."""
    if days < 14:
        return _("还有 %(n)s 天") % {"n": days} if days else _("今天到期")
    least, most = left * 7 // days, ceil(left * 7 / days)
    if most <= 1 or least == most:
        return _("每周谈 %(n)s 人") % {"n": max(most, 1)}
    return _("每周谈 %(least)s–%(most)s 人") % {"least": max(least, 1), "most": most}


def seats_with_duties(viewer: Viewer) -> list[Seat]:
    """Return the posts whose duties stand on the viewer's desk."""
    return [seat for seat in viewer.seats if seat.persona in (*SECRETARIES, *COMMITTEES, "LD", "OH")]


def owing_of(user: Any, rules: Sequence[Rule]) -> Owing | None:
    """Return what stands on the desk, None for whom no post brings duties. A fixed number of queries."""
    viewer = viewer_of(user)
    seats = seats_with_duties(viewer)
    if not seats or viewer.person_id is None:
        return None
    personas = {seat.persona for seat in seats}
    rules = [rule for rule in rules if personas & set(OWED_BY.get(rule.code, personas))]
    units = {s.organization_id for s in seats if s.persona in (*SECRETARIES, *COMMITTEES)}
    owners = frozenset({viewer.person_id, *(s.organization_id for s in seats if s.organization_id)})
    found = list_owed(rules, Ask(on=viewer.on, owners=owners))
    mine = [duty for duty in found if duty.obligor_id == viewer.person_id or duty.organization_id in units]
    if not mine and not units and "LD" not in personas:
        return None
    is_own = bool(personas & {*SECRETARIES, "LD"})
    kinds = words_of_events(mine, user)
    return arranged(
        mine, rules, viewer.on, kinds, is_own=is_own, owners=owners, units=units, person_id=viewer.person_id
    )


def left_by_vacancies(viewer: Viewer, rules: Sequence[Rule]) -> list[tuple[Organization, list[Duty]]]:
    """Return the open duties of branches without a secretary, which have moved up to the viewer: (branch, duties)."""
    paths = tuple(seat.path for seat in viewer.seats if seat.persona == "GS")
    if not paths:
        return []
    inside = Reach(paths=paths).q()
    vacant = list(without_secretary(viewer.on).filter(inside).exclude(path__in=paths).order_by("code"))
    if not vacant:
        return []
    owners = frozenset(row.pk for row in vacant)
    ask = Ask(on=viewer.on, scope=Reach(paths=paths), owners=owners, states=frozenset(OWED))
    rules = [rule for rule in rules if "BS" in OWED_BY.get(rule.code, ("BS",))]
    found = [duty for duty in list_owed(rules, ask) if duty.organization_id in owners]
    return [(row, [duty for duty in found if duty.organization_id == row.pk]) for row in vacant]


def arranged(
    duties: Sequence[Duty],
    rules: Sequence[Rule],
    on: dt.date,
    kinds: Mapping[int, str],
    *,
    is_own: bool,
    owners: frozenset[int],
    units: Iterable[int | None],
    person_id: int,
) -> Owing:
    """Return the duties in the fixed groups: 逾期, 快到期, 今年要谈, 以后, 已说明."""
    people = {duty.person_id for duty in duties if duty.state in OWED and duty.person_id}
    last = last_talks(people, on=on) if people else {}
    known = {rule.code: rule for rule in rules}
    items = [
        Item(duty, known[duty.rule], last.get(duty.person_id or 0), on, kinds.get(duty.event_id or 0, ""))
        for duty in duties
    ]
    return Owing(
        on=on,
        is_own=is_own,
        overdue=sorted((i for i in items if i.duty.state == State.OVERDUE), key=lambda item: item.duty.due_on),
        soon=[item for item in items if is_row(item)],
        rounds=[one for rule in rules if rule.cadence != "event" for one in rounds_of(rule, items, on)],
        later=next_windows([rule for rule in rules if rule.cadence != "event"], on, owners, units, person_id),
        events=sorted(
            (i for i in items if i.duty.event_id and i.duty.state == State.OPEN), key=lambda i: i.duty.due_on
        ),
        excused=[item for item in items if item.duty.state == State.EXCUSED],
    )


def is_row(item: Item) -> bool:
    """Return whether it stands under 快到期 as a row: yearly talks stay names (ui/README.md, 4)."""
    return item.duty.state == State.DUE_SOON and item.rule.cadence in ("quarter", "event")


def rounds_of(rule: Rule, items: Sequence[Item], on: dt.date) -> list[Round]:
    """Return the rounds of a rule, one per owner: what was due in the running window, and the names that are left."""
    labels = {window.label for window in rule.windows(on)}
    running = [item for item in items if item.duty.rule == rule.code and item.duty.window in labels]
    counted = [item for item in running if item.duty.state != State.NOT_APPLICABLE]
    rounds = []
    for owner in dict.fromkeys(item.duty.owner_id for item in counted):
        own = [item for item in counted if item.duty.owner_id == owner]
        tiles = [item for item in own if item.duty.state in (State.OPEN, State.DUE_SOON) and not is_row(item)]
        rounds.append(Round(rule, on, [item.duty for item in own], tiles))
    return rounds


def next_windows(
    rules: Sequence[Rule], on: dt.date, owners: frozenset[int], units: Iterable[int | None], person_id: int
) -> list[Next]:
    """Return the windows that open within ⟨30⟩ days, with how many talks they will ask for."""
    ahead, inside, found = Settings(on).days(UPCOMING), set(units), []
    for rule in rules:
        window = rule.windows(rule.windows(on)[0].ends_on + DAY)[0]
        if window.starts_on - on > ahead:
            continue
        mine = frozenset({person_id}) if rule.code == "C-2.1" else owners
        tallies = tally_duties([rule], Ask(on=on, owners=mine), window)
        count = sum(row.due for row in tallies if rule.code == "C-2.1" or row.organization_id in inside)
        if count:
            found.append(Next(rule, window, count))
    return found
