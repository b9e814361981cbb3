"""The one place that says in which state a cadence duty is (duties.md, States)."""

from django.db.models import BooleanField, Case, CharField, Exists, Q, Value, When
from django.db.models.expressions import Combinable

from carehub.duties.duty import State
from carehub.duties.look import Look

Condition = Q | Exists | Combinable
NEVER: Condition = Value(False, output_field=BooleanField())
UNSETTLED = frozenset({State.EXCUSED, State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING})
FINISHED = frozenset({State.DONE, State.LATE_ENTRY, State.DONE_LATE})


def state_of(
    look: Look,
    *,
    done: Condition,
    done_in_time: Condition,
    excused: Condition,
    left: Condition = NEVER,
    excepted: Condition = NEVER,
) -> Case:
    """Return the state as SQL over the conditions of a row; list and tally both use it.

    `excepted` holds whatever was done (失联, 兼任); `left` (out of scope, or optional) only while nothing was done,
    which is why it stands after the deeds: the order of duties.md, asked in the cheapest sequence.
    """
    return Case(
        When(excepted, then=Value(State.NOT_APPLICABLE.value)),
        When(done_in_time, then=Value(State.DONE.value)),
        When(done, then=Value(State.LATE_ENTRY.value)),
        When(left, then=Value(State.NOT_APPLICABLE.value)),
        When(excused, then=Value(State.EXCUSED.value)),
        default=Value(by_date(look).value),
        output_field=CharField(),
    )


def by_date(look: Look) -> State:
    """Return the state of what is neither done nor excused nor out of scope.

    Whoever enters the scope inside the window did so by the reference day, so only the window's first day can be ahead.
    """
    if look.on > look.due_on:
        return State.OVERDUE
    if look.due_on - look.on <= look.due_soon_days:
        return State.DUE_SOON
    return State.OPEN if look.window.starts_on <= look.on else State.UPCOMING
