"""The verbs of sharing one file and of taking a grant back."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from members.models import Organization, OrganizationGrant, Person, PersonGrant
from members.models.grant import LONGEST_DAYS


class Refused(Exception):
    """Something may not be done; the words say why and what to do."""


def check_span(first: dt.date, last: dt.date, on: dt.date) -> None:
    """Refuse days that have passed, stand the wrong way round, or lie further apart than a year."""
    if first < on:
        raise Refused(_("开始日期已经过了。请选今天或以后的日期。"))
    if last < first:
        raise Refused(_("结束日期早于开始日期。请核对。"))
    if (last - first).days >= LONGEST_DAYS:
        raise Refused(_("最长一年。到期还需要，请再办一次。"))


def share_file(
    *, person: Person, to: Any, reason: str, started_on: dt.date, ended_on: dt.date, once_key: uuid.UUID, by: Any,
    on: dt.date,
) -> PersonGrant:  # fmt: skip
    """Open one person's file to one account until a day; Refused for the own file, oneself, a closed account."""
    check_span(started_on, ended_on, on)
    if to.pk == by.pk or person.user_id == by.pk:
        raise Refused(_("自己不能给自己授权，自己的档案也请由另一位负责人授权。"))
    if person.user_id == to.pk:
        raise Refused(_("本人本来就看得到自己的档案，不用授权。"))
    if not to.is_active or getattr(to, "person", None) is None:
        raise Refused(_("这个账号已停用，或没有对应的人员。请换一位。"))
    terms = {"reason": reason, "started_on": started_on, "ended_on": ended_on, "granted_by": by, "once_key": once_key}
    try:
        with transaction.atomic():
            grant: PersonGrant = PersonGrant.objects.assign_dated(PersonGrant.CODENAME, to, person, **terms)
            record(
                Action.ACCOUNT, by=by, target=person, path=person.path, what="share file", to=to.pk,
                until=str(ended_on),
            )  # fmt: skip
    except IntegrityError:
        if known := PersonGrant.objects.filter(once_key=once_key, granted_by=by).first():
            return known
        raise Refused(_("从这一天起已经授权过这位同志看这份档案，没有重复。")) from None
    return grant


@transaction.atomic
def withdraw_grant(*, grant: OrganizationGrant | PersonGrant, by: Any, on: dt.date) -> bool:
    """Take a grant back from this moment; return whether it stood until now. Nobody prolongs, only ends."""
    standing = type(grant).objects.standing(on).filter(pk=grant.pk)
    if not standing.update(withdrawn_by=by, withdrawn_at=timezone.now()):
        return False
    thing: Organization | Person = grant.content_object
    path = thing.path or ""
    record(Action.ACCOUNT, by=by, target=thing, path=path, what="end grant", of=grant.user_id)
    return True


def withdraw_grants_of(person: Person, *, by: Any, on: dt.date) -> int:
    """End whatever an account still holds by grant: its owner is gone."""
    ended = 0
    for model in (OrganizationGrant, PersonGrant):
        held = model.objects.standing(on).filter(user=person.user_id)
        ended += held.update(withdrawn_by=by, withdrawn_at=timezone.now())
    return ended
