"""What waivers offer to the desk, to the person file and to the own file."""

import datetime as dt
from typing import Any

from carehub.access.viewer import viewer_of
from carehub.approvals.machine import State
from carehub.calendar import last_possible_day
from carehub.duties.settings import RENEWAL_NOTICE, Settings
from hardship.models import Waiver
from hardship.waivers.pages import shows_ground
from members.models import Person


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
