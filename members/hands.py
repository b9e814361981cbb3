"""Who holds which office at which organisation, and who declared whom a relative: what the approvals ask."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from carehub.approvals.chain import Place
from carehub.approvals.hands import Holder
from members.actions import branch_of
from members.models import Kinship, Organization, OrganizationGrant, Person, Post
from members.roles import acting_words
from members.scope import persona_of, title_of


def holders_at(paths: Iterable[str], on: dt.date) -> list[Holder]:
    """Return who holds an office at these organisations on a day, grants of acting officers among them. Two queries."""
    posts = Post.objects.in_force(on).filter(organization__path__in=paths, person__user__is_active=True)
    found = [_of_post(post) for post in posts.select_related("person", "organization").order_by("started_on", "pk")]
    grants = OrganizationGrant.objects.running(on).filter(content_object__path__in=paths)
    found += [
        _of_grant(row) for row in grants.select_related("user__person", "content_object", "permission").order_by("pk")
    ]
    return [holder for holder in found if holder.persona]


def _of_post(post: Post) -> Holder:
    place, person = post.organization, post.person
    persona = persona_of(post.role, place.kind)
    return Holder(person.pk, person.user_id or 0, person.name, title_of(post), persona, place.path or "")


def _of_grant(grant: OrganizationGrant) -> Holder:
    place, person = grant.content_object, grant.user.person
    persona = persona_of(grant.role, place.kind)
    return Holder(person.pk, grant.user_id, person.name, acting_words(grant.role), persona, place.path or "")


def relatives_of(people: Iterable[int]) -> dict[int, set[int]]:
    """Return who declared himself a relative of each person, or was declared by him: {person: people}. One query."""
    asked = set(people)
    found: dict[int, set[int]] = defaultdict(set)
    rows = Kinship.objects.standing().filter(Q(person__in=asked) | Q(other__in=asked)).exclude(other=None)
    for one, other in rows.values_list("person", "other"):
        found[one].add(other)
        found[other].add(one)
    return {person: found[person] for person in asked}


def places_above(person: Person) -> dict[str, Place]:
    """Return the organisations that decide about a person: {branch, general, committee}, those that there are."""
    if person.organization is None:
        return {}
    kinds = {
        Organization.Kind.BRANCH: "branch",
        Organization.Kind.GENERAL_BRANCH: "general",
        Organization.Kind.COMMITTEE: "committee",
    }
    place: Organization | None = branch_of(person.organization)
    found: dict[str, Place] = {}
    while place is not None:
        if level := kinds.get(Organization.Kind(place.kind)):
            found[level] = Place(place.pk, place.path or "", str(place))
        place = place.parent
    return found
