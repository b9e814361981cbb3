"""What waits for the department, and what those who watch see at a glance: numbers, vacancies, running imports."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import Viewer, viewer_of
from carehub.calendar import Window, titled_window, window_words
from carehub.duties.duty import State, Tally
from carehub.duties.rule import Ask, Rule, closed_windows, tally_duties
from members.models import Organization, RosterImport
from members.vacancies import who_answers, without_secretary

WATCHERS = ("OD", "OH", "PC", "LT", "XG")
RUNNING = (
    RosterImport.State.WAITING, RosterImport.State.READING, RosterImport.State.READY, RosterImport.State.COMMITTING,
)  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """One rule in its running window."""

    rule: Rule
    window: Window
    due: int
    done: int

    @property
    def sentence(self) -> str:
        """Return 年度谈话应谈 2,001，已谈 1,791."""
        counts = {"title": self.rule.title, "due": f"{self.due:,}", "done": f"{self.done:,}"}
        return _("%(title)s应谈 %(due)s，已谈 %(done)s") % counts

    @property
    def words(self) -> str:
        return window_words(self.window.label)


@dataclass(frozen=True)
class Missed:
    """What stayed undone in the window before, by organisation in official order."""

    rule: Rule
    window: Window
    count: int
    sentence: str

    @property
    def words(self) -> str:
        return titled_window(self.window.label, str(self.rule.title))


@dataclass(frozen=True)
class Office:
    """The desk of the department, of the approver, of the offices with a group of their own."""

    progress: Sequence[Progress]
    missed: Sequence[Missed]
    vacancies: Sequence[tuple[Organization, str]]
    imports: Sequence[RosterImport]
    shows_vacancies: bool

    @property
    def sentence(self) -> str:
        """Return 年度谈话应谈 2,001 人，已谈 1,791 人；季度谈话…"""
        words = "；".join(row.sentence for row in self.progress)
        return f"{words}。" if words else ""


def office_of(user: Any, rules: Sequence[Rule]) -> Office | None:
    """Return what stands on the desk of who watches, None for everybody else. A fixed number of queries."""
    viewer = viewer_of(user)
    if not any(seat.persona in WATCHERS for seat in viewer.seats):
        return None
    runs_school = viewer.reach("duty", "v").everything
    vacancies = list(without_secretary(viewer.on).select_related("parent").order_by("code")) if runs_school else []
    above = who_answers([row.pk for row in vacancies], viewer.on) if vacancies else {}
    imports = RosterImport.objects.visible_to(user).filter(state__in=RUNNING)
    return Office(
        progress=progress_of(viewer, rules),
        missed=missed_by(viewer, rules),
        vacancies=[(row, above.get(row.pk, "")) for row in vacancies],
        imports=list(imports.defer("content", "report")) if viewer.may("roster_import", "e") else [],
        shows_vacancies=runs_school,
    )


def progress_of(viewer: Viewer, rules: Sequence[Rule]) -> list[Progress]:
    """Return each rule in its running window."""
    ask = Ask(on=viewer.on, scope=viewer.reach("duty", "n", "v").over_others())
    counted: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for row in tally_duties(rules, ask):
        counted[row.rule, row.window].append(row)
    found = []
    for rule in rules:
        for window in rule.windows(viewer.on):
            rows = counted[rule.code, window.label]
            progress = Progress(rule, window, sum(row.due for row in rows), sum(row.finished for row in rows))
            found += [progress] if progress.due else []
    return found


def missed_by(viewer: Viewer, rules: Sequence[Rule]) -> list[Missed]:
    """Return what stayed overdue in each rule's window before."""
    scope = viewer.reach("duty", "v").over_others()
    if not scope:
        return []
    ask = Ask(on=viewer.on, scope=scope, states=frozenset({State.OVERDUE}))
    names = {row.path: str(row) for row in Organization.objects.filter(parent__kind=Organization.Kind.COMMITTEE)}
    found = []
    for rule, window in closed_windows(rules, viewer.on):
        rows = tally_duties([rule], ask, window)
        count = sum(row.overdue for row in rows)
        found += [Missed(rule, window, count, by_organization(rows, names))] if count else []
    return found


def by_organization(rows: Sequence[Tally], names: dict[str | None, str]) -> str:
    """Return 机关党总支 3，外国语学院党总支 1: general branches in official order, never by size."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        top = next((name for path, name in names.items() if path and row.path.startswith(path)), row.organization_name)
        counts[top] += row.overdue
    shown = [f"{name} {count}" for name, count in counts.items()]
    return "，".join(shown)
