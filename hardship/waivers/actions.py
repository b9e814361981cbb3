"""The verbs of a waiver: apply, amend, decide a step, prepare the minutes, end it before its time.

What is approved is what was shown: the engine compares the digest of the text, and any change of it makes a new one.
"""

import datetime as dt
import hashlib
import json
import uuid
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.approvals.actions import NO_GROUND, Ground, Refused, decide, submit
from carehub.approvals.chain import Place
from carehub.approvals.hands import hands_on
from carehub.approvals.machine import Deed, State, Verb
from carehub.approvals.models import Application, Preparation
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.reminders.actions import tell
from hardship.models import Receipt, Waiver, WaiverMonth
from hardship.models.waiver import months_of
from hardship.waivers.chain import WAIVERS
from members.hands import places_above
from members.models import Person

TEXT = ("kind", "dues", "income", "standard", "new_amount", "first_month", "last_month", "cause", "reason")


def digest_of(values: dict[str, Any]) -> str:
    """Return the digest of what is applied for: any change of it is another text."""
    plain = [_plain(values.get(name)) for name in TEXT]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value or "")


def _form_of(said: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of what a form said."""
    values = {name: said[name] for name in TEXT}
    values["income"] = f"{said['income']:.2f}" if said.get("income") is not None else ""
    values["reason"] = said["reason"].strip()
    return values


def apply_for_waiver(
    *, person: Person, said: dict[str, Any], once_key: uuid.UUID, by: Any, on: dt.date, renews: Waiver | None = None
) -> Waiver:
    """Apply for oneself, or put down a signed paper of somebody else; the receipt is given at once."""
    sent = Waiver.objects.filter(application__once_key=once_key, application__author=by)
    if known := sent.first():
        return known
    try:
        with transaction.atomic():
            return _applied(person, said, once_key, by, on, renews)
    except Refused:
        if known := sent.first():  # the same form, sent twice at the same moment
            return known
        raise


def _applied(
    person: Person, said: dict[str, Any], once_key: uuid.UUID, by: Any, on: dt.date, renews: Waiver | None
) -> Waiver:
    place, places, values = person.organization, _way_of(person), _form_of(said)
    if place is None:
        raise Refused(_("现在不在本校党支部，不能申请。请先办组织关系。"))
    path = place.path or ""
    application = submit(
        chain=WAIVERS, applicant_id=person.pk, path=path, places=places, form_hash=digest_of(values),
        once_key=once_key, by=by, on=on,
    )  # fmt: skip
    waiver = Waiver.objects.create(
        application=application, person=person, organization=place, path=path, renews=renews,
        consent_on=said.get("signed_on") or on, is_paper=by.pk != person.user_id, receipt_year=on.year,
        receipt_number=next_receipt(on.year), **values,
    )  # fmt: skip
    tell_next(waiver, by, on)
    return waiver


def _way_of(person: Person) -> dict[str, Place]:
    """Return who decides about a person's dues; Refused for who pays none here."""
    places = places_above(person)
    if "branch" not in places:
        raise Refused(_("现在不在本校党支部，不能申请。请先办组织关系。"))
    if person.category not in Person.MEMBER_CATEGORIES or person.died_on or person.left_party_on:
        raise Refused(_("只有党员、预备党员交纳党费，可以申请减免。"))
    return places


def next_receipt(year: int) -> int:
    """Return the next number of the year; call it in the transaction of the receipt, whose row lock orders them."""
    Receipt.objects.get_or_create(year=year)
    Receipt.objects.filter(year=year).update(last=F("last") + 1)
    return Receipt.objects.values_list("last", flat=True).get(year=year)


@transaction.atomic
def amend(*, waiver: Waiver, seen: int, said: dict[str, Any], by: Any, on: dt.date) -> None:
    """Change the text: of one that was returned, which goes again from the first step, or before anybody decided."""
    one = waiver.application
    if one.state == State.RUNNING and (one.decisions.exclude(verb__in=[Verb.SUBMIT, Verb.SKIP, Verb.AMEND]).exists()):
        raise Refused(_("已经有一级办过，不能再改。请等退回，或撤回后重新申请。"))
    verb = Verb.AGAIN if one.state == State.RETURNED else Verb.AMEND
    values = _form_of(said)
    Preparation.objects.filter(application=one).delete()
    decide(application=one, seen=seen, deed=Deed(verb), chain=WAIVERS, by=by, on=on, form_hash=digest_of(values))
    Waiver.objects.filter(pk=waiver.pk).update(revision=F("revision") + 1, **values)
    if verb == Verb.AGAIN:
        tell_next(waiver, by, on)


@transaction.atomic
def take_step(*, waiver: Waiver, seen: int, deed: Deed, ground: Ground = NO_GROUND, by: Any, on: dt.date) -> None:
    """Decide, return, hand over or take back; approval by the last step lets the months begin."""
    one = decide(application=waiver.application, seen=seen, deed=deed, chain=WAIVERS, by=by, on=on, ground=ground)
    follow(waiver, one, by, on)


def follow(waiver: Waiver, one: Application, by: Any, on: dt.date) -> None:
    """Do what follows from a decision: the months of an approved waiver, and a word to who has to know."""
    if one.state == State.APPROVED:
        hold(waiver)
    tell_next(waiver, by, on)


def hold(waiver: Waiver) -> None:
    """Write down the months; Refused where another waiver of the person holds one of them."""
    rows = [
        WaiverMonth(waiver=waiver, person_id=waiver.person_id, month=month)
        for month in months_of(waiver.first_month, waiver.last_month)
    ]
    try:
        with transaction.atomic():
            WaiverMonth.objects.bulk_create(rows)
    except IntegrityError:
        raise Refused(_("%s在这些月份里已经有减免，不能重叠。请退回本人改期限。") % waiver.person.name) from None


def usual_months(on: dt.date) -> tuple[dt.date, dt.date]:
    """Return for which months people apply: the rest of the year, from November on the year to come."""
    if on.month >= 11:
        return dt.date(on.year + 1, 1, 1), dt.date(on.year + 1, 12, 1)
    return on.replace(day=1), dt.date(on.year, 12, 1)


def values_of(waiver: Waiver) -> dict[str, Any]:
    """Return what a request says, as its form shows it."""
    return {name: getattr(waiver, name) for name in TEXT} | {"consent": True}


def renewal_of(waiver: Waiver, on: dt.date) -> dict[str, Any]:
    """Return the same request for the year that follows: nothing is typed twice, and the consent is given anew."""
    following = waiver.last_month.year * 12 + waiver.last_month.month
    first = max(dt.date(following // 12, following % 12 + 1, 1), on.replace(day=1))
    end = first.year * 12 + first.month - 1 + min(waiver.months, 12) - 1
    months = {"first_month": first, "last_month": dt.date(end // 12, end % 12 + 1, 1)}
    return values_of(waiver) | months | {"consent": False}


ANSWERS = {
    State.APPROVED: gettext_lazy("您的党费减免申请已批准"),
    State.DECLINED: gettext_lazy("您的党费减免申请没有批准，请看原因"),
    State.RETURNED: gettext_lazy("您的党费减免申请退回补正，请看原因"),
}


def tell_next(waiver: Waiver, by: Any, on: dt.date) -> None:
    """Tell who has it now, or the applicant and the officer who put it down; never a word of the ground."""
    one, path = waiver.application, waiver.get_absolute_url()
    told: dict[str, Any] = {"key": f"waiver:{waiver.pk}:{one.version}", "path": path, "on": on, "by": by}
    if one.state == State.RUNNING:
        title = _("%(name)s的党费减免申请等您办") % {"name": waiver.person.name}
        tell(accounts=hands_on(one, WAIVERS, on).accounts, title=title, **told)
    elif answer := ANSWERS.get(State(one.state)):
        own = {waiver.person.user_id} if waiver.person.user_id else set()
        tell(accounts=own, title=str(answer), **told)
        words = _("%(name)s的党费减免申请：%(state)s") % {"name": waiver.person.name, "state": one.get_state_display()}
        tell(accounts={one.author_id} - own, title=words, **told)


@transaction.atomic
def revoke(*, waiver: Waiver, from_month: dt.date, why: str, by: Any, on: dt.date) -> bool:
    """End a waiver before its time because the hardship is over; return whether it still held then."""
    dropped, _by_model = WaiverMonth.objects.filter(waiver=waiver, month__gte=from_month).delete()
    if not dropped:
        return False
    Waiver.objects.filter(pk=waiver.pk).update(revoked_month=from_month, revoked_on=on, revoked_by=by, revoked_why=why)
    record(Action.CHANGE, by=by, target=waiver, path=waiver.path, what="revoke-waiver", on=str(from_month))
    if waiver.person.user_id:
        title = _("您的党费减免从%(year)s年%(month)s月起停止") % {"year": from_month.year, "month": from_month.month}
        key, path = f"waiver-revoked:{waiver.pk}:{from_month}", waiver.get_absolute_url()
        tell(accounts=[waiver.person.user_id], key=key, title=title, path=path, on=on, by=by)
    return True
