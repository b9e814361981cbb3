"""When a running pairing is to be contacted again: values only, nothing is written here.

每 ⟨60⟩ 天联系一次 (duties.md, C-3.3): from the last contact, or from the start as long as there was none. A contact
dated after the day of looking is not known yet; a withdrawn one never counts. Nothing is due once it is over.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from carehub.duties.duty import State
from carehub.duties.settings import DUE_SOON_EVENT, PAIRING_CONTACT, Settings
from hardship.models import Pairing
from members.models import Post


@dataclass(frozen=True)
class NextContact:
    """The contact that comes next, as it stood on a day."""

    since_on: dt.date  # the last contact, or the start
    due_on: dt.date
    state: str

    @property
    def is_due(self) -> bool:
        """Return whether somebody should see to it by now."""
        return self.state in (State.OVERDUE, State.DUE_SOON)


def next_contact(
    *,
    started_on: dt.date,
    contacts: Iterable[dt.date],
    over_on: dt.date | None,
    days: dt.timedelta,
    soon: dt.timedelta,
    on: dt.date,
) -> NextContact | None:
    """Return the next contact as of a day, None before the start. `contacts`: the days of those that stand."""
    if started_on > on:
        return None
    since = max([started_on, *(day for day in contacts if day <= on)])
    due = since + days
    if over_on is not None and over_on <= on:
        return NextContact(since, due, State.NOT_APPLICABLE)
    return NextContact(since, due, _state(due, soon, on))


def next_contact_of(one: Pairing, days: list[dt.date], settings: Settings, on: dt.date) -> NextContact | None:
    """Return the next contact of a pairing by the settings of a day, from the days of those that stand."""
    return next_contact(
        started_on=one.started_on, contacts=days, over_on=one.over_on, days=settings.days(PAIRING_CONTACT),
        soon=settings.days(DUE_SOON_EVENT), on=on,
    )  # fmt: skip


def is_in_office(post: Post, on: dt.date) -> bool:
    """Return whether who is responsible holds that post on a day."""
    return post.started_on <= on and (post.ended_on is None or post.ended_on >= on)


def _state(due: dt.date, soon: dt.timedelta, on: dt.date) -> str:
    if on > due:
        return State.OVERDUE
    return State.DUE_SOON if due - on <= soon else State.OPEN
