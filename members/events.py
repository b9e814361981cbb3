"""What happened, said of the duties that an event of life opened: only to who may read the event."""

from collections.abc import Iterable
from typing import Any

from carehub.duties.duty import Duty
from members.models import EventKind, LifeEvent


def kinds_of_events(duties: Iterable[Duty], user: Any) -> dict[int, str]:
    """Return {event: kind} of the duties that events opened, in one query; nothing of what the user may not read."""
    numbers = {duty.event_id for duty in duties if duty.event_id}
    if not numbers:
        return {}
    return dict(LifeEvent.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", "kind"))


def words_of_events(duties: Iterable[Duty], user: Any) -> dict[int, str]:
    """Return {event: 组织关系转入}."""
    return {number: str(EventKind(kind).label) for number, kind in kinds_of_events(duties, user).items()}


def with_event(title: object, words: str) -> str:
    """Return 五必谈（组织关系转入）; without words, for who may not read them, the title alone."""
    return f"{title}（{words}）" if words else str(title)
