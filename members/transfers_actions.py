"""The verbs of 组织关系转接: send somebody, take over, decline, take back."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import Viewer, viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import date_words, today
from carehub.reminders.actions import tell
from members.actions import affiliate, leave, open_affiliation
from members.grants_actions import Refused
from members.keepers import keepers_of
from members.models import Affiliation, Organization, Person, Transfer

State = Transfer.State


class AlreadyDone(Exception):
    """Somebody else decided or took it back first."""


def ask_transfer(
    *,
    person: Person,
    target: Organization | None,
    outside: str,
    on: dt.date,
    note: str,
    once_key: uuid.UUID,
    by: Any,
) -> Transfer:
    """Send somebody to another branch, or out of the school; who has to take over is told."""
    if known := Transfer.objects.filter(once_key=once_key, asked_by=by).first():
        return known
    origin = check(person, target, on)
    try:
        with transaction.atomic():
            made = Transfer.objects.create(
                person=person, origin=origin, target=target, outside=outside, on=on, note=note, asked_by=by,
                once_key=once_key,
            )  # fmt: skip
            record(Action.CHANGE, by=by, target=made, path=origin.path or "", what="ask-transfer", on=str(on))
            title = _("%(name)s转到%(place)s，请办理") % {"name": person.name, "place": made.destination}
            key, path = f"transfer:{made.pk}", made.get_absolute_url()
            tell(accounts=deciders_of(made), key=key, title=title, path=path, on=today(), by=by)
    except IntegrityError:
        raise Refused(_("%(name)s已有一次转接在办。请先办完或撤回。") % {"name": person.name}) from None
    return made


def check(person: Person, target: Organization | None, on: dt.date) -> Organization:
    """Return the organisation that is left; Refused for days and places that cannot be."""
    stay = person.affiliations.filter(ended_on=None).order_by("-started_on").select_related("organization").first()
    if person.organization is None or stay is None:
        raise Refused(_("%(name)s不在本校党组织。") % {"name": person.name})
    if on > today():
        raise Refused(_("这一天还没有到。请到那一天再办。"))
    if (on <= stay.started_on and target) or on < stay.started_on:
        day = {"day": date_words(stay.started_on), "place": stay.organization}
        raise Refused(_("转接日期要晚于编入%(place)s的日期（%(day)s）。") % day)
    if target == person.organization:
        raise Refused(_("本来就在这个党组织。请选另一个。"))
    place: Organization = person.organization
    return place


def deciders_of(one: Transfer) -> set[int]:
    """Return the accounts that can take over: the other side's, for a way out of the school the department's too."""
    if one.target:
        found = keepers_of(one.target.path or "", without=one.person)
    else:
        school, own = keepers_of("/", without=one.person), keepers_of(one.origin.path or "", without=one.person)
        found = own if one.asked_by_id in school else school
    return found - {one.asked_by_id}


def may_decide(one: Transfer, viewer: Viewer, user: Any) -> bool:
    """Return whether somebody may take over or decline: keeps the other side's roster and did not ask for it."""
    reach = viewer.reach("person", "e")
    if one.state != State.OPEN or one.asked_by_id == user.pk:
        return False
    if one.target:
        return reach.covers(one.target.access_facts())
    by_department = viewer_of(one.asked_by).reach("person", "e").everything
    return reach.covers(one.origin.access_facts()) if by_department else reach.everything


@transaction.atomic
def accept_transfer(*, one: Transfer, by: Any) -> None:
    """Take over: the affiliation moves, or ends with the school. AlreadyDone if somebody was first."""
    _take(one, State.ACCEPTED, by)
    person = Person.objects.select_for_update(of=("self",)).select_related("organization").get(pk=one.person_id)
    if person.organization_id != one.origin_id or not open_affiliation(person, one.on):
        raise Refused(_("这位同志已经不在%(place)s，这次转接作废。请提出的一方撤回。") % {"place": one.origin})
    if one.target:
        affiliate(person=person, organization=one.target, on=one.on, by=by)
    else:
        leave(person=person, on=one.on, ending=Affiliation.Ending.LEFT_SCHOOL, by=by)
    _answer(one, by, _("%(name)s已转到%(place)s"), what="accept-transfer")
    if one.target and person.user_id:
        title = _("您的组织关系已转到%(place)s") % {"place": one.destination}
        tell(accounts=[person.user_id], key=f"transferred:{one.pk}", title=title, path="/mine/", on=today(), by=by)


@transaction.atomic
def decline_transfer(*, one: Transfer, answer: str, by: Any) -> None:
    """Send it back with a reason; nobody moves."""
    if not answer.strip():
        raise Refused(_("请用一句话写明为什么不接收。"))
    _take(one, State.DECLINED, by, answer=answer)
    _answer(one, by, _("%(name)s转到%(place)s没有被接收，请看原因"), what="decline-transfer")


def _take(one: Transfer, state: str, by: Any, **values: Any) -> None:
    values |= {"state": state, "decided_by": by, "decided_at": timezone.now()}
    if not Transfer.objects.open().filter(pk=one.pk).update(**values):
        raise AlreadyDone


def _answer(one: Transfer, by: Any, words: str, *, what: str) -> None:
    record(Action.CHANGE, by=by, target=one, path=one.origin.path or "", what=what)
    title = words % {"name": one.person.name, "place": one.destination}
    key, path = f"transfer-answer:{one.pk}", one.get_absolute_url()
    tell(accounts=[one.asked_by_id], key=key, title=title, path=path, on=today(), by=by)


def may_withdraw(one: Transfer, viewer: Viewer, user: Any) -> bool:
    """Return whether somebody may take it back: who asked, or keeps the roster from which the person is sent."""
    keeps = viewer.reach("person", "e").covers(one.origin.access_facts())
    return one.state == State.OPEN and (keeps or one.asked_by_id == user.pk)


@transaction.atomic
def withdraw_transfer(*, one: Transfer, by: Any) -> bool:
    """Take the request back; return whether it was still open."""
    if not may_withdraw(one, viewer_of(by), by):
        return False
    done = Transfer.objects.open().filter(pk=one.pk).update(state=State.WITHDRAWN)
    if done:
        record(Action.CHANGE, by=by, target=one, path=one.origin.path or "", what="withdraw-transfer")
    return bool(done)
