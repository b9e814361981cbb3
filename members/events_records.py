"""Events of life that our own records make, in the transaction of the change itself.

Nothing is made before the portal is in use: the first roster tells of years that are over.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import DAY, FAR_FUTURE, Precision
from carehub.duties.kinds import BEGINNING
from carehub.duties.settings import IN_USE_SINCE, Settings
from members.models import Affiliation, EventKind, LifeEvent, Organization, Person, Post
from members.models.life_event import OF_MEMBERS

Source, Category = LifeEvent.Source, Person.Category
# On the way into the Party: a step forward is an event, a step back is none.
STEPS: tuple[tuple[str, str], ...] = (
    (Category.ACTIVIST, EventKind.ACTIVIST),
    (Category.DEVELOPMENT, EventKind.DEVELOPMENT),
    (Category.PROBATIONARY, EventKind.PROBATIONARY),
    (Category.FULL, EventKind.CONFIRMED),
)
# Offices that only open pages of the portal change nobody's work.
NO_CHANGE_OF_WORK = frozenset({"OD", "PC", "LT", "XG", "RS", "GH", "CW", "JW", "XC", "SYS", "SEC", "AUD"})


@dataclass(frozen=True)
class Happening:
    """What our records say happened: to whom, what, when, in which branch the person counted."""

    person: Person
    kind: str
    on: dt.date
    branch: Organization


def note(happenings: Iterable[Happening], *, by: Any = None) -> int:
    """Write down what happened since the portal is in use, each thing once; return how many were new."""
    begun = in_use_since()
    found = [one for one in happenings if begun and one.on > begun and concerns(one.person, one.kind)]
    if not found:
        return 0
    events = _events(found, by)
    known = _known(events)
    for event in events:
        if same := known.get((event.person_id, event.kind, event.happened_on)):
            _move(same, event)
    new = [one for one in events if (one.person_id, one.kind, one.happened_on) not in known]
    LifeEvent.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    if new:
        record(Action.CHANGE, by=by, what="note-events", rows=len(new))
    return len(new)


def in_use_since() -> dt.date | None:
    """Return the day from which the portal is in use, None before it is."""
    value = Settings(FAR_FUTURE)[IN_USE_SINCE]
    return None if value == BEGINNING else dt.date.fromisoformat(value)


def concerns(person: Person, kind: str) -> bool:
    """Return whether the policy asks for anything when this happens to this person: some of it is for members only."""
    return kind not in OF_MEMBERS or person.category in Person.MEMBER_CATEGORIES


def _events(found: Sequence[Happening], by: Any) -> list[LifeEvent]:
    heads = heads_of([(one.person.pk, one.branch, one.on) for one in found])
    return [
        LifeEvent(
            person=one.person, kind=one.kind, happened_on=one.on, organization=head, path=head.path or "",
            source=Source.RECORD, entered_by=by,
        )
        for one, head in zip(found, heads, strict=True)
    ]  # fmt: skip


def heads_of(places: Sequence[tuple[int, Organization, dt.date]]) -> list[Organization]:
    """Return whose head answers: the branch, or for its own secretary of that day the organisation above."""
    offices = Post.objects.secretaries().filter(person__in={person for person, _branch, _on in places})
    held = list(offices.values_list("person", "organization", "started_on", "ended_on"))

    def leads(person: int, branch: Organization, on: dt.date) -> bool:
        mine = (row for row in held if row[:2] == (person, branch.pk))
        return any(started <= on <= (ended or FAR_FUTURE) for *_who, started, ended in mine)

    return [branch.parent if branch.parent and leads(who, branch, on) else branch for who, branch, on in places]


def _known(events: Sequence[LifeEvent]) -> dict[tuple[int, str, dt.date], LifeEvent]:
    standing = LifeEvent.objects.standing().filter(person__in={event.person_id for event in events})
    return {(row.person_id, row.kind, row.happened_on): row for row in standing}


def _move(known: LifeEvent, event: LifeEvent) -> None:
    """Let what our records made follow a correction of the same day."""
    if known.source == Source.RECORD and known.organization_id != event.organization_id:
        LifeEvent.objects.filter(pk=known.pk).update(organization=event.organization, path=event.path)


def note_move(person: Person, before: Affiliation | None, after: Affiliation | None, *, by: Any = None) -> None:
    """Write down that somebody left one branch, came into another, or both."""
    note(moves_of(person, before, after), by=by)


def moves_of(person: Person, before: Affiliation | None, after: Affiliation | None) -> list[Happening]:
    """Return what a change of affiliation means: nothing while the branch is the same."""
    if before and after and before.branch_id == after.branch_id and before.ended_on == after.started_on - DAY:
        return []
    left = (
        [Happening(person, EventKind.MOVED_OUT, before.ended_on, before.branch)] if before and before.ended_on else []
    )
    came = [Happening(person, EventKind.MOVED_IN, after.started_on, after.branch)] if after else []
    return [*left, *came]


def note_post(posts: Iterable[Post], *, by: Any = None) -> None:
    """Write down that posts began; that a term ended without a new post is no event."""
    begun = [post for post in posts if post.role not in NO_CHANGE_OF_WORK]
    people = {post.person_id for post in begun}
    stays: dict[int, list[Affiliation]] = {}
    for stay in Affiliation.objects.filter(person__in=people).select_related("branch__parent").order_by("started_on"):
        stays.setdefault(stay.person_id, []).append(stay)
    found = [(post, stay_on(stays.get(post.person_id, []), post.started_on)) for post in begun]
    note((Happening(p.person, EventKind.POST_CHANGED, p.started_on, s.branch) for p, s in found if s), by=by)


def stay_on(stays: Sequence[Affiliation], on: dt.date) -> Affiliation | None:
    """Return the affiliation of a day."""
    return next((one for one in stays if one.started_on <= on <= (one.ended_on or FAR_FUTURE)), None)


def step_of(before: str, after: str) -> str:
    """Return the event that a change of category is, empty for none."""
    order = [category for category, _kind in STEPS]
    rank = order.index(before) if before in order else -1
    if after not in order or order.index(after) <= rank:
        return ""
    return dict(STEPS)[after]


def day_of_step(person: Person, step: str, on: dt.date) -> dt.date:
    """Return the day of a step: 入党日期 or 转正日期 where the record knows the day, else the day of looking."""
    names = {EventKind.PROBATIONARY: "joined", EventKind.CONFIRMED: "confirmed"}
    name = names.get(EventKind(step))
    day = getattr(person, f"{name}_on") if name else None
    exact = bool(name) and getattr(person, f"{name}_precision") == Precision.DAY
    return day if day and exact and day <= on else on


def take_moves_back(person: Person, *, since: dt.date) -> None:
    """Withdraw what our records said of moves from a day on: the move was planned, and another one took its place."""
    moves = LifeEvent.objects.standing().filter(person=person, source=Source.RECORD, happened_on__gte=since)
    moves.filter(kind__in=(EventKind.MOVED_IN, EventKind.MOVED_OUT)).update(
        withdrawn_at=timezone.now(), withdrawn_because=_("这次转接后来改了")
    )
