"""The filter of the branch screen: one chip at a time, each with its count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from carehub.dashboard.branch import Line
from carehub.duties.duty import State
from members.models import Person

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Chip:
    """One filter: what it shows, how it looks."""

    code: str
    words: "_StrPromise"
    holds: Callable[[Line], bool]
    css: str = ""
    icon: str = ""


def _is(state: str) -> Callable[[Line], bool]:
    return lambda line: line.this_year is not None and line.this_year.state == state


CHIPS = (
    Chip("", _("全部"), lambda line: True),
    Chip("overdue", _("逾期"), lambda line: line.is_overdue, "is-overdue", "alert-triangle"),
    Chip("soon", _("快到期"), _is(State.DUE_SOON), "is-soon", "clock"),
    Chip("event", _("遇事要谈"), lambda line: bool(line.events)),
    Chip("left", _("今年未谈"), lambda line: line.is_left),
    Chip("excused", _("已说明"), _is(State.EXCUSED)),
    Chip("late", _("补录"), _is(State.LATE_ENTRY)),
    Chip("probationary", _("预备党员"), lambda line: line.person.category == Person.Category.PROBATIONARY),
    Chip("retired", _("离退休"), lambda line: line.person.occupation == Person.Occupation.RETIRED),
    Chip("floating", _("流动"), lambda line: line.person.is_floating),
    Chip("lost", _("失联"), lambda line: bool(line.person.lost_contact_on)),
    Chip("verify", _("待核实"), lambda line: bool(line.person.verify_since_on)),
)


class BranchFilter:
    """Which lines are shown. It owns the filtering, so that page, print and export agree."""

    def __init__(self, asked: str, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.chosen = next((chip for chip in CHIPS if chip.code == asked), CHIPS[0])

    def filter(self) -> list[Line]:
        """Return the lines of the chosen chip."""
        return [line for line in self.lines if self.chosen.holds(line)]

    @property
    def chips(self) -> list[tuple[Chip, int]]:
        """Return the chips with their counts; an empty one is not offered unless it is the chosen one."""
        counted = [(chip, sum(map(chip.holds, self.lines))) for chip in CHIPS]
        return [(chip, n) for chip, n in counted if n or chip in (CHIPS[0], self.chosen)]
