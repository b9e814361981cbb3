"""The verbs of a pairing: begin, change, add or replace a helper, write a contact down, put it right, end.

Whoever sees the message learns that something is his to do, never whose hardship it is.
"""

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
from carehub.calendar import DAY
from carehub.reminders.actions import tell
from hardship.models import Case, Contact, Helper, Pairing
from hardship.pairing.endings import end_rows
from members.models import Person

TEXT = ("need", "measures", "responsible", "planned_end_on", "review_on")
SAID = ("on", "how", "done", "given", "amount")


def open_pairing(
    *, case: Case, said: dict[str, Any], helper: Person, once_key: uuid.UUID, by: Any, on: dt.date
) -> Pairing:
    """Begin to help a recognised person in hardship, once per key, with the first helper."""
    if known := Pairing.objects.filter(once_key=once_key, case=case).first():
        return known
    check_helper(case.person, helper)
    try:
        with transaction.atomic():
            # Held until the commit: a case is closed before, or with the pairing in it.
            if not Case.objects.recognised().filter(pk=case.pk).update(is_open=True):
                raise Refused(_("这位同志不在困难台账里了，不能结对。"))
            values = {name: said[name] for name in TEXT}
            one = Pairing.objects.create(
                case=case, started_on=said["started_on"], entered_by=by, once_key=once_key, **values
            )  # fmt: skip
            record(Action.CHANGE, by=by, target=one, path=one.path, what="open-pairing")
            _serve(one, helper, said["task"], said["started_on"], once_key, by, on)
            _tell_person(one, by, on)
    except IntegrityError:
        raise Refused(_("这位同志已经是帮扶人，不用再结对。")) from None
    return one


def check_helper(helped: Person, helper: Person) -> None:
    """Refuse the person himself, and who has left."""
    if helper.pk == helped.pk:
        raise Refused(_("帮扶人不能是本人。"))
    if helper.organization_id is None:
        raise Refused(_("这位同志已不在本校，不能做帮扶人。"))


def _serve(
    one: Pairing, person: Person, task: str, from_on: dt.date, once_key: uuid.UUID, by: Any, on: dt.date
) -> Helper:
    helper = Helper.objects.create(
        pairing=one, case=one.case, helped=one.person, person=person, task=task, from_on=from_on, once_key=once_key
    )
    record(Action.CHANGE, by=by, target=helper, path=one.path, what="add-helper")
    if person.user_id:
        key, title = f"pairing-helper:{helper.pk}", _("请您结对帮扶一位同志")
        tell(accounts=[person.user_id], key=key, title=title, path=one.get_absolute_url(), on=on, by=by)
    return helper


def _tell_person(one: Pairing, by: Any, on: dt.date) -> None:
    if one.person.user_id:
        key, title = f"pairing:{one.pk}", _("党组织安排了同志和您结对")
        tell(accounts=[one.person.user_id], key=key, title=title, path=one.get_absolute_url(), on=on, by=by)


def _take(one: Pairing, seen: int, **values: Any) -> None:
    """Change a running pairing if it still is as somebody saw it."""
    standing = Pairing.objects.filter(pk=one.pk, version=seen, ended_on=None)
    if not standing.update(version=F("version") + 1, **values):
        raise Overtaken


@transaction.atomic
def edit_pairing(*, pairing: Pairing, seen: int, said: dict[str, Any], by: Any) -> None:
    """Change need, measures, who is responsible, and the days ahead."""
    _take(pairing, seen, **{name: said[name] for name in TEXT})
    record(Action.CHANGE, by=by, target=pairing, path=pairing.path, what="edit-pairing")


def add_helper(
    *, pairing: Pairing, seen: int, person: Person, said: dict[str, Any], once_key: uuid.UUID, by: Any, on: dt.date
) -> Helper:
    """Let somebody else help, too, or instead of a helper, whose last day is the day before."""
    if known := Helper.objects.filter(once_key=once_key, pairing=pairing).first():
        return known
    check_helper(pairing.person, person)
    before: Helper | None = said.get("helper")
    try:
        with transaction.atomic():
            _take(pairing, seen)
            if before is not None:
                _stop(before, max(before.from_on, said["from_on"] - DAY), by)
            return _serve(pairing, person, said["task"], said["from_on"], once_key, by, on)
    except IntegrityError:
        raise Refused(_("这位同志已经是帮扶人。")) from None


@transaction.atomic
def end_helper(*, helper: Helper, seen: int, to_on: dt.date, by: Any) -> None:
    """End the service of one helper; the pairing goes on."""
    _take(helper.pairing, seen)
    _stop(helper, to_on, by)


def _stop(helper: Helper, to_on: dt.date, by: Any) -> None:
    if not Helper.objects.filter(pk=helper.pk, to_on=None).update(to_on=to_on):
        raise Overtaken
    record(Action.CHANGE, by=by, target=helper, path=helper.pairing.path, what="end-helper", on=str(to_on))


@transaction.atomic
def log_contact(
    *,
    pairing: Pairing,
    helper: Helper,
    said: dict[str, Any],
    once_key: uuid.UUID,
    by: Any,
    replaces: Contact | None = None,
) -> Contact:
    """Write a contact down, once per key, as long as the pairing runs."""
    if known := Contact.objects.filter(once_key=once_key, pairing=pairing).first():
        return known
    if not Pairing.objects.filter(pk=pairing.pk, ended_on=None).update(version=F("version")):
        raise Refused(_("这项结对已经结束，不能再记联系。"))
    made = Contact.objects.create(
        pairing=pairing, helper=helper, entered_by=by, once_key=once_key, replaces=replaces,
        **{name: said[name] for name in SAID},
    )  # fmt: skip
    what = "correct-contact" if replaces else "log-contact"
    record(Action.CHANGE, by=by, target=made, path=pairing.path, what=what, on=str(said["on"]))
    return made


@transaction.atomic
def correct_contact(
    *, contact: Contact, helper: Helper, said: dict[str, Any], why: str, once_key: uuid.UUID, by: Any
) -> Contact:
    """Put a contact right: the row with the mistake is withdrawn with the reason, another one takes its place."""
    if known := Contact.objects.filter(once_key=once_key, pairing=contact.pairing).first():
        return known
    _withdraw(contact, why, by)
    return log_contact(
        pairing=contact.pairing, helper=helper, said=said, once_key=once_key, by=by, replaces=contact
    )  # fmt: skip


@transaction.atomic
def withdraw_contact(*, contact: Contact, why: str, by: Any) -> None:
    """Take a contact back: it counts no more."""
    _withdraw(contact, why, by)
    record(Action.CHANGE, by=by, target=contact, path=contact.pairing.path, what="withdraw-contact")


def _withdraw(contact: Contact, why: str, by: Any) -> None:
    values = {"withdrawn_at": timezone.now(), "withdrawn_by": by, "withdrawn_why": why}
    if not Contact.objects.standing().filter(pk=contact.pk).update(**values):
        raise Overtaken


@transaction.atomic
def end_pairing(*, pairing: Pairing, seen: int, said: dict[str, Any], by: Any, on: dt.date) -> None:
    """End a pairing with what came of it; Overtaken if it is not as it was seen."""
    _take(pairing, seen)
    done = end_rows(
        [pairing], day=said["ended_on"], outcome=said["outcome"], why=said["why"], by=by, on=on
    )  # fmt: skip
    if not done:
        raise Overtaken
