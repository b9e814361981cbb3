"""Invented role proposals and grants, one in every state, so that each office finds something to look at."""

import datetime as dt
import uuid

from carehub.calendar import DAY
from carehub.demo.university import University
from members.grants_actions import share_file, withdraw_grant
from members.models import Organization, OrganizationGrant, Person, Post, RoleProposal
from members.roles_actions import approve, carry_out, propose, send_back

SPACE = uuid.UUID("00000000-0000-0000-0000-000000000052")
Role = Post.Role


def lend_authority(university: University) -> None:
    """Put down proposals and grants; who takes part are holders of posts, because they have accounts."""
    on, last = university.on, university.on + 120 * DAY
    propose_offices(university, on, last)
    branch, _occupation = university.branches[2]
    OrganizationGrant.objects.assign_dated(
        "act_as_organizer", _publicity(branch).user, branch, reason="组织委员外出学习期间", granted_by=_head().user,
        started_on=on - 150 * DAY, ended_on=on - 30 * DAY, once_key=_key("former"),
    )  # fmt: skip
    share_files(university, on, last)


def propose_offices(university: University, on: dt.date, last: dt.date) -> None:
    """One waits for the head, one for the security administrator, one came back, one is done."""
    vacant, ready, back, done = (university.branches[n][0] for n in (20, 3, 0, 5))
    _propose(vacant, Role.SECRETARY, "书记空缺，换届前由宣传委员主持工作", on, last)
    waiting = _propose(ready, Role.ORGANIZER, "组织委员产假期间", on, last)
    approve(proposal=waiting, revision=waiting.revision, by=_head().user)
    returned = _propose(back, Role.ORGANIZER, "组织委员出差", on, last)
    send_back(proposal=returned, revision=returned.revision, note="请写明出差起止日期", by=_head().user)
    running = _propose(done, Role.ORGANIZER, "组织委员访学期间", on, last)
    approve(proposal=running, revision=running.revision, by=_head().user)
    carry_out(proposal=running, revision=running.revision, by=_holder(Role.SECURITY_ADMIN).user, on=on)


def share_files(university: University, on: dt.date, last: dt.date) -> None:
    """The union reads two files for a while; one was taken back."""
    people = university.homes[university.branches[0][0].pk][10:12]
    union, head = _holder(Role.UNION).user, _head().user
    shared = [
        share_file(
            person=Person.objects.get(pk=person.pk), to=union, reason="核实大病互助申请", started_on=on, ended_on=last,
            once_key=_key(f"share {n}"), by=head, on=on,
        )
        for n, person in enumerate(people)
    ]  # fmt: skip
    withdraw_grant(grant=shared[1], by=head, on=on)


def _propose(branch: Organization, role: str, reason: str, on: dt.date, last: dt.date) -> RoleProposal:
    key = _key(f"{branch.code} {role}")
    terms = {"started_on": on, "ended_on": last, "reason": reason, "once_key": key, "on": on}
    clerk = _holder(Role.DEPARTMENT_CLERK).user
    return propose(person=_publicity(branch), organization=branch, role=role, by=clerk, **terms)  # type: ignore[arg-type]


def _key(name: str) -> uuid.UUID:
    return uuid.uuid5(SPACE, name)


def _publicity(branch: Organization) -> Person:
    return Person.objects.get(posts__role=Role.PUBLICITY, posts__organization=branch)


def _holder(role: str) -> Person:
    return Person.objects.select_related("user").get(posts__role=role)


def _head() -> Person:
    return _holder(Role.DEPARTMENT_HEAD)
