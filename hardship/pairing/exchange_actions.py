"""The verbs of 组织结对共建 and 党员志愿者行动."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.approvals.actions import Overtaken, Refused
from carehub.audit.models import Action
from carehub.audit.trail import record
from hardship.models import Activity, Exchange, Volunteer, VolunteerAction
from members.models import Organization

NAMED = ("organization", "partner", "partner_name", "agreed_on", "together")


def open_exchange(*, said: dict[str, Any], once_key: uuid.UUID, by: Any) -> Exchange:
    """Let two organisations begin together, once per key."""
    if known := Exchange.objects.filter(once_key=once_key, entered_by=by).first():
        return known
    try:
        with transaction.atomic():
            made = Exchange.objects.create(
                responsible=said["in_charge"], entered_by=by, once_key=once_key, **{name: said[name] for name in NAMED}
            )  # fmt: skip
            path = made.organization.path or ""
            record(Action.CHANGE, by=by, target=made, path=path, what="open-exchange")
    except IntegrityError:
        raise Refused(_("这两个党组织已经结对。")) from None
    return made


@transaction.atomic
def log_activity(*, exchange: Exchange, said: dict[str, Any], once_key: uuid.UUID, by: Any) -> Activity:
    """Write down what was done together, once per key."""
    if known := Activity.objects.filter(once_key=once_key, exchange=exchange).first():
        return known
    if not Exchange.objects.running().filter(pk=exchange.pk).update(version=F("version")):
        raise Refused(_("这项共建已经结束。"))
    made = Activity.objects.create(
        exchange=exchange, on=said["on"], what=said["what"], people=said["headcount"], entered_by=by, once_key=once_key
    )
    record(Action.CHANGE, by=by, target=made, path=exchange.organization.path or "", what="log-activity")
    return made


@transaction.atomic
def end_exchange(*, exchange: Exchange, seen: int, ended_on: dt.date, why: str, by: Any) -> None:
    """End what two organisations do together."""
    standing = Exchange.objects.running().filter(pk=exchange.pk, version=seen)
    if not standing.update(ended_on=ended_on, ended_by=by, ended_why=why, version=F("version") + 1):
        raise Overtaken
    record(Action.CHANGE, by=by, target=exchange, path=exchange.organization.path or "", what="end-exchange")


@transaction.atomic
def log_action(
    *, organization: Organization, said: dict[str, Any], once_key: uuid.UUID, by: Any
) -> VolunteerAction:  # fmt: skip
    """Write down what volunteers did, once per key."""
    if known := VolunteerAction.objects.filter(once_key=once_key, entered_by=by).first():
        return known
    made = VolunteerAction.objects.create(
        organization=organization, on=said["on"], what=said["what"], beneficiaries=said["beneficiaries"],
        hours=said["hours"], entered_by=by, once_key=once_key,
    )  # fmt: skip
    Volunteer.objects.bulk_create(Volunteer(action=made, person=person) for person in said["people"])
    record(Action.CHANGE, by=by, target=made, path=organization.path or "", what="log-action")
    return made


@transaction.atomic
def take_back(row: Activity | VolunteerAction, *, why: str, path: str, what: str, by: Any) -> None:
    """Take back what was written down by mistake, with the reason; it stays in the archive."""
    standing = type(row)._default_manager.filter(pk=row.pk, withdrawn_at=None)
    if not standing.update(withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_why=why):
        raise Overtaken
    record(Action.CHANGE, by=by, target=row, path=path, what=what)
