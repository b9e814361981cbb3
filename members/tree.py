"""The organisations as the office lists them, and who holds which office in one of them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import gettext as _

from carehub.access.viewer import Reach, Viewer
from carehub.calendar import today
from members.models import Organization, Person, Post
from members.models.person import PersonQuerySet

SHOWN_POSTS = 300
ORDER = {role: place for place, role in enumerate(Post.Role.values)}


@dataclass
class Branching:
    """One organisation in the tree: how deep, under whom, with how many Party members where the viewer may know."""

    organization: Organization
    depth: int
    secretary: str
    members: int | None

    @property
    def kind_words(self) -> str:
        """Return 直属党支部 for a branch right under the committee, else the kind."""
        is_direct = self.depth == 1 and self.organization.kind == Organization.Kind.BRANCH
        return _("直属党支部") if is_direct else str(self.organization.get_kind_display())

    @property
    def vacant(self) -> bool:
        return not self.secretary and needs_secretary(self.organization)


def needs_secretary(organization: Organization) -> bool:
    """Return whether the organisation has the office of a secretary (the committee and groups are led otherwise)."""
    return organization.kind in (Organization.Kind.GENERAL_BRANCH, Organization.Kind.BRANCH)


def tree_of(organizations: Iterable[Organization], people: PersonQuerySet, reach: Reach) -> list[Branching]:
    """Return the tree from the root down, children by their code: the office's own order. Two queries more.

    Numbers stand only where the viewer may see all people of the organisation: a part would pass for the whole.
    """
    holders = secretaries_of(None)
    counted = people.party_members().order_by().values_list("path").annotate(Count("pk"))
    counts = dict(counted)
    return [
        Branching(
            row, depth, holders.get(row.pk, ""), inside(row, counts) if reach.covers(row.access_facts()) else None
        )
        for row, depth in in_official_order(organizations)
    ]


def inside(organization: Organization, counts: dict[str, int]) -> int:
    """Return how many people belong to an organisation and all below it."""
    return sum(count for path, count in counts.items() if path.startswith(organization.path or "/"))


def in_official_order(organizations: Iterable[Organization]) -> Iterator[tuple[Organization, int]]:
    """Yield (organisation, depth), each right under its parent, children by their code."""
    below: dict[int | None, list[Organization]] = {}
    for row in sorted(organizations, key=lambda row: row.code, reverse=True):
        below.setdefault(row.parent_id, []).append(row)
    waiting = [(row, 0) for row in below.get(None, [])]
    while waiting:
        row, depth = waiting.pop()
        yield row, depth
        waiting += [(child, depth + 1) for child in below.get(row.pk, [])]


def secretaries_of(parent: Organization | None) -> dict[int, str]:
    """Return {organisation: secretary's name} of today, of the whole school or of one organisation's children."""
    posts = Post.objects.in_force(today()).secretaries()
    if parent is not None:
        posts = posts.filter(organization__parent=parent)
    return dict(posts.order_by("started_on").values_list("organization", "person__name"))


@dataclass
class Offices:
    """The posts of one organisation: held on a day, and before it."""

    held: list[Post] = field(default_factory=list)
    former: list[Post] = field(default_factory=list)

    @property
    def has_secretary(self) -> bool:
        return any(post.role == Post.Role.SECRETARY for post in self.held)


def offices_of(organization: Organization, on: dt.date) -> Offices:
    """Return who holds and held which office, the secretary first, then in the order of the offices."""
    posts = Post.objects.filter(organization=organization, started_on__lte=on).select_related("person")
    offices = Offices()
    for post in posts.order_by("-started_on", "-pk")[:SHOWN_POSTS]:
        (offices.held if post.ended_on is None or post.ended_on >= on else offices.former).append(post)
    offices.held.sort(key=lambda post: (ORDER[post.role], post.started_on))
    return offices


def openable(viewer: Viewer, people: Iterable[Person]) -> set[int]:
    """Return the numbers of those whose file the viewer may open; no query."""
    reach = viewer.reach("person", "v")
    return {person.pk for person in people if reach.covers(person.access_facts())}
