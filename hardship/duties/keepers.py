"""Which organisation keeps a case, and who owes what the case asks for.

困难党员由所在党支部负责: the organisation to which the person belongs today, by its secretary. Nobody owes himself: the
secretary's own case is the business of the organisation above, of the department at the committee (duties.md, Who).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from carehub.access.paths import parent_paths
from hardship.duties.matters import Obligor
from members.actions import branch_of
from members.models import Organization, Person, Post

# From a group up to the committee: what a query of people takes along.
PLACES = "organization__parent__parent__parent"
Role, Kind = Post.Role, Organization.Kind


@dataclass(frozen=True)
class Keepers:
    """Who holds the offices that owe reviews and contacts, as they stand on a day."""

    held: Mapping[str, Obligor]  # path → secretary, of the committee the head of its department

    @classmethod
    def of(cls, people: Iterable[Person], on: dt.date) -> "Keepers":
        """Return the offices above these people, in one query."""
        lowest = {person.path for person in people if person.path}
        paths = lowest | {path for one in lowest for path in parent_paths(one)}
        posts = Post.objects.in_force(on).filter(organization__path__in=paths)
        rows = posts.filter(role__in=(Role.SECRETARY, Role.DEPARTMENT_HEAD)).select_related("organization")
        found: dict[str, Obligor] = {}
        for post in rows.select_related("person").order_by("started_on", "pk"):
            if _owes(post):
                found[post.organization.path or ""] = Obligor(post.person_id, post.person.name)
        return cls(found)

    def of_case(self, person: Person) -> tuple[Organization, Obligor | None] | None:
        """Return which organisation owes what a person's case asks for and who holds its office, None for a vacancy.

        None altogether for who belongs to no organisation of the school: nobody keeps his case.
        """
        if person.organization is None:
            return None
        unit = branch_of(person.organization)
        while self._at(unit, person) and unit.parent is not None:
            unit = unit.parent
        holder = self.held.get(unit.path or "")
        return unit, None if self._at(unit, person) else holder

    def _at(self, unit: Organization, person: Person) -> bool:
        holder = self.held.get(unit.path or "")
        return holder is not None and holder.person_id == person.pk


def _owes(post: Post) -> bool:
    """Return whether a post owes what its organisation does: at the committee the head of the department."""
    is_head = post.role == Role.DEPARTMENT_HEAD
    return is_head == (post.organization.kind == Kind.COMMITTEE)
