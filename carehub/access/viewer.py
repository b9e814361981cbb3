"""From the posts held today to what a person may see.

Roles are posts in force × organisation subtree × today. Nothing is granted by hand, so the end of a post takes effect
at the next request. The organisation facts come from the first floor (members/scope.py), which registers itself here.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from carehub.access.matrix import codes_of, shared_codes
from carehub.access.paths import below
from carehub.audit.trail import name_posts_with
from carehub.calendar import today


@dataclass(frozen=True)
class Seat:
    """One post in force as access sees it."""

    persona: str
    path: str = ""
    organization_id: int | None = None
    organization_name: str = ""
    title: str = ""
    people: tuple[int, ...] = ()  # the persons of the own relations (LD)
    occupation: str = ""  # the own group of people (LT, XG)


@dataclass(frozen=True)
class Facts:
    """Where a thing lies: its organisation's path, the persons it is about, their group."""

    path: str = ""
    people: frozenset[int] = frozenset()
    occupation: str = ""


@dataclass(frozen=True)
class Reach:
    """The part of the school in which a viewer may do something with a resource."""

    everything: bool = False
    paths: tuple[str, ...] = ()
    people: frozenset[int] = frozenset()
    occupations: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.everything or self.paths or self.people or self.occupations)

    def covers(self, facts: Facts) -> bool:
        """Return whether a thing lies inside."""
        return bool(
            self.everything
            or any(facts.path.startswith(path) for path in self.paths)
            or self.people & facts.people
            or facts.occupation in self.occupations
        )

    def over_others(self) -> "Reach":
        """Return the part that comes from posts over organisations or groups, without single persons (oneself)."""
        return Reach(self.everything, self.paths, frozenset(), self.occupations)

    def over_organizations(self) -> "Reach":
        """Return the part that is a question of the organisation alone."""
        return Reach(self.everything, self.paths)

    def q(self, *, path: str = "path", person: str = "pk", occupation: str = "occupation") -> Q:
        """Return the same as a condition on a queryset; names are lookups from its model."""
        if self.everything:
            return Q()
        condition = Q(pk__in=[])
        for prefix in self.paths:
            condition |= below(prefix, path)
        if self.people:
            condition |= Q(**{f"{person}__in": sorted(self.people)})
        if self.occupations and occupation:
            condition |= Q(**{f"{occupation}__in": sorted(self.occupations)})
        return condition


@dataclass(frozen=True)
class Viewer:
    """Who is looking: the person behind an account and the posts held today."""

    person_id: int | None
    name: str
    seats: tuple[Seat, ...]
    on: dt.date
    organization_name: str = ""
    shared: frozenset[int] = frozenset()  # the persons whose file is open to this viewer by a dated grant
    _reaches: dict[tuple[str, ...], Reach] = field(default_factory=dict, compare=False, repr=False)

    @property
    def personas(self) -> tuple[str, ...]:
        return tuple(seat.persona for seat in self.seats)

    @property
    def main_seat(self) -> Seat:
        """Return the seat that names this person on screen: the first post, else plain membership."""
        return next((seat for seat in self.seats if seat.persona != "M"), self.seats[0])

    def knows(self, resource: str) -> bool:
        """Return whether any code at all stands in the matrix for this viewer."""
        return any(codes_of(resource, persona) for persona in self.personas)

    def may(self, resource: str, *codes: str) -> bool:
        """Return whether one of the codes holds anywhere."""
        return bool(self.reach(resource, *codes))

    def reach(self, resource: str, *codes: str) -> Reach:
        """Return where one of the codes holds for a resource."""
        key = (resource, *codes)
        if key not in self._reaches:
            self._reaches[key] = self._measure(resource, codes)
        return self._reaches[key]

    def _measure(self, resource: str, codes: tuple[str, ...]) -> Reach:
        everything, paths, occupations = False, set(), set()
        people = set(self.shared) if set(codes) & set(shared_codes(resource)) else set()
        for seat in self.seats:
            cell = codes_of(resource, seat.persona)
            for scope in {cell[code] for code in codes if code in cell}:
                everything |= scope == "u"
                if scope in "bs" and seat.path:
                    paths.add(seat.path)
                if scope == "r":
                    people.update(seat.people)
                if scope in "or" and self.person_id:
                    people.add(self.person_id)
                if scope == "g" and seat.occupation:
                    occupations.add(seat.occupation)
        return Reach(everything, tuple(sorted(paths)), frozenset(people), frozenset(occupations))


Describe = Callable[[Any, dt.date], Viewer]
_describe: list[Describe] = []


def describe_with(describe: Describe) -> None:
    """Register the function that turns an account into a viewer (members/scope.py does)."""
    _describe[:] = [describe]


def viewer_of(user: Any) -> Viewer:
    """Return the viewer behind an account, found once per request; an inactive account has no seats."""
    on = today()
    known: Viewer | None = getattr(user, "_viewer", None)
    if known is None or known.on != on:
        known = _describe[0](user, on) if user.is_active else Viewer(None, str(user), (), on)
        user._viewer = known
    return known


def post_words(user: Any) -> str:
    """Return the post under which an account acts, 组织，职务; empty for a plain member."""
    seat = next((seat for seat in viewer_of(user).seats if seat.persona != "M"), None)
    return "，".join(filter(None, (seat.organization_name, seat.title))) if seat else ""


name_posts_with(post_words)


def can(user: Any, code: str, thing: Any) -> bool:
    """Return whether the user may do this with this very thing (`thing.access_resource`, `thing.access_facts()`)."""
    return viewer_of(user).reach(thing.access_resource, code).covers(thing.access_facts())
