"""The names behind a number of the overview: who, where, who is responsible, by when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from carehub.calendar import Window
from carehub.dashboard.heat import Sum, total
from carehub.dashboard.periods import Period
from carehub.dashboard.sight import Sight
from carehub.duties.duty import Duty, State, Tally
from carehub.duties.rule import Ask, Rule, list_duties, tally_duties
from members.models import Organization
from members.vacancies import who_answers

PAGE = 20
UNSETTLED = frozenset({State.OVERDUE, State.EXCUSED, State.DUE_SOON, State.OPEN, State.UPCOMING})
FINISHED = frozenset({State.DONE, State.LATE_ENTRY, State.DONE_LATE})
STATES: Mapping[str, frozenset[str]] = {
    "": UNSETTLED,
    "all": UNSETTLED | FINISHED,
    "finished": FINISHED,
    "late_entry": frozenset({State.LATE_ENTRY}),
    "pending": frozenset({State.DUE_SOON, State.OPEN, State.UPCOMING}),
    "unknown": frozenset({State.DUE_SOON, State.OPEN, State.UPCOMING}),
    "overdue": frozenset({State.OVERDUE}),
    "excused": frozenset({State.EXCUSED}),
}

SHOWN_WORDS = {
    "finished": _("已办"),
    "late_entry": _("补录"),
    "pending": _("未到期"),
    "overdue": _("逾期"),
    "excused": _("已说明"),
    "unknown": _("书记空缺"),
}


@dataclass(frozen=True)
class Named:
    """One name with the person or office responsible."""

    duty: Duty
    responsible: str


@dataclass(frozen=True)
class Names:
    """One page of the list behind a cell."""

    rule: Rule
    unit: Organization | None
    period: Period
    shown: str
    page: int
    sum: Sum
    rows: list[Named]
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.page > 1

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1

    @property
    def query(self) -> str:
        """Return the address of this list without its page."""
        asked = {"rule": self.rule.code, "period": self.period.label, "shown": self.shown}
        return urlencode(asked | ({"organization": self.unit.pk} if self.unit else {}))

    @property
    def shown_words(self) -> str:
        """Return which ones are listed, if not simply those that are left."""
        return str(SHOWN_WORDS.get(self.shown, ""))


def names_behind(sight: Sight, rule: Rule, period: Period, shown: str, page: int) -> Names:
    """Return one page of the names of an organisation and rule, unsettled ones unless others are asked for."""
    windows, ask = list(period.windows(rule)), sight.ask(named=True)
    tallies = [row for window in windows for row in tally_duties([rule], ask, window) if _is_in(sight, row)]
    ask = replace(ask, states=STATES[shown], owners=_owners(ask, tallies, shown))
    start = (page - 1) * PAGE
    found = _page_of(sight, rule, windows, ask, start)
    rows = _with_responsible(found[:PAGE], sight)
    return Names(rule, sight.unit, period, shown, page, total(tallies), rows, len(found) > PAGE)


def _owners(ask: Ask, tallies: list[Tally], shown: str) -> frozenset[int] | None:
    """Return whose duties are asked for: 未到期 and 缺数据 differ only in whether the post is vacant."""
    if shown not in ("pending", "unknown") or not any(row.vacant for row in tallies):
        return ask.owners
    return frozenset(row.organization_id for row in tallies if row.vacant == (shown == "unknown"))


def _page_of(sight: Sight, rule: Rule, windows: list[Window], ask: Ask, start: int) -> list[Duty]:
    """Return a page and one more. Several windows are quarters, and those count branches, of which there are few."""
    if len(windows) == 1:
        return _inside(sight, list_duties([rule], replace(ask, limit=PAGE + 1, offset=start), windows[0]))
    found = [duty for window in windows for duty in list_duties([rule], ask, window)]
    return _inside(sight, found)[start : start + PAGE + 1]


def _inside(sight: Sight, duties: list[Duty]) -> list[Duty]:
    return [duty for duty in duties if _is_in(sight, duty)]


def _is_in(sight: Sight, thing: Duty | Tally) -> bool:
    """Return whether it belongs to the organisation that was opened; the committee opens its own duties only."""
    if sight.unit is None:
        return True
    if sight.unit.kind == Organization.Kind.COMMITTEE:
        return thing.organization_id == sight.unit.pk
    return thing.organization_id in sight.below


def _with_responsible(duties: list[Duty], sight: Sight) -> list[Named]:
    duties = [duty if _shows_why(duty, sight) else replace(duty, why="") for duty in duties]
    vacant = {duty.organization_id for duty in duties if duty.vacant}
    above = who_answers(vacant, sight.viewer.on) if vacant else {}
    return [Named(duty, above.get(duty.organization_id, "") if duty.vacant else duty.obligor) for duty in duties]


def _shows_why(duty: Duty, sight: Sight) -> bool:
    """Return whether an excuse may be read: by the organisation's own and those above, not by an office for a group."""
    return duty.state != State.EXCUSED or bool(sight.named.everything or duty.organization_id in sight.own)
