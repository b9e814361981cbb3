"""The verbs of offices: appoint, end, 分管. What goes through three hands is in roles_actions."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import DAY, date_words, today
from carehub.reminders.actions import tell
from members.actions import settle_accounts
from members.events_records import note_post
from members.grants_actions import Refused
from members.models import Organization, Oversight, Person, Post
from members.roles import other_secretary

Role, Kind, Manner = Post.Role, Organization.Kind, Post.Manner
COMMITTEE = (
    Role.SECRETARY, Role.DEPUTY, Role.ORGANIZER, Role.PUBLICITY, Role.DISCIPLINE, Role.YOUTH, Role.UNITED_FRONT,
    Role.COMMISSIONER,
)  # fmt: skip
OFFICES: dict[str, tuple[str, ...]] = {
    Kind.COMMITTEE: (Role.SECRETARY, Role.DEPUTY, Role.COMMISSIONER, Role.LEADER, Role.CADRE),
    Kind.GENERAL_BRANCH: (*COMMITTEE, Role.ORGANIZING_CLERK, Role.CADRE),
    Kind.BRANCH: COMMITTEE,
    Kind.GROUP: (Role.GROUP_LEADER,),
}
LONGEST_BACK, LONGEST_AHEAD = dt.timedelta(days=366), dt.timedelta(days=31)


@transaction.atomic
def appoint(
    *, person: Person, organization: Organization, role: str, manner: str, started_on: dt.date, replace: bool, by: Any
) -> Post:
    """Give an office; a secretary in office ends the day before if that was asked for. Refused with the reason."""
    check(person, organization, role, started_on, by)
    former = other_secretary(organization, started_on, None) if role == Role.SECRETARY else None
    if former is not None:
        make_room(former, started_on, replace=replace, by=by)
    try:
        with transaction.atomic():
            post = Post.objects.create(
                person=person, organization=organization, role=role, manner=manner, started_on=started_on
            )
    except IntegrityError:
        raise Refused(_("同一时间这个党组织已有书记，没有登记。请核对现任和日期。")) from None
    note_post([post], by=by)
    settle_accounts(on=today(), people=[person.pk], by=by)
    path = organization.path or ""
    record(Action.ACCOUNT, by=by, target=post, path=path, what="appoint", role=role, on=str(started_on))
    if role == Role.SECRETARY and person.user_id:
        title, key = _("您任%(place)s书记，请看交接清单") % {"place": organization}, f"handover:{post.pk}"
        address = reverse("dashboard:handover", args=[organization.pk])
        tell(accounts=[person.user_id], key=key, title=title, path=address, on=today(), by=by)
    return post


def check(person: Person, organization: Organization, role: str, started_on: dt.date, by: Any) -> None:
    """Refuse offices that the organisation does not have, days too far away, oneself, and what is held already."""
    on = today()
    if person.user_id == by.pk:
        raise Refused(_("自己的任职请由另一位同志登记。"))
    if role not in OFFICES[organization.kind]:
        raise Refused(_("这个党组织没有这项职务。部门、审批和三员的职务请在“职务办理”里办。"))
    if not on - LONGEST_BACK <= started_on <= on + LONGEST_AHEAD:
        raise Refused(_("任职日期请选一年以内、最晚一个月以后的日期。更早的请导入任职表。"))
    same = Post.objects.filter(person=person, organization=organization, role=role)
    if held := same.filter(Q(ended_on=None) | Q(ended_on__gte=started_on)).first():
        day = date_words(held.started_on)
        raise Refused(_("%(name)s%(day)s起已经担任这项职务，没有重复。") % {"name": person.name, "day": day})


def make_room(former: Post, started_on: dt.date, *, replace: bool, by: Any) -> None:
    """End the secretary in office on the day before, or say who it is."""
    names = {"name": former.person.name, "day": date_words(former.started_on)}
    if not replace:
        raise Refused(_("现任书记是%(name)s（%(day)s起）。接任的请勾选“现任同时免去”。") % names)
    if former.started_on >= started_on:
        raise Refused(_("现任书记%(name)s从%(day)s起任职，接任要晚于这一天。") % names)
    end_post(post=former, ended_on=started_on - DAY, by=by)


@transaction.atomic
def end_post(*, post: Post, ended_on: dt.date, by: Any) -> bool:
    """Set the last day of a post; return whether it changed anything. The account follows."""
    if post.person.user_id == by.pk:
        raise Refused(_("自己的任职请由另一位同志登记。"))
    if ended_on < post.started_on:
        raise Refused(_("最后一天早于任职起（%(day)s）。") % {"day": date_words(post.started_on)})
    running = Post.objects.filter(Q(ended_on=None) | Q(ended_on__gt=ended_on), pk=post.pk)
    if not running.update(ended_on=ended_on):
        return False
    settle_accounts(on=today(), people=[post.person_id], by=by)
    path = post.organization.path or ""
    record(Action.ACCOUNT, by=by, target=post, path=path, what="end-post", role=post.role, on=str(ended_on))
    return True


@transaction.atomic
def oversee(*, leader: Person, organization: Organization, started_on: dt.date, by: Any) -> Oversight:
    """Let a leader oversee an organisation from a day on; Refused if that is so already."""
    held = Oversight.objects.filter(leader=leader, organization=organization)
    if held.filter(Q(ended_on=None) | Q(ended_on__gte=started_on)).exists():
        raise Refused(_("%(name)s已经分管%(place)s，没有重复。") % {"name": leader.name, "place": organization})
    made = Oversight.objects.create(leader=leader, organization=organization, started_on=started_on)
    record(Action.ACCOUNT, by=by, target=made, path=organization.path or "", what="oversee", on=str(started_on))
    return made


@transaction.atomic
def end_oversight(*, oversight: Oversight, ended_on: dt.date, by: Any) -> bool:
    """Set the last day of a 分管; return whether it changed anything."""
    if ended_on < oversight.started_on:
        raise Refused(_("最后一天早于分管起（%(day)s）。") % {"day": date_words(oversight.started_on)})
    running = Oversight.objects.filter(Q(ended_on=None) | Q(ended_on__gt=ended_on), pk=oversight.pk)
    if not running.update(ended_on=ended_on):
        return False
    path = (oversight.organization.path or "") if oversight.organization else ""
    record(Action.ACCOUNT, by=by, target=oversight, path=path, what="end-oversight", on=str(ended_on))
    return True
