"""党费减免台账 in the office's columns. The cause, the income and what is due stand in no workbook."""

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from carehub.access.paths import below
from carehub.approvals.machine import Verb
from carehub.approvals.models import Decision
from carehub.calendar import Precision, date_words
from carehub.sheets.writing import Column
from hardship.models import Waiver, WaiverMonth
from hardship.waivers.chain import WAIVERS


def waiver_columns() -> list[Column]:
    return [
        Column(_("序号"), 6, "number", "center"),
        Column(_("党组织"), 34),
        Column(_("姓名"), 12, align="center"),
        Column(_("减免"), 8, align="center"),
        Column(_("每月交（元）"), 12, "money"),
        Column(_("从"), 14, align="center"),
        Column(_("到"), 14, align="center"),
        Column(_("批准会议"), 24),
        Column(_("批准文号"), 22, align="center"),
        Column(_("批准日期"), 16, "date"),
        Column(_("备注"), 14, align="center"),
    ]


def waiver_rows(path: str, month: dt.date, until: dt.date) -> list[list[Any]]:
    """Return the waivers that hold in a month below an organisation, official order, as decided by a day: one query."""
    held = WaiverMonth.objects.filter(month=month).filter(below(path, "waiver__path"))
    passed = Decision.objects.filter(application=OuterRef("application"), step=WAIVERS.steps[-1].code, verb=Verb.PASS)
    latest = passed.order_by("-number")
    rows = (
        Waiver.objects.filter(pk__in=held.values("waiver"), application__closed_on__lte=until)
        .with_names()
        .annotate(meeting=Subquery(latest.values("meeting")[:1]), document=Subquery(latest.values("document")[:1]))
        .order_by("organization__code", "person__pinyin", "pk")
    )
    return [[n, *_row(one)] for n, one in enumerate(rows, 1)]


def _row(one: Any) -> list[Any]:
    last = one.ends_on
    return [
        one.organization.name,
        one.person.name,
        str(one.get_kind_display()),
        one.new_amount,
        date_words(one.first_month, Precision.MONTH),
        date_words(last, Precision.MONTH),
        one.meeting or "",
        one.document or "",
        one.application.closed_on,
        _("续办") if one.renews_id else "",
    ]
