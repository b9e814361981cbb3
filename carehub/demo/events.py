"""Invented events of life in the first branches: open, due soon, overdue, and some that a talk has settled."""

import datetime as dt

from carehub.demo.university import University
from members.models import EventKind, LifeEvent, Organization, Person, Post

# what, how many days ago
HAPPENED = (
    (EventKind.HONOURED, 3),
    (EventKind.POST_CHANGED, 12),
    (EventKind.MOVED_IN, 28),
    (EventKind.COMPLAINT, 20),
    (EventKind.RETIRED, 45),
)
RECORDED = {EventKind.POST_CHANGED, EventKind.MOVED_IN}
BRANCHES = 6


def let_happen(university: University) -> None:
    """Let something happen to a few members of each of the first branches with a secretary in office."""
    branches = Post.objects.in_force(university.on).secretaries().filter(organization__kind=Organization.Kind.BRANCH)
    for post in branches.select_related("organization").order_by("organization__code")[:BRANCHES]:
        members = Person.objects.party_members().filter(organization=post.organization).exclude(pk=post.person_id)
        happened = zip(members.order_by("-pk"), HAPPENED, strict=False)
        LifeEvent.objects.bulk_create(
            LifeEvent(
                person=person,
                kind=kind,
                happened_on=university.on - dt.timedelta(days=ago),
                organization=post.organization,
                path=post.organization.path or "",
                source=LifeEvent.Source.RECORD if kind in RECORDED else LifeEvent.Source.BRANCH,
            )
            for person, (kind, ago) in happened
        )
