"""Where somebody counted in a span of days: a workbook of a month says what was, whoever moved since."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Subquery

from carehub.access.paths import below
from members.models import Affiliation, Organization


def placed(rows: Any, person: str, first: dt.date, last: dt.date, path: str) -> Any:
    """Return the rows whose person counted at or below a path when he last did so in a span, each with that `stay`."""
    stays = Affiliation.objects.touching(first, last).filter(person=OuterRef(person)).order_by("-started_on", "-pk")
    here = Affiliation.objects.filter(below(path, "branch__path")).values("pk")
    return rows.annotate(stay=Subquery(stays.values("pk")[:1])).filter(stay__in=here)


def units_of(rows: Iterable[Any]) -> dict[int, Organization]:
    """Return the organisation of each stay, in one query."""
    numbers = {row.stay for row in rows}
    stays = Affiliation.objects.filter(pk__in=numbers).select_related("branch")
    return {stay.pk: stay.branch for stay in stays}
