"""In which office a talk is held: the talker's post of that day, and the people whom that office talks with.

A branch secretary (and the branch's committee) talks with the people who belonged to the branch that day; a general
branch's with its branch secretaries and everybody below it; a leader with those under his oversight. Whoever is
secretary of both a branch and its general branch talks with branch secretaries for the general branch.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q

from carehub.access.matrix import codes_of
from carehub.access.paths import below
from carehub.access.viewer import Viewer, viewer_of
from members.models import Affiliation, Organization, Oversight, Person, Post
from members.scope import overseen_by, persona_of, title_of

PREFERENCE = {"BS": 0, "GS": 1, "LD": 2, "BO": 3, "GO": 4}
RECORDERS = ("BO", "GO")
LED = (Organization.Kind.BRANCH, Organization.Kind.GENERAL_BRANCH)
Span = tuple[dt.date, dt.date | None]


@dataclass(frozen=True)
class Office:
    """One post in which somebody may hold talks, from one day to another."""

    person_id: int
    organization_id: int
    organization_name: str
    path: str
    persona: str
    title: str
    started_on: dt.date
    ended_on: dt.date | None

    @property
    def owes(self) -> bool:
        """Return whether duties belong to this office: secretaries and leaders."""
        return self.persona in ("BS", "GS", "LD")

    def people(self, on: dt.date) -> Q:
        """Return the condition that a person is one whom this office talks with on a day; never its holder."""
        if self.persona == "LD":
            reached = Q(pk__in=overseen_by(self.person_id, on))
        else:
            belonging = Affiliation.objects.in_force(on).filter(below(self.path, "organization__path"))
            reached = Q(pk__in=belonging.values("person"))
        if self.persona in ("GS", "GO"):
            reached |= Q(pk__in=_secretaries_below(self.path, on))
        return reached & ~Q(pk=self.person_id)


def _secretaries_below(path: str, on: dt.date) -> Any:
    posts = Post.objects.in_force(on).secretaries().filter(below(path, "organization__path"))
    return posts.filter(organization__kind__in=LED).values("person")


def _office(post: Post) -> Office | None:
    persona = persona_of(post.role, post.organization.kind)
    if persona not in PREFERENCE:
        return None
    return Office(
        person_id=post.person_id,
        organization_id=post.organization_id,
        organization_name=str(post.organization),
        path=post.organization.path or "",
        persona=persona,
        title=title_of(post),
        started_on=post.started_on,
        ended_on=post.ended_on,
    )


def holds(span: Span, on: dt.date) -> bool:
    """Return whether a day lies within a span that may be open at its end."""
    return span[0] <= on and (span[1] is None or on <= span[1])


def offices_of(people: Iterable[int]) -> dict[int, list[Office]]:
    """Return the offices that each person ever held, in order of preference, in one query."""
    found: dict[int, list[Office]] = defaultdict(list)
    for post in Post.objects.filter(person__in=people).select_related("organization").order_by("started_on", "pk"):
        if office := _office(post):
            found[office.person_id].append(office)
    for offices in found.values():
        offices.sort(key=lambda office: PREFERENCE[office.persona])
    return found


def offices_on(talker_id: int, on: dt.date) -> list[Office]:
    """Return the offices of one person on a day."""
    return [office for office in offices_of([talker_id])[talker_id] if holds((office.started_on, office.ended_on), on)]


def reachable(talker_id: int, on: dt.date) -> Q:
    """Return the condition that a person is one whom the talker, in any office of that day, talks with."""
    condition = Q(pk__in=[])
    for office in offices_on(talker_id, on):
        condition |= office.people(on)
    return condition


@dataclass
class OfficeBook:
    """Everything needed to choose the offices of many talks, in a fixed number of queries; each asked when needed."""

    talkers: Collection[int]
    people: Collection[int]

    @cached_property
    def _offices(self) -> dict[int, list[Office]]:
        return offices_of(self.talkers)

    @cached_property
    def _homes(self) -> dict[int, list[tuple[Span, str]]]:
        found: dict[int, list[tuple[Span, str]]] = defaultdict(list)
        rows = Affiliation.objects.filter(person__in=self.people)
        for person, path, first, last in rows.values_list("person", "organization__path", "started_on", "ended_on"):
            found[person].append(((first, last), path or ""))
        return found

    @cached_property
    def _secretaries(self) -> dict[int, list[tuple[Span, str, str]]]:
        found: dict[int, list[tuple[Span, str, str]]] = defaultdict(list)
        for post in Post.objects.secretaries().filter(person__in=self.people).select_related("organization"):
            held = (post.started_on, post.ended_on)
            found[post.person_id].append((held, post.organization.path or "", post.organization.kind))
        return found

    @cached_property
    def _overseen(self) -> dict[int, list[tuple[Span, int | None, str | None]]]:
        found: dict[int, list[tuple[Span, int | None, str | None]]] = defaultdict(list)
        oversights = Oversight.objects.filter(leader__in=self.talkers)
        for leader, person, path, first, last in oversights.values_list(
            "leader", "person", "organization__path", "started_on", "ended_on"
        ):
            found[leader].append(((first, last), person, path))
        return found

    def offices_on(self, talker: int, on: dt.date) -> list[Office]:
        """Return the talker's offices of a day in order of preference."""
        return [o for o in self._offices.get(talker, []) if holds((o.started_on, o.ended_on), on)]

    def choose(self, talker: int, people: Iterable[int], on: dt.date) -> Office | None:
        """Return the office in which a talk was held: the first of that day that talks with everybody present."""
        offices, present = self.offices_on(talker, on), list(people)
        if any(self._leads_elsewhere(person, offices, on) for person in present):
            offices.sort(key=lambda office: office.persona != "GS")
        return next((o for o in offices if all(self.covers(o, person, on) for person in present)), None)

    def covers(self, office: Office, person: int, on: dt.date) -> bool:
        """Return whether a person is one whom an office talks with on a day."""
        if person == office.person_id:
            return False
        if office.persona == "LD":
            return self._oversees(office.person_id, person, on)
        if any(holds(span, on) and path.startswith(office.path) for span, path in self._homes[person]):
            return True
        is_general = office.persona in ("GS", "GO")
        return is_general and any(path.startswith(office.path) for path in self._leads(person, on))

    def _oversees(self, leader: int, person: int, on: dt.date) -> bool:
        led = {path for held, path, _kind in self._secretaries[person] if holds(held, on)}
        return any(
            named == person or (path is not None and path in led)
            for span, named, path in self._overseen[leader]
            if holds(span, on)
        )

    def _leads(self, person: int, on: dt.date) -> list[str]:
        return [path for held, path, kind in self._secretaries[person] if kind in LED and holds(held, on)]

    def _leads_elsewhere(self, person: int, offices: list[Office], on: dt.date) -> bool:
        own = {office.path for office in offices}
        return any(path not in own for path in self._leads(person, on))

    def home_on(self, person: int, on: dt.date) -> str:
        """Return the path of the organisation to which a person belonged on a day, empty for none."""
        return next((path for span, path in self._homes.get(person, []) if holds(span, on)), "")


def talkers_for(user: Any, on: dt.date) -> "list[Person]":
    """Return the people for whom an account may record talks of a day: oneself, and for a recorder the secretaries."""
    viewer = viewer_of(user)
    secretaries = Q(pk__in=[])
    for path in recording_paths(viewer):
        secretaries |= Q(pk__in=_secretaries_below(path, on))
    own = Q(pk=viewer.person_id) if viewer.may("talk", "e") else Q(pk__in=[])
    found = list(Person.objects.filter(own | secretaries).by_name())
    return sorted(found, key=lambda person: person.pk == viewer.person_id)


def default_talker(user: Any, talkers: "list[Person]", on: dt.date) -> "Person | None":
    """Return whose talk is usually recorded: one's own, a recorder's that of the secretary next to him."""
    viewer = viewer_of(user)
    own = next((office for office in offices_on(viewer.person_id or 0, on)), None)
    if own is not None and not own.owes:
        posts = Post.objects.in_force(on).secretaries().filter(organization=own.organization_id)
        beside = set(posts.values_list("person", flat=True))
        return next((person for person in talkers if person.pk in beside), talkers[-1] if talkers else None)
    return talkers[-1] if talkers else None


def recording_paths(viewer: Viewer) -> list[str]:
    """Return the organisations whose secretaries' talks a viewer records: 组织委员 and other officers, 组织员."""
    return [seat.path for seat in viewer.seats if seat.persona in RECORDERS and "e" in codes_of("talk", seat.persona)]


def own_ledgers(viewer: Viewer) -> frozenset[str]:
    """Return the paths of the organisations in which a viewer himself keeps the talk ledger."""
    return frozenset(
        seat.path for seat in viewer.seats if seat.persona != "LD" and "e" in codes_of("talk", seat.persona)
    )
