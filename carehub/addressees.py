"""Who is told of a duty: whoever holds the post today; a vacant post's duties go to the secretary one level up."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from carehub.duties.duty import Duty
from members.models import Affiliation, Organization, Person, Post

Role = Post.Role


def gone(on: dt.date) -> QuerySet[Person]:
    """Return who died or left the school by a day; people who never belonged to an organisation are not among them."""
    belonged = Affiliation.objects.filter(person=OuterRef("pk"))
    left = Exists(belonged.filter(ended_on__lt=on)) & ~Exists(belonged.in_force(on))
    return Person.objects.filter(Q(died_on__lte=on) | left)


@dataclass(frozen=True)
class Addressee:
    """The person to be told, and whether he stands in for a vacant post."""

    person_id: int
    stands_in: bool = False


@dataclass(frozen=True)
class Chart:
    """Posts and the tree as they stand on one day, read in a fixed number of queries."""

    secretaries: dict[int, int]  # organisation → person
    heads: dict[int, int]  # committee → 组织部负责人
    holders: dict[int, set[int]]  # organisation → everybody with a post there that may owe duties
    organizations: dict[int, Organization]
    leaders: set[int]

    @classmethod
    def on(cls, on: dt.date) -> Self:
        """Return the chart of a day; a post whose holder died or left the school counts as vacant."""
        posts = Post.objects.in_force(on).filter(
            role__in=(Role.SECRETARY, Role.DEPARTMENT_HEAD, Role.LEADER, Role.APPROVER)
        )
        alive = posts.filter(~Exists(gone(on).filter(pk=OuterRef("person"))))
        by_role: dict[str, dict[int, int]] = defaultdict(dict)
        holders: dict[int, set[int]] = defaultdict(set)
        leaders: set[int] = set()
        for role, organization, person in alive.order_by("started_on", "pk").values_list(
            "role", "organization", "person"
        ):
            by_role[role][organization] = person
            if role == Role.LEADER:
                leaders.add(person)
            else:
                holders[organization].add(person)
        organizations = Organization.objects.in_bulk()
        return cls(by_role[Role.SECRETARY], by_role[Role.DEPARTMENT_HEAD], holders, organizations, leaders)

    def addressee(self, duty: Duty, *, personal: bool, named: bool = False) -> Addressee | None:
        """Return who is told of a duty, None for nobody: leader, holder, or for a vacant post the level above.

        `named`: whom the record names in a post that he holds, of whatever organisation.
        """
        if personal:
            return Addressee(duty.owner_id) if duty.owner_id in self.leaders else None
        holder = duty.obligor_id if named else self._holder(duty)
        if holder is None:
            return self._above(duty)
        return Addressee(holder) if holder != duty.person_id else None

    def _holder(self, duty: Duty) -> int | None:
        """Return who holds the post today: the obligor, or for a window that has closed his successor."""
        if duty.obligor_id in self.holders[duty.organization_id]:
            return duty.obligor_id
        return self.secretaries.get(duty.organization_id)

    def _above(self, duty: Duty) -> Addressee | None:
        """Climb to the first secretary who is not the subject himself; above the committee stands its department."""
        at = self.organizations[duty.organization_id]
        while at.parent_id:
            at = self.organizations[at.parent_id]
            person = self.secretaries.get(at.pk)
            if person and person != duty.person_id:
                return Addressee(person, stands_in=True)
        head = self.heads.get(at.pk)
        return Addressee(head, stands_in=True) if head and head != duty.person_id else None
