"""Matters to be done and break-glass requests of every side of the cast, and who each belongs to."""

import datetime as dt
from typing import Any

from django.utils import timezone

from members.models import Organization, Person, Post
from talks.models import FollowUp, Participation, Talk, TextRequest
from tests.cast import School

TODAY = dt.date(2026, 11, 23)
NOBODY: frozenset[int] = frozenset()
# whose matter, asked by, organisation, the post's holder, raised to, shared, and to whom it is the own one
MATTERS = (
    ("member", "owner", "first", "officer", "", False, "officer"),
    ("member", "owner", "first", "", "", True, "member"),
    ("colleague_member", "colleague", "second", "", "general", False, "general_secretary"),
    ("outsider_member", "outsider", "maths_branch", "", "department", False, "head"),
    ("direct_member", "librarian", "direct", "clerk", "", True, "clerk direct_member"),
    ("owner", "general_secretary", "languages", "", "", False, "general_secretary"),
    ("general_secretary", "leader", "committee", "", "", False, "leader"),
)


def make_talk(talker: Person, people: list[Person], place: Organization, **fields: Any) -> Talk:
    """Create a talk as a row."""
    fields.setdefault("held_on", dt.date(2026, 5, 5))
    fields.setdefault("entered_on", fields["held_on"])
    talk = Talk.objects.create(talker=talker, organization=place, path=place.path, **fields)
    Participation.objects.bulk_create(Participation(talk=talk, person=person) for person in people)
    return talk


def ask_for_help(school: School) -> None:
    """Write down one matter of each kind."""
    for whose, asker, place, holder, raised, shared, _own in MATTERS:
        make_follow_up(
            school.people[whose],
            school.organizations[place],
            asked_by=school.user(asker),
            assignee=Post.objects.filter(person=school.people[holder]).first() if holder else None,
            to_general_at=timezone.now() if raised == "general" else None,
            to_department_at=timezone.now() if raised == "department" else None,
            shared_at=timezone.now() if shared else None,
        )


def make_follow_up(person: Person, place: Organization, **fields: object) -> FollowUp:
    """Create a matter as a row."""
    plain = {"what": "协调调整周三晚课", "asked_on": TODAY, "due_on": TODAY, "organization": place, "path": place.path}
    return FollowUp.objects.create(person=person, **{**plain, **fields})


def follow_ups(school: School) -> list[tuple[FollowUp, frozenset[int]]]:
    """Return the matters with the people to whom each is the own one."""
    rows = FollowUp.objects.select_related("organization").order_by("pk")
    owners = [frozenset(school.people[key].pk for key in row[-1].split()) for row in MATTERS]
    return list(zip(rows, owners, strict=False))


def ask_for_words(school: School) -> None:
    """Let two talks have words: the department's head asked for one and may read the other."""
    for talker, approved in (("colleague", False), ("librarian", True)):
        talk = Talk.objects.get(talker=school.people[talker])
        Talk.objects.filter(pk=talk.pk).update(line="一句话")
        now = timezone.now()
        decided = {
            "state": "approved",
            "decided_by": school.user("approver"),
            "decided_at": now,
            "until_at": now + dt.timedelta(hours=24),
        }
        TextRequest.objects.create(
            talk=talk,
            requester=school.user("head"),
            reason="有人反映这位同志处境危险",
            asked_at=now,
            **(decided if approved else {}),
        )


def text_requests(school: School) -> list[tuple[TextRequest, frozenset[int]]]:
    """Return the requests with the people who see each: who asked, who may decide or decided, a talker who is told."""
    common = {school.head.pk, school.approver.pk}
    rows = TextRequest.objects.select_related("talk").order_by("pk")
    return [(one, frozenset(common | ({one.talk.talker_id} if one.until_at else set()))) for one in rows]
