"""What a talker still owes by talking, and what a talk that is being written would settle."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from carehub.access.viewer import Reach
from carehub.calendar import quarter_of, titled_window, window_named, year_of
from carehub.duties.duty import Duty, State
from carehub.duties.rule import Ask, Draft, Rule, duties_settled_by, list_duties, tally_duties
from carehub.duties.settings import ENTRY_GRACE, Settings
from talks.duties import CADENCES, EVENTS, RULES
from talks.models import Talk
from talks.offices import Office

MOST_ROWS = 6
OWED = frozenset({State.OVERDUE, State.DUE_SOON, State.OPEN})


def owed_by(
    talker_id: int,
    on: dt.date,
    *,
    offices: Iterable[Office],
    people: Iterable[int] | None = None,
    states: frozenset[str] | None = OWED,
) -> list[Duty]:
    """Return the duties that the talker's offices owe on a day, the nearest deadline first."""
    owing = [office for office in offices if office.owes]
    if not owing:
        return []
    ask = Ask(
        on=on,
        scope=Reach(paths=tuple(office.path for office in owing)),
        people=None if people is None else frozenset(people),
        owners=frozenset({talker_id, *(office.organization_id for office in owing)}),
        states=states,
    )
    units = {office.organization_id for office in owing if office.persona != "LD"}
    mine = [d for d in list_duties(RULES, ask) if d.obligor_id == talker_id or d.organization_id in units]
    return sorted((d for d in mine if d.person_id and d.person_id != talker_id), key=lambda duty: duty.due_on)


@dataclass(frozen=True)
class Settling:
    """What a draft would settle, and how much of that round is left afterwards."""

    duties: list[Duty]
    entered_on: dt.date
    title: str = ""
    done: int = 0
    due: int = 0
    left: list[Duty] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.duties)

    @property
    def rows(self) -> "list[Row]":
        """Return the first few duties in words; a collective talk of thirty needs no thirty lines."""
        return rows_of(self.duties[:MOST_ROWS], self.entered_on)

    @property
    def more(self) -> int:
        return max(0, len(self.duties) - MOST_ROWS)

    @property
    def left_names(self) -> str:
        return "、".join(duty.subject for duty in self.left)


@dataclass(frozen=True)
class Row:
    """One duty that is settled, and whether it counts as entered late."""

    duty: Duty
    title: str
    is_late: bool

    @property
    def full_title(self) -> str:
        """Return 2026年度谈话, 2026年第四季度谈话, 五必谈."""
        return self.title if self.duty.event_id else titled_window(self.duty.window, self.title)

    @property
    def words(self) -> str:
        return _("补录") if self.is_late else _("按时")


def rows_of(duties: Iterable[Duty], entered_on: dt.date) -> "list[Row]":
    """Return duties in words, as a talk entered on a day settles them."""
    grace = Settings(entered_on).days(ENTRY_GRACE)
    return [Row(duty, title_of_duty(duty), entered_on > duty.due_on + grace) for duty in duties]


def title_of_duty(duty: Duty) -> str:
    """Return what a duty is called: 年度谈话, 季度谈话."""
    return str(_rule(duty.rule).title)


def _rule(code: str) -> Rule:
    return next(rule for rule in RULES if rule.code == code)


def settling(draft: Draft) -> Settling:
    """Return what a talk would settle before it is saved, with the progress of the first round it belongs to."""
    duties = duties_settled_by(RULES, draft)
    return _with_progress(duties, draft.talker_id, draft.entered_on)


def settled_by_talk(talk: Talk, on: dt.date) -> list[Duty]:
    """Return the duties for which a saved talk is the evidence."""
    people = frozenset(talk.participations.values_list("person", flat=True))
    ask = Ask(on=max(on, talk.held_on), people=people)
    windows = (year_of(talk.held_on), quarter_of(talk.held_on))
    found = [duty for window in windows for duty in list_duties(CADENCES, ask, window)]
    proved = [duty for duty in found if duty.evidence_id == talk.pk]
    return [*proved, *(duty for rule in EVENTS for duty in rule.proved_by(people, talk.pk, ask.on))]


def progress_after(talk: Talk, on: dt.date) -> Settling:
    """Return what a saved talk settled, with the progress of the round: the same numbers as before saving."""
    duties = settled_by_talk(talk, on)
    return _with_progress(duties, talk.talker_id, on, is_saved=True)


def _with_progress(duties: list[Duty], talker_id: int, on: dt.date, *, is_saved: bool = False) -> Settling:
    if not duties:
        return Settling(duties, on)
    first = duties[0]
    rule, window = _rule(first.rule), window_named(first.window)
    ask = Ask(on=on, owners=frozenset({first.owner_id}))
    here = [t for t in tally_duties([rule], ask, window) if t.organization_id == first.organization_id]
    new = {duty.key for duty in duties if duty.rule == first.rule and duty.window == first.window}
    left = [
        duty
        for duty in list_duties([rule], Ask(on=on, owners=frozenset({first.owner_id}), states=OWED), window)
        if duty.key not in new and duty.owner_id == first.owner_id
    ]
    done = sum(tally.finished for tally in here) + (0 if is_saved else len(new))
    return Settling(duties, on, str(rule.title), done, sum(tally.due for tally in here), left)
