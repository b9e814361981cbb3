"""The verbs of a need (C-2.11): written down, given to somebody in office, done or found impossible."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from carehub.access.matrix import codes_of
from carehub.access.paths import parent_paths
from carehub.approvals.actions import Overtaken, Refused
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.reminders.actions import tell
from hardship.models import Case, Need
from hardship.models.case import PERSON_SEALED, RESOURCE
from members.models import Post
from members.scope import GROUPS, persona_of


def owners_for(case: Case, on: dt.date) -> list[Post]:
    """Return the posts that can be given a need: of the person's organisations, of those who read the case anyway.

    Nobody sees to the own hardship.
    """
    paths = [case.path, *parent_paths(case.path)] if case.path else []
    posts = Post.objects.in_force(on).filter(organization__path__in=paths, person__user__is_active=True)
    rows = posts.exclude(person=case.person_id).select_related("person", "organization")
    rows = rows.defer(*(f"person__{name}" for name in PERSON_SEALED))
    return [post for post in rows.order_by("-organization__path", "started_on", "pk") if _reads(post, case)]


def _reads(post: Post, case: Case) -> bool:
    persona = persona_of(post.role, post.organization.kind)
    scope = codes_of(RESOURCE, persona).get("v", "") if persona and persona != "M" else ""
    if scope == "g":
        return GROUPS.get(Post.Role(post.role)) == case.person.occupation
    return scope in ("b", "s", "u")


@transaction.atomic
def add_need(*, case: Case, what: str, owner: Post, due_on: dt.date, once_key: uuid.UUID, by: Any, on: dt.date) -> Need:
    """Write a need down, once per key, and tell who is to see to it."""
    if known := Need.objects.filter(once_key=once_key, case=case).first():
        return known
    if not Case.objects.open().filter(pk=case.pk).exists():
        raise Refused(_("已经结束，不再登记需求。"))
    need = Need.objects.create(
        case=case, what=what, owner=owner, due_on=due_on, asked_by=by, asked_on=on, once_key=once_key
    )
    record(Action.CHANGE, by=by, target=need, path=case.path, what="add-need")
    _tell_owner(need, by, on)
    return need


@transaction.atomic
def give_need(*, need: Need, seen: int, owner: Post, due_on: dt.date, by: Any, on: dt.date) -> None:
    """Give an open need to somebody else, or another date."""
    _take(need, seen, owner=owner, due_on=due_on)
    need.refresh_from_db()
    record(Action.CHANGE, by=by, target=need, path=need.case.path, what="give-need")
    _tell_owner(need, by, on)


@transaction.atomic
def finish_need(*, need: Need, seen: int, state: str, result: str, by: Any, on: dt.date) -> None:
    """Close a need with what came of it; who asked for it is told."""
    _take(need, seen, state=state, result=result, closed_on=on, closed_by=by)
    record(Action.CHANGE, by=by, target=need, path=need.case.path, what="finish-need")
    title, path = _("您请办的一件事有了结果"), need.case.get_absolute_url()
    tell(accounts=[need.asked_by_id], key=f"need-done:{need.pk}", title=title, path=path, on=on, by=by)


def _take(need: Need, seen: int, **values: Any) -> None:
    """Change a need if it still is as somebody saw it."""
    standing = Need.objects.open().filter(pk=need.pk, version=seen)
    if not standing.update(version=F("version") + 1, **values):
        raise Overtaken


def _tell_owner(need: Need, by: Any, on: dt.date) -> None:
    account, path = need.owner.person.user_id, need.case.get_absolute_url()
    title = _("台账里有一件事请您办")
    if account:
        tell(accounts=[account], key=f"need:{need.pk}:{need.version}", title=title, path=path, on=on, by=by)
