"""Records put right, requests that wait, people on the way to another branch: all of it invented."""

import uuid
from collections.abc import Iterator

from carehub.demo.university import University
from members.changes_actions import ask_for_change, correct_person, decide_request
from members.models import Organization, Person, Post
from members.transfers_actions import ask_transfer
from talks.requests.actions import ask_for_talk

SPACE = uuid.UUID("00000000-0000-0000-0000-000000000052")
NOTE = "现岗位为校史馆馆长助理，兼信息化建设与网络安全管理办公室联络员"


def put_right(university: University) -> None:
    """Correct a record and let two members of the first branch ask for it; send people to the branch and away."""
    posts = Post.objects.in_force(university.on).filter(role=Post.Role.ORGANIZER, person__user__isnull=False)
    first, second = posts.select_related("person__user", "organization").order_by("organization__code")[:2]
    members, others = (list(members_of(post)) for post in (first, second))
    asking = [person for person in members if person.user][-2:]
    correct_person(
        person=members[0], values={"education": "大学本科"}, because="对照人事档案，学历录错了", revision=0,
        by=first.person.user,
    )  # fmt: skip
    for n, person in enumerate(asking):
        wanted = {"position": NOTE} if n else {"phone": "19900001234"}
        key = uuid.uuid5(SPACE, f"request {n}")
        asked = ask_for_change(person=person, wanted=wanted, note="", once_key=key, by=person.user)
    decide_request(asked=asked, accept=False, answer="请附任职文件再申请", by=first.person.user)
    ask_for_talk(person=asking[0], words="想谈谈工作调动的打算", once_key=uuid.uuid5(SPACE, "talk"), by=asking[0].user)
    send(others[0], first.organization, second, university)
    send(members[1], second.organization, first, university)


def members_of(post: Post) -> Iterator[Person]:
    """Yield the members of a branch without offices, not the officer."""
    people = Person.objects.party_members().filter(organization=post.organization, posts=None)
    yield from people.exclude(pk=post.person_id).select_related("user", "organization").order_by("-pk")


def send(person: Person, target: Organization, officer: Post, university: University) -> None:
    key = uuid.uuid5(SPACE, f"transfer {person.pk}")
    by = officer.person.user
    ask_transfer(person=person, target=target, outside="", on=university.on, note="工作调动", once_key=key, by=by)
