"""How a pairing ends: by its own deed, or together with the case, in the same transaction."""

import datetime as dt
from typing import Any

from django.db.models import DateField, F, Value
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.reminders.actions import tell
from hardship.models import Case, Helper, Pairing


def end_rows(pairings: list[Pairing], *, day: dt.date, outcome: str, why: str, by: Any, on: dt.date) -> int:
    """End what still runs of these, and the service of their helpers; return how many ended now."""
    done = 0
    for one in pairings:
        last = max(day, one.started_on)
        values = {"ended_on": last, "ended_by": by, "outcome": outcome, "ended_why": why, "version": F("version") + 1}
        if Pairing.objects.filter(pk=one.pk, ended_on=None).update(**values):
            done += 1
            _release(one, last, by, on)
    return done


def _release(one: Pairing, last: dt.date, by: Any, on: dt.date) -> None:
    serving = Helper.objects.filter(pairing=one.pk, to_on=None)
    accounts = set(serving.exclude(person__user=None).values_list("person__user", flat=True))
    serving.update(to_on=Greatest(F("from_on"), Value(last, output_field=DateField())))
    record(Action.CHANGE, by=by, target=one, path=one.path, what="end-pairing", on=str(last))
    # A helper cannot open it any more; whose it was, the message does not say.
    tell(
        accounts=accounts,
        key=f"pairing-over:{one.pk}",
        title=_("您的一项结对帮扶已结束"),
        path=reverse("pairing:list"),
        on=on,
        by=by,
    )
    if one.person.user_id and one.person.died_on is None:
        title, path = _("您的结对帮扶已结束，请看说明"), one.get_absolute_url()
        tell(accounts=[one.person.user_id], key=f"pairing-ended:{one.pk}", title=title, path=path, on=on, by=by)


def end_with_case(*, case: Case, outcome: str, by: Any, on: dt.date) -> int:
    """End what runs for a case that was just closed. Call it inside the transaction of the closing."""
    over = outcome == Case.Outcome.OVERCOME
    rows = Pairing.objects.filter(case=case.pk, ended_on=None).select_related("case__person__organization")
    return end_rows(
        list(rows), day=on, outcome=Pairing.Outcome.OVERCOME if over else Pairing.Outcome.OTHER,
        why=_("困难登记已结束"), by=by, on=on,
    )  # fmt: skip
