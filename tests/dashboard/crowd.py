"""Many people and branches for the tests that count queries."""

import datetime as dt

from members.models import Organization, Post
from tests.cast import School, make_person
from tests.talks.writing import talk_of


def crowd(school: School, n: int) -> None:
    """Add n people to the first branch, half of them talked to, and n branches with a secretary and one member."""
    for i in range(n):
        person = make_person(f"很长的名字·阿布都热合曼{n}{i}", school.first, pinyin=f"hen chang {n} {i}")
        if i % 2:
            talk_of(school.owner, person, held_on=dt.date(2026, 5, 20))
    for i in range(n):
        branch = Organization.objects.create(
            code=f"06000001{n:03d}{i:03d}", name=f"支部{n}-{i}", kind=Organization.Kind.BRANCH, parent=school.languages
        )
        secretary = make_person(f"书记{n}{i}", branch)
        make_person(f"党员{n}{i}", branch)
        if i % 3:
            Post.objects.create(
                person=secretary, organization=branch, role=Post.Role.SECRETARY, started_on=dt.date(2020, 1, 1)
            )
