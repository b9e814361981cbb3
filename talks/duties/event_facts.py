"""What is asked of the database about events of life: six questions at most, however many events there are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from carehub.access.paths import below
from carehub.calendar import FAR_FUTURE, Window
from carehub.duties.models import Excuse
from carehub.duties.rule import Ask
from members.models import Affiliation, EventKind, LifeEvent, Organization, Post
from talks.duties.stays import EXITS
from talks.models import Participation

Kind, Role = Organization.Kind, Post.Role
Row = dict[str, Any]
COLUMNS = (
    "pk", "kind", "happened_on", "person_id", "person__name", "person__pinyin", "person__occupation",
    *(f"person__{exit_on}" for exit_on in EXITS),
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Place:
    """An organisation as duties name it; official order is that of the codes."""

    code: str
    id: int
    name: str
    path: str
    is_committee: bool = False


@dataclass(frozen=True)
class Stay:
    """A stay in a branch, and the organisation above it."""

    branch: "Place"
    parent: "Place"
    started_on: dt.date
    ended_on: dt.date

    def holds(self, day: dt.date) -> bool:
        return self.started_on <= day <= self.ended_on


@dataclass(frozen=True)
class Head:
    """Who held the post at the head of an organisation, from when to when."""

    person_id: int
    name: str
    started_on: dt.date
    ended_on: dt.date


@dataclass(frozen=True)
class Heard:
    """A talk in which the person of an event took part."""

    talk_id: int
    talker_id: int
    held_on: dt.date
    entered_on: dt.date


@dataclass(frozen=True)
class Facts:
    """Everything that decides about these events: {person: stays, talks}, {organisation: heads}, the latest first."""

    events: Sequence[Row]
    stays: dict[int, list[Stay]] = field(default_factory=dict)
    heads: dict[int, list[Head]] = field(default_factory=dict)
    heard: dict[int, list[Heard]] = field(default_factory=dict)

    @classmethod
    def about(cls, events: QuerySet[LifeEvent], on: dt.date) -> "Facts":
        """Return what is known of these events on a day."""
        rows = list(events.values(*COLUMNS))
        if not rows:
            return cls([])
        people = events.values("person")
        stays = _stays(people)
        places = {place.id for found in stays.values() for stay in found for place in (stay.branch, stay.parent)}
        return cls(rows, stays, _heads(places), _heard(people, on))

    def heads_on(self, organization_id: int, day: dt.date) -> list[Head]:
        """Return who led an organisation on a day, the last appointed first."""
        return [head for head in self.heads.get(organization_id, ()) if head.started_on <= day <= head.ended_on]

    def led(self, person_id: int, organization_id: int, day: dt.date) -> bool:
        """Return whether the person led the organisation that day."""
        return any(head.person_id == person_id for head in self.heads_on(organization_id, day))

    def stay_on(self, person_id: int, day: dt.date) -> Stay | None:
        """Return the stay that holds a day."""
        return next((stay for stay in self.stays.get(person_id, ()) if stay.holds(day)), None)

    def stay_by(self, person_id: int, day: dt.date) -> Stay | None:
        """Return the last stay that had begun by a day, whether or not it still lasts."""
        return next((stay for stay in self.stays.get(person_id, ()) if stay.started_on <= day), None)


def events_asked(ask: Ask, kinds: Collection[str], window: Window | None = None) -> QuerySet[LifeEvent]:
    """Return the standing events that a question may be about; whose unit it is, and the state, are found later.

    Of a past window its events; of the running one also those of before which were not settled long ago.
    """
    events: QuerySet[Any] = LifeEvent.objects.standing().filter(kind__in=kinds, happened_on__lte=ask.on)
    if ask.people is not None:
        events = events.filter(person__in=ask.people)
    if ask.owners is not None:
        of_owners = Q(branch__in=ask.owners) | Q(branch__parent__in=ask.owners)
        events = events.filter(person__in=Affiliation.objects.filter(of_owners).values("person"))
    if window is not None:
        of_window = Q(happened_on__gte=window.starts_on, happened_on__lte=window.ends_on)
        running = ~Exists(_settled_long_ago(window.starts_on)) if ask.on in window else Q(pk__in=[])
        events = events.filter(of_window | running)
    return events.filter(_near(ask))


def _near(ask: Ask) -> Q:
    """Return the events of people who ever were in the scope: the unit is a branch of theirs, or the one above it."""
    scope = ask.scope
    if scope.everything:
        return Q()
    inside = Q(pk__in=[])
    for path in scope.paths:
        inside |= below(path, "branch__path")
    there = Affiliation.objects.filter(inside).values("person") if scope.paths else []
    return Q(person__in=there) | Q(person__in=scope.people) | Q(person__occupation__in=scope.occupations)


def _settled_long_ago(day: dt.date) -> QuerySet[Participation]:
    """Return a talk before the day by the secretary of the branch where the person was: what needs no second look."""
    branch, person, held = OuterRef(OuterRef("organization")), OuterRef("person"), OuterRef("talk__held_on")
    office = Post.objects.secretaries().in_force(held).filter(organization=branch)
    there = Affiliation.objects.in_force(held).filter(person=person, branch=branch, branch__kind=Kind.BRANCH)
    return Participation.objects.filter(
        ~Q(person=F("talk__talker")),
        Exists(office.filter(person=OuterRef("talk__talker"))),
        Exists(there),
        ~Exists(office.filter(person=person)),
        ~Q(person__in=LifeEvent.objects.filter(pk=OuterRef(OuterRef("pk")), kind=EventKind.MOVED_OUT).values("person")),
        person=OuterRef("person"),
        attended=True,
        talk__withdrawn_at=None,
        talk__held_on__gte=OuterRef("happened_on"),
        talk__held_on__lt=day,
    )


PLACE = ("code", "pk", "short_name", "name", "path", "kind")


def _stays(people: QuerySet[Any]) -> dict[int, list[Stay]]:
    found: dict[int, list[Stay]] = defaultdict(list)
    rows = Affiliation.objects.filter(person__in=people, branch__kind=Kind.BRANCH).order_by("-started_on")
    names = [f"{of}__{column}" for of in ("branch", "branch__parent") for column in PLACE]
    for row in rows.values_list("person_id", "started_on", "ended_on", *names):
        person_id, started_on, ended_on = row[:3]
        branch, parent = _place(*row[3 : 3 + len(PLACE)]), _place(*row[3 + len(PLACE) :])
        found[person_id].append(Stay(branch, parent, started_on, ended_on or FAR_FUTURE))
    return dict(found)


def _place(code: str | None, pk: int | None, short_name: str, name: str, path: str | None, kind: str) -> Place:
    return Place(code or "", pk or 0, short_name or name, path or "", kind == Kind.COMMITTEE)


def _heads(places: Collection[int]) -> dict[int, list[Head]]:
    """Return the secretaries of these organisations; of the committee the heads of the organisation department."""
    office = Q(role=Role.DEPARTMENT_HEAD, organization__kind=Kind.COMMITTEE)
    office |= Q(role=Role.SECRETARY) & ~Q(organization__kind=Kind.COMMITTEE)
    rows = Post.objects.filter(office).order_by("-started_on", "-pk")
    if len(places) <= MANY:
        rows = rows.filter(organization__in=places)
    found: dict[int, list[Head]] = defaultdict(list)
    names = ("organization_id", "person_id", "person__name", "started_on", "ended_on")
    for organization_id, person_id, name, started_on, ended_on in rows.values_list(*names):
        found[organization_id].append(Head(person_id, name, started_on, ended_on or FAR_FUTURE))
    return dict(found)


MANY = 500  # from here on it is quicker to read every head of the school than to name the organisations


def _heard(people: QuerySet[Any], on: dt.date) -> dict[int, list[Heard]]:
    """Return the talks of these people that are known on a day, the earliest first."""
    rows = Participation.objects.filter(
        ~Q(person=F("talk__talker")), person__in=people, attended=True, talk__withdrawn_at=None, talk__held_on__lte=on
    )
    names = ("person_id", "talk_id", "talk__talker_id", "talk__held_on", "talk__entered_on")
    found: dict[int, list[Heard]] = defaultdict(list)
    for person_id, *talk in rows.order_by("talk__held_on", "talk_id").values_list(*names):
        found[person_id].append(Heard(*talk))
    return dict(found)


def excuses_of(rules: Collection[str], events: Collection[int], on: dt.date) -> dict[tuple[int, int], str]:
    """Return {(unit, event): the latest reason given} of the excuses in force; the last number names the event."""
    if not events:
        return {}
    made = Excuse.objects.in_force(on).filter(rule__in=rules)
    made = made.filter(subject_id__in=events) if len(events) <= MANY else made
    rows = made.order_by("made_on", "pk").values_list("owner_id", "subject_id", "reason")
    return {(owner, event): reason for owner, event, reason in rows}
