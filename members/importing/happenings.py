"""What a roster says happened since the last one: moves, and steps on the way into the Party."""

import datetime as dt
from collections.abc import Iterator, Mapping

from carehub.calendar import DAY
from members.actions import branch_of
from members.events_records import Happening, day_of_step, moves_of, step_of
from members.importing.merging import Merged
from members.models import Affiliation, EventKind, Person

Stays = Mapping[int, Affiliation]


def stays_before(merged: list[Merged]) -> Stays:
    """Return where those who move have been until now."""
    movers = [one.person.pk for one in merged if one.moves and not one.is_new]
    open_ones = Affiliation.objects.filter(person__in=movers, ended_on=None).select_related("branch__parent")
    return {stay.person_id: stay for stay in open_ones}


def happenings_of(merged: list[Merged], before: Stays, on: dt.date) -> Iterator[Happening]:
    """Yield what happened to these people, dated by the file, else by the day of import."""
    for one in merged:
        branch = branch_of(one.organization)
        if one.is_new:
            if one.came_on:
                yield Happening(one.person, EventKind.MOVED_IN, one.came_on, branch)
        elif one.moves:
            yield from moves_of(one.person, _ended(before.get(one.person.pk), on), _begun(one, on))
        if step := _step(one):
            yield Happening(one.person, step, day_of_step(one.person, step, on), branch)


def _ended(stay: Affiliation | None, on: dt.date) -> Affiliation | None:
    """Return the stay that ends by the move; one that began today or later is corrected, and nobody left it."""
    if stay is None or stay.started_on >= on:
        return None
    stay.ended_on = on - DAY
    return stay


def _begun(one: Merged, on: dt.date) -> Affiliation:
    return Affiliation(
        person=one.person, organization=one.organization, branch=branch_of(one.organization), started_on=on
    )


def _step(one: Merged) -> str:
    """Return the step into the Party; of somebody new only a probationary member's who joined here."""
    if not one.is_new:
        return step_of(one.category_before, one.person.category)
    here = one.came_on is None or (one.person.joined_on is not None and one.person.joined_on >= one.came_on)
    return EventKind.PROBATIONARY if here and one.person.category == Person.Category.PROBATIONARY else ""
