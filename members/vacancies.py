"""Where the post of the secretary is vacant, and who answers there until it is filled."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from members.models import Organization, Post
from members.models.organization import OrganizationQuerySet

LED_BY_SECRETARY = (Organization.Kind.GENERAL_BRANCH, Organization.Kind.BRANCH)


def without_secretary(on: dt.date) -> OrganizationQuerySet:
    """Return the branches and general branches that have no secretary on a day."""
    held = Post.objects.in_force(on).secretaries().filter(organization=OuterRef("pk"))
    return Organization.objects.filter(~Exists(held), kind__in=LED_BY_SECRETARY)


def who_answers(ids: Iterable[int], on: dt.date) -> dict[int, str]:
    """Return for organisations without a secretary the one above: 外国语学院党总支书记 程立新. Two queries."""
    above = {row.pk: row.parent for row in Organization.objects.filter(pk__in=list(ids)).select_related("parent")}
    parents = {parent.pk for parent in above.values() if parent is not None}
    posts = Post.objects.in_force(on).secretaries().filter(organization__in=parents)
    names = dict(posts.values_list("organization", "person__name"))
    return {pk: _words(parent, names.get(parent.pk, "")) for pk, parent in above.items() if parent is not None}


def _words(parent: Organization, name: str) -> str:
    if parent.kind == Organization.Kind.COMMITTEE:
        return _("党委组织部")
    return _("%(parent)s书记 %(name)s") % {"parent": parent, "name": name} if name else str(parent)
