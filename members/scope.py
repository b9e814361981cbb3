"""Turns posts in force today into seats: the organisation facts that access is handed.

Here, and nowhere else, the dated grants of guardian are folded in (members/grants.py).
"""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from carehub.access.matrix import PERSONAS
from carehub.access.viewer import Seat, Viewer
from carehub.questions import kept
from members.grants import SHARES, acting_grants, shared_people, with_exceptions
from members.ground import belongs
from members.models import Organization, OrganizationGrant, Oversight, Person, Post
from members.roles import acting_words

Role, Kind = Post.Role, Organization.Kind
OFFICERS = {
    Role.DEPUTY, Role.ORGANIZER, Role.PUBLICITY, Role.DISCIPLINE, Role.YOUTH, Role.UNITED_FRONT, Role.COMMISSIONER,
    Role.ORGANIZING_CLERK,
}  # fmt: skip
GROUPS = {Role.RETIREES_OFFICE: Person.Occupation.RETIRED, Role.STUDENTS_OFFICE: Person.Occupation.STUDENT}


def persona_of(role: str, kind: str) -> str:
    """Return the persona of a post, empty if the post gives no right of its own (委员 of the committee, 中层干部)."""
    if role == Role.SECRETARY:
        return {Kind.BRANCH: "BS", Kind.GENERAL_BRANCH: "GS", Kind.COMMITTEE: "LD", Kind.GROUP: "GL"}[Kind(kind)]
    if role in OFFICERS:
        return {Kind.BRANCH: "BO", Kind.GENERAL_BRANCH: "GO"}.get(Kind(kind), "")
    if role == Role.GROUP_LEADER:
        return "GL"
    if role == Role.LEADER:
        return "LD"
    return role if role in PERSONAS else ""


def describe(user: Any, on: dt.date) -> Viewer:
    """Return the viewer behind an account: each post in force on the day, then acting grants, membership last.

    A closed account has no seat at all, whoever asks.
    """
    person = kept(("person behind an account", on, *SHARES), lambda: _people(on)).filter(user=user).first()
    if person is None or person.died_on:
        return Viewer(None, str(user), (), on)
    held = list(kept(("posts held", on), lambda: _posts(on)).filter(person=person))
    if not held and not person.belongs:  # type: ignore[attr-defined]
        return Viewer(None, str(user), (), on)  # no ground to be here (members/ground.py): signed out at once
    seats = [seat for post in held if (seat := seat_of(post, on))]
    shared: frozenset[int] = frozenset()
    if person.has_exceptions:  # type: ignore[attr-defined]
        seats += [acting_seat(grant) for grant in acting_grants(user, on)]
        shared = shared_people(user, on)
    return Viewer(person.pk, person.name, (*seats, Seat("M")), on, str(person.organization or ""), shared)


def _people(on: dt.date) -> QuerySet[Person]:
    """Return the people behind open accounts, with whether they belong here and hold a grant on the day."""
    people = Person.objects.filter(user__is_active=True).annotate(belongs=belongs(on))
    return with_exceptions(people, on).select_related("organization")


def _posts(on: dt.date) -> QuerySet[Post]:
    return Post.objects.in_force(on).select_related("organization").order_by("started_on", "pk")


def acting_seat(grant: OrganizationGrant) -> Seat:
    """Return the seat of one who acts for an officer until a day."""
    organization = grant.content_object
    return Seat(
        persona=persona_of(grant.role, organization.kind),
        path=organization.path or "",
        organization_id=organization.pk,
        organization_name=str(organization),
        title=acting_words(grant.role),
    )


def seat_of(post: Post, on: dt.date) -> Seat | None:
    """Return the seat of one post, None if it gives none."""
    persona = persona_of(post.role, post.organization.kind)
    if not persona:
        return None
    return Seat(
        persona=persona,
        path=post.organization.path or "",
        organization_id=post.organization_id,
        organization_name=str(post.organization),
        title=title_of(post),
        people=overseen_by(post.person_id, on) if persona == "LD" else (),
        occupation=GROUPS.get(Role(post.role), ""),
    )


def title_of(post: Post) -> str:
    """Return how a post is said: 支部书记, 总支组织委员, 组织部经办."""
    level = {Kind.BRANCH: "支部", Kind.GENERAL_BRANCH: "总支", Kind.COMMITTEE: "党委", Kind.GROUP: ""}
    plain = post.role in PERSONAS or post.role in (Role.LEADER, Role.CADRE, Role.GROUP_LEADER)
    return ("" if plain else level[Kind(post.organization.kind)]) + str(Role(post.role).label)


def overseen_by(leader_id: int, on: dt.date) -> tuple[int, ...]:
    """Return the people under a leader's oversight on a day: cadres named, and secretaries of organisations named."""
    oversights = Oversight.objects.in_force(on).filter(leader=leader_id)
    named = Q(pk__in=oversights.filter(person__isnull=False).values("person"))
    posts = Post.objects.in_force(on).secretaries()
    secretaries = Q(
        pk__in=posts.filter(
            organization__in=oversights.filter(organization__isnull=False).values("organization")
        ).values("person")
    )
    return tuple(Person.objects.filter(named | secretaries).values_list("pk", flat=True))
