"""Which posts go through three hands, which of them nobody holds together, and who holds them today."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from carehub.access.matrix import PERSONAS
from members.models import Organization, OrganizationGrant, Person, Post
from members.models.post import PostQuerySet

Role, Kind = Post.Role, Organization.Kind
# Department, approver and administrator posts: their name is their persona.
RESTRICTED = tuple(role for role in Role if role in PERSONAS)
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
DEPARTMENT = (Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD)
# Acting officers of branches and general branches, until a day. An acting secretary holds the post itself (主持工作),
# so that duties and talks know of him; the two others are grants, which open and never oblige.
ACTING = {
    Role.SECRETARY: (_("代理书记"), (Kind.BRANCH, Kind.GENERAL_BRANCH)),
    Role.ORGANIZER: (_("代理组织委员"), (Kind.BRANCH,)),
    Role.ORGANIZING_CLERK: (_("代理组织员"), (Kind.GENERAL_BRANCH,)),
}
CODENAMES = {role: codename for codename, role in OrganizationGrant.ACTING.items()}
APART_WORDS = _("系统、安全、审计管理员不能由一人兼任，安全、审计管理员也不能同组织部经办、负责人由一人兼任。")


def are_apart(one: str, other: str) -> bool:
    """Return whether nobody may hold the two at one time: two of the three administrators, or a watcher and a doer."""
    pair = {one, other}
    watchers = {Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    return len(pair) == 2 and (pair <= set(ADMINISTRATORS) or bool(pair & watchers and pair & set(DEPARTMENT)))


def apart_from(role: str) -> list[str]:
    """Return the roles that nobody may hold besides this one."""
    return [other for other in (*ADMINISTRATORS, *DEPARTMENT) if are_apart(role, other)]


def clashing(person: Person, role: str, first: dt.date, last: dt.date | None) -> PostQuerySet:
    """Return the posts of a person that may not be held together with a role in a span."""
    posts = Post.objects.filter(person=person, role__in=apart_from(role))
    return posts.touching(first, last or dt.date.max)


def other_secretary(organization: Organization, first: dt.date, last: dt.date | None) -> Post | None:
    """Return the secretary of an organisation in a span, None while the office is free."""
    posts = Post.objects.secretaries().filter(organization=organization).touching(first, last or dt.date.max)
    return posts.select_related("person").first()


def holders(on: dt.date, roles: Iterable[str] = RESTRICTED) -> PostQuerySet:
    """Return the posts in force of some roles with their holders, in the order of the roles' list."""
    return Post.objects.in_force(on).filter(role__in=list(roles)).select_related("person", "organization")


def acting_words(role: str) -> str:
    """Return how acting in an office is said, empty for an office in which nobody acts."""
    return str(ACTING[Role(role)][0]) if role in ACTING else ""


def role_words(role: str) -> str:
    """Return how a proposed office is said: 组织部经办, 代理书记."""
    return acting_words(role) or str(Role(role).label)
