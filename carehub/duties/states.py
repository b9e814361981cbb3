"""The one place that says in which state a cadence duty is (duties.md, States)."""

from django.db.models import BooleanField, Case, CharField, Exists, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from carehub.duties.duty import State
from carehub.duties.look import Look

Condition = Q | Exists | Combinable
NEVER: Condition = Value(False, output_field=BooleanField())
UNSETTLED = frozenset({State.EXCUSED, State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING})
FINISHED = frozenset({State.DONE, State.LATE_ENTRY, State.DONE_LATE})


def state_of(
    look: Look, *, deed: Combinable, excused: Condition, left: Condition = NEVER, excepted: Condition = NEVER
) -> Case:
    """Return the state as SQL over the conditions of a row; list and tally both use it.

    `deed` is the best of `deed_state` over the deeds that count, null if there is none: asked once per row.
    `excepted` holds whatever was done (失联, 兼任); `left` (out of scope, or optional) only while nothing was done,
    which is why it stands after the deeds: the order of duties.md, asked in the cheapest sequence.
    """
    undone = Case(
        When(left, then=Value(State.NOT_APPLICABLE.value)),
        When(excused, then=Value(State.EXCUSED.value)),
        default=Value(by_date(look).value),
        output_field=CharField(),
    )
    return Case(
        When(excepted, then=Value(State.NOT_APPLICABLE.value)),
        default=Coalesce(deed, undone, output_field=CharField()),
        output_field=CharField(),
    )


def deed_state(look: Look, entered_on: str) -> Case:
    """Return the state that a deed brings about, by its day of entry; `done` stands before `late_entry` in order."""
    in_time = When(**{f"{entered_on}__lte": look.in_time_until}, then=Value(State.DONE.value))
    return Case(in_time, default=Value(State.LATE_ENTRY.value), output_field=CharField())


def by_date(look: Look) -> State:
    """Return the state of what is neither done nor excused nor out of scope.

    Whoever enters the scope inside the window did so by the reference day, so only the window's first day can be ahead.
    """
    if look.on > look.due_on:
        return State.OVERDUE
    if look.due_on - look.on <= look.due_soon_days:
        return State.DUE_SOON
    return State.OPEN if look.window.starts_on <= look.on else State.UPCOMING
