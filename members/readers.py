"""Who can see something today, by name: posts in force and dated grants, as the access matrix opens them.

One function for every page that answers 谁能看这份记录, whatever the thing is. The number of queries is fixed.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from carehub.access.matrix import Cell, codes_of, shared_codes
from carehub.access.paths import parent_paths
from carehub.access.viewer import Facts
from carehub.calendar import date_words
from members.grants import SHARES
from members.models import OrganizationGrant, Oversight, Post
from members.roles import acting_words
from members.scope import GROUPS, Role, persona_of, title_of

GROUP_OF = {str(role): occupation for role, occupation in GROUPS.items()}


@dataclass(frozen=True)
class Layer:
    """What is asked: who has one of the codes of a resource. Several resources of one layer: of any."""

    title: Any
    cells: tuple[tuple[str, frozenset[str]], ...]

    def codes(self, persona: str) -> set[str]:
        """Return the scopes in which a persona has it."""
        found: list[tuple[Cell, frozenset[str]]] = [(codes_of(name, persona), codes) for name, codes in self.cells]
        return {scope for cell, codes in found for code, scope in cell.items() if code in codes}

    @property
    def is_shared(self) -> bool:
        return any(codes & set(shared_codes(name)) for name, codes in self.cells)


def layer(title: Any, **cells: str) -> Layer:
    """Return a layer from its resources and codes: layer(_("电话、证件"), contact="m v", identity="m v")."""
    return Layer(title, tuple((name, frozenset(codes.split())) for name, codes in cells.items()))


@dataclass(frozen=True)
class Share:
    """One account to which the file is open by a grant."""

    name: str
    ended_on: dt.date
    reason: str

    @property
    def words(self) -> str:
        return _("%(name)s（临时授权，到%(day)s）") % {"name": self.name, "day": date_words(self.ended_on)}


@dataclass
class Readers:
    """The names of one layer, a line for each organisation, the nearest first."""

    title: Any
    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, path: str, name: str) -> None:
        names = self.found.setdefault(path, [])
        if name not in names:
            names.append(name)

    @property
    def lines(self) -> list[str]:
        return ["、".join(names) for _path, names in sorted(self.found.items(), reverse=True)]

    @property
    def words(self) -> str:
        return "；".join(self.lines)


@dataclass(frozen=True)
class Holder:
    """Somebody with a post or a grant that may open something."""

    persona: str
    path: str
    words: str
    person_id: int | None
    occupation: str = ""


def readers_of(facts: Facts, layers: Sequence[Layer], on: dt.date, *, beside: Iterable[str] = ()) -> list[Readers]:
    """Return who can see each layer of a thing, without the persons themselves. Four queries, one more a kind of share.

    `beside` holds further occupations when a thing is about several people.
    """
    holders = [*_posts(facts, on), *_acting(facts, on)]
    leaders = _leaders(facts, on)
    shares = shares_of(facts, on) if any(one.is_shared for one in layers) else []
    occupations = {facts.occupation, *beside}
    found = []
    for one in layers:
        readers = Readers(one.title)
        for holder in holders:
            if _opens(one.codes(holder.persona), holder, occupations, leaders):
                readers.add(holder.path, holder.words)
        for share in shares if one.is_shared else ():
            readers.add("", share.words)
        found.append(readers)
    return found


def _opens(scopes: set[str], holder: Holder, occupations: set[str], leaders: set[int]) -> bool:
    """Return whether a scope of a holder reaches the thing: his organisation lies above it already."""
    return bool(
        scopes & {"u", "b", "s"}
        or ("g" in scopes and holder.occupation in occupations)
        or ("r" in scopes and holder.person_id in leaders)
    )


def _posts(facts: Facts, on: dt.date) -> list[Holder]:
    """Return the posts in force of the organisations from the thing's own up to the root."""
    if not facts.path:
        here = Q(organization__parent=None)
    else:
        here = Q(organization__path__in=[facts.path, *parent_paths(facts.path)])
    posts = Post.objects.in_force(on).filter(here).select_related("person", "organization")
    return [
        Holder(
            persona_of(post.role, post.organization.kind),
            post.organization.path or "",
            _("%(name)s（%(title)s）") % {"name": post.person.name, "title": title_of(post)},
            post.person_id,
            GROUP_OF.get(post.role, ""),
        )
        for post in posts.order_by("started_on", "pk")
    ]


def _acting(facts: Facts, on: dt.date) -> list[Holder]:
    if not facts.path:
        return []
    paths = [facts.path, *parent_paths(facts.path)]
    grants = OrganizationGrant.objects.running(on).filter(content_object__path__in=paths)
    rows = grants.select_related("user__person", "content_object", "permission").order_by("started_on", "pk")
    return [
        Holder(
            persona_of(grant.role, grant.content_object.kind),
            grant.content_object.path,
            _("%(name)s（%(title)s）") % {"name": grant.user.person.name, "title": acting_words(grant.role)},
            grant.user.person.pk,
        )
        for grant in rows
    ]


def _leaders(facts: Facts, on: dt.date) -> set[int]:
    """Return the leaders who oversee a person of the thing, by name or as the secretary of an organisation."""
    posts = Post.objects.in_force(on).filter(role=Role.SECRETARY, person__in=facts.people)
    over = Q(person__in=facts.people) | Q(organization__in=posts.values("organization"))
    return set(Oversight.objects.in_force(on).filter(over).values_list("leader", flat=True))


def shares_of(facts: Facts, on: dt.date) -> list[Share]:
    """Return the accounts to which a person's file is open by a grant today."""
    found = []
    for model, person in SHARES.items():
        rows = model.objects.running(on).filter(**{f"{person}__in": facts.people}).select_related("user__person")
        found += [Share(grant.user.person.name, grant.ended_on, grant.reason) for grant in rows.order_by("pk")]
    return found
