"""Pairings among the canaries: each sealed word says whose pairing it is."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from hardship.models import Case, Contact, Helper, Pairing
from members.models import Person
from tests.cast import School
from tests.pairing.making import contacted, paired

ENDED_ON = dt.date(2026, 11, 23)


def speak_of_pairings(school: School, cases: Iterable[Case], helpers: list[Person]) -> dict[int, Pairing]:
    """Let people of the ledger be helped by people from elsewhere, and put a sign into every sealed word.

    Where the case is over, the pairing ended with it; one of each two contacts was withdrawn.
    """
    clerk = school.user("clerk")
    for n, case in enumerate(cases):
        helper = helpers[n % len(helpers)]
        if case.pairings.exists() or helper.pk == case.person_id or not case.recognised_on:
            continue
        one = paired(case, helper, clerk)
        contacted(one, clerk)
        contacted(one, clerk, withdrawn_at=timezone.now(), withdrawn_by=clerk)
        if not case.is_open:
            ended = {"ended_on": ENDED_ON, "ended_by": clerk, "outcome": "other"}
            Pairing.objects.filter(pk=one.pk).update(**ended)
            one.helpers.update(to_on=ENDED_ON)
    rows = Pairing.objects.select_related("case__person").prefetch_related("helpers").order_by("pk")
    pairings = dict(enumerate(rows))
    for n, one in pairings.items():
        sign(one, f"援语{n:04d}")
    return pairings


def sign(one: Pairing, words: str) -> None:
    """Write the sign wherever somebody's own words stand."""
    Pairing.objects.filter(pk=one.pk).update(need=words, measures=words, ended_why=words if one.ended_on else "")
    Helper.objects.filter(pairing=one).update(task=words)
    Contact.objects.filter(pairing=one).update(done=words)
    Contact.objects.filter(pairing=one, withdrawn_at__isnull=False).update(withdrawn_why=words)
