"""A few invented 办理事项 in every state, in the first branches, so that each office finds something to look at."""

import datetime as dt
import uuid

from django.db.models import Q
from django.utils import timezone

from carehub.demo.university import University
from members.models import Organization, Post
from members.scope import title_of
from talks.models import FollowUp, FollowUpStep, Talk

SPACE = uuid.UUID("00000000-0000-0000-0000-000000000051")
Kind, Role = FollowUpStep.Kind, Post.Role
# what, who has it, days until due, how far it went, what came of it
MATTERS = (
    ("协调调整周三晚课", Role.ORGANIZER, 10, "", ""),
    ("帮助联系附属学校的转学手续", "", -3, "", ""),
    ("请工会核实互助金的申请材料", Role.ORGANIZER, -20, "done", "材料已补齐，工会已受理"),
    ("申请更换集体宿舍", Role.ORGANIZER, -30, "impossible", "本学期没有空房，下学期优先安排"),
    ("协调实验室设备的借用", "", 14, "general", ""),
    ("请组织部核实入党材料的日期", "", 20, "department", ""),
    ("帮助申报校级课题", Role.ORGANIZER, 7, "withdrawn", ""),
)
SHARED = {"done", ""}


def ask_for_help(university: University) -> None:
    """Write down the matters after the latest talks of the first two branches with a secretary in office."""
    posts = Post.objects.in_force(university.on).select_related("person", "organization")
    leading = posts.secretaries().filter(organization__kind=Organization.Kind.BRANCH, person__user__isnull=False)
    for post in leading.order_by("organization__code")[:2]:
        talks = Talk.objects.filter(talker=post.person, organization=post.organization, form=Talk.Form.SINGLE)
        for n, talk in enumerate(talks.newest_first()[: len(MATTERS)]):
            _write(university, post, talk, n)


def _write(university: University, secretary: Post, talk: Talk, n: int) -> None:
    what, role, days, ended, result = MATTERS[n]
    person, on = talk.people.get(), university.on
    officers = Post.objects.in_force(on).filter(organization=secretary.organization, role=role or "none")
    helper = officers.filter(~Q(person=person.pk), person__user__isnull=False).first()
    at = timezone.now()
    item = FollowUp.objects.create(
        talk=talk, person=person, what=what, organization=talk.organization, path=talk.path,
        asked_by=secretary.person.user, asked_title=title_of(secretary), assignee=helper,
        asked_on=min(talk.held_on, on - dt.timedelta(days=40)), due_on=on + dt.timedelta(days=days),
        state=ended if result else FollowUp.State.OPEN, result=result or None, closed_at=at if result else None,
        to_general_at=at if ended in ("general", "department") else None,
        to_department_at=at if ended == "department" else None,
        withdrawn_at=at if ended == "withdrawn" else None,
        shared_at=at if ended in SHARED else None,
        once_key=uuid.uuid5(SPACE, f"{secretary.organization.code}:{n}"),
    )  # fmt: skip
    to = f"{helper.person}（{title_of(helper)}）" if helper else ""
    steps = [(Kind.ASKED, secretary, to, "")]
    steps += [(Kind.RAISED, secretary, "党总支", "本支部协调不了")] if item.to_general_at else []
    steps += [(Kind(ended), helper or secretary, "", result)] if result else []
    steps += [(Kind.WITHDRAWN, secretary, "", "本人已自己办好")] if ended == "withdrawn" else []
    for kind, post, receiver, note in steps:
        FollowUpStep.objects.create(
            follow_up=item, kind=kind, by=post.person.user, title=title_of(post), to=receiver, note=note
        )
