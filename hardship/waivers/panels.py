"""What waivers offer to the desk, to the person file and to the own file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carehub.access.viewer import viewer_of
from carehub.approvals.machine import State
from carehub.calendar import last_possible_day
from carehub.duties.settings import RENEWAL_NOTICE, Settings
from hardship.models import Waiver
from hardship.waivers import meetings
from hardship.waivers.pages import Row, rows_of, shows_ground
from members.models import Person

SHOWN = 8


@dataclass(frozen=True)
class Waiting:
    """What the desk shows: the requests that wait for the visitor, and waivers that run out soon."""

    rows: Sequence[Row]
    ending: Sequence[Waiver]
    to_schedule: int = 0  # requests with the committee that stand on no agenda yet

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[:SHOWN]

    @property
    def more(self) -> int:
        return len(self.rows) - len(self.shown)


def waiting_for(user: Any) -> Waiting | None:
    """Return what waits for an office of the visitor, None for who has none or nothing."""
    viewer = viewer_of(user)
    if viewer.reach("waiver", "e").everything:
        found = meetings.waiting_for_a_meeting().count()
        return Waiting([], [], found) if found else None
    if not viewer.may("waiver", "a"):
        return None
    seen = Waiver.objects.in_organizations_of(user).with_names()
    running = seen.filter(application__state=State.RUNNING).order_by("application__due_on", "pk")
    rows = [row for row in rows_of(list(running), user, viewer.on) if row.is_mine]
    ending = list(ending_soon(seen, viewer.on)[:SHOWN]) if viewer.reach("waiver", "e").over_others() else []
    return Waiting(rows, ending) if rows or ending else None


def ending_soon(seen: Any, on: dt.date) -> Any:
    """Return the waivers whose last month ends within ⟨30⟩ days and that nobody has renewed or ended."""
    until = on + Settings(on).days(RENEWAL_NOTICE)
    months = {day.replace(day=1) for day in (on, until) if last_possible_day(day.replace(day=1), "month") <= until}
    held = seen.approved().filter(last_month__in=months, revoked_month=None)
    return held.exclude(renewals__application__state__in=[State.RUNNING, State.RETURNED, State.APPROVED])


def waivers_about(person: Person, user: Any) -> list[tuple[Waiver, bool]]:
    """Return the requests of a person that the visitor may see, the latest first, and whether with the ground."""
    seen = Waiver.objects.visible_to(user).filter(person=person).with_names().order_by("-pk")[:5]
    return [(one, shows_ground(one, viewer_of(user))) for one in seen]
