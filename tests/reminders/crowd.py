"""A crowd of due items: many branches, each with an account to be told and people to be told of."""

import datetime as dt

from carehub.accounts.models import User
from members.models import Affiliation, Organization, Person, Post

SINCE = dt.date(2026, 1, 1)
DUE_SOON = dt.date(2026, 12, 10)


def gather(branches: int, people: int, since: dt.date = SINCE) -> set[tuple[str, str]]:
    """Create branches under one committee and return what is due in them: (account, person)."""
    committee = Organization.objects.create(code="07", name="委员会", kind=Organization.Kind.COMMITTEE)
    expected = set()
    for n in range(branches):
        branch = Organization.objects.create(
            code=f"07{n:05}", name=f"支部{n}", kind=Organization.Kind.BRANCH, parent=committee
        )
        user = User.objects.create(number=f"secretary{n}", email=f"secretary{n}@example.invalid", password="")
        names = [f"书记{n}", *(f"党员{n}-{k}" for k in range(people))]
        settle(branch, names, user, since)
        expected |= {(user.number, name) for name in names[1:]}
    return expected


def settle(branch: Organization, names: list[str], user: User, since: dt.date) -> None:
    """Put people into a branch; the first is its secretary."""
    fields = {"category": Person.Category.FULL, "organization": branch, "path": branch.path}
    people = [Person(name=name, user=None if k else user, **fields) for k, name in enumerate(names)]
    Person.objects.bulk_create(people)
    Affiliation.objects.bulk_create(
        Affiliation(person=person, organization=branch, branch=branch, started_on=since) for person in people
    )
    Post.objects.create(person=people[0], organization=branch, role=Post.Role.SECRETARY, started_on=since)
