"""结对帮扶台账 in the office's columns. Need, measures, tasks and what was done stand in no workbook."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from carehub.sheets.writing import Column
from hardship.models import Contact, Helper, Pairing
from hardship.pairing.pages import responsible_words
from hardship.places import placed, units_of


def month_columns() -> list[Column]:
    return [
        Column(_("序号"), 6, "number", "center"),
        Column(_("党组织"), 34),
        Column(_("姓名"), 12, align="center"),
        Column(_("帮扶人"), 28),
        Column(_("帮扶责任人"), 26),
        Column(_("结对日期"), 16, "date"),
        Column(_("计划止"), 16, "date"),
        Column(_("当月联系次数"), 14, "number", "center"),
        Column(_("最近联系"), 16, "date"),
        Column(_("成效"), 14, align="center"),
        Column(_("解除日期"), 16, "date"),
    ]


def month_pairings(path: str, first: dt.date, until: dt.date) -> list[Pairing]:
    """Return what ran in a month up to a day at or below the place where its person counted, official order.

    Over with its own end, the end of the case, a death or leaving. Two queries.
    """
    ran = Q(started_on__lte=until)
    for over in ("ended_on", "case__closed_on", "case__person__died_on", "case__person__left_party_on"):
        ran &= Q(**{over: None}) | Q(**{f"{over}__gte": first})
    found = placed(Pairing.objects.filter(ran), "case__person", first, until, path).with_names()
    rows = list(found.select_related("responsible__organization"))
    units = units_of(rows)
    for one in rows:
        one.unit = units[one.stay]
    return sorted(rows, key=lambda one: (one.unit.code, one.person.pinyin, one.pk))


def month_rows(pairings: list[Any], first: dt.date, until: dt.date) -> list[list[Any]]:
    """Return the lines of 结对帮扶台账 as of a day: who helps, how often they met in the month. Two queries."""
    helpers, met = _helpers(pairings, first, until), _met(pairings, first, until)
    return [
        [
            n,
            str(one.unit),
            one.person.name,
            "、".join(helpers[one.pk]),
            responsible_words(one.responsible, until) or one.responsible.person.name,
            one.started_on,
            one.planned_end_on,
            *met.get(one.pk, (0, None)),
            *_end(one, until),
        ]
        for n, one in enumerate(pairings, 1)
    ]


def _end(one: Pairing, until: dt.date) -> tuple[str, dt.date | None]:
    """Return what came of it and when it ended, as it was known on a day."""
    if one.ended_on is None or one.ended_on > until:
        return _("帮扶中"), None
    return str(one.get_outcome_display()), one.ended_on


def _helpers(pairings: Iterable[Pairing], first: dt.date, until: dt.date) -> dict[int, list[str]]:
    """Return who helped in the month."""
    served = Q(to_on=None) | Q(to_on__gte=first)
    rows = Helper.objects.filter(served, pairing__in=[one.pk for one in pairings], from_on__lte=until)
    found = defaultdict(list)
    for helper in rows.with_names().defer("task"):
        found[helper.pairing_id].append(helper.person.name)
    return found


def _met(pairings: Iterable[Pairing], first: dt.date, until: dt.date) -> dict[int, tuple[int, dt.date]]:
    """Return how often somebody was in touch in the month, and when last."""
    rows = Contact.objects.standing().filter(pairing__in=[one.pk for one in pairings], on__lte=until)
    counted = rows.order_by().values("pairing").annotate(n=Count("pk", filter=Q(on__gte=first)), last=Max("on"))
    return {row["pairing"]: (row["n"], row["last"]) for row in counted}
