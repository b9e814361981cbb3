"""The ledger as a workbook, in the field's own order (domain.md, 2.3), without what is told in words."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Viewer
from carehub.calendar import date_words
from carehub.masking import masked_id_for_export
from carehub.sheets.writing import Column, Ledger
from hardship.models import Case
from hardship.models.case import CaseQuerySet

COLUMNS = (
    Column(gettext_lazy("序号"), 6, "number"),
    Column(gettext_lazy("姓名"), 12),
    Column(gettext_lazy("公民身份号码"), 22, "id"),
    Column(gettext_lazy("所在党组织"), 30),
    Column(gettext_lazy("困难类型"), 20),
    Column(gettext_lazy("困难程度"), 12),
    Column(gettext_lazy("困难原因"), 12),
    Column(gettext_lazy("家庭人口"), 10, "number"),
    Column(gettext_lazy("家庭人均月收入（元）"), 14, "money"),
    Column(gettext_lazy("收入日期"), 16, "date"),
    Column(gettext_lazy("最低生活保障"), 10, align="center"),
    Column(gettext_lazy("优抚抚恤补助"), 10, align="center"),
    Column(gettext_lazy("帮扶起"), 16, "date"),
    Column(gettext_lazy("帮扶止"), 16, "date"),
    Column(gettext_lazy("认定日期"), 16, "date"),
    Column(gettext_lazy("备注"), 14),
)


def hardship_ledger(cases: CaseQuerySet, viewer: Viewer, *, on: dt.date, scope: str) -> Ledger:
    """Return the ledger of these cases: ID numbers 6+4, no word of health, family or what happened."""
    note = _(
        "%(name)s %(day)s导出。范围：%(scope)s。公民身份号码已遮盖，不含病情、家庭和具体情况。用毕删除，不得转发。"
    )
    return Ledger(
        name=_("困难党员台账"),
        title=_("困难党员台账"),
        unit=scope,
        on=on,
        note=note % {"name": viewer.name, "day": date_words(on), "scope": scope},
        columns=COLUMNS,
        rows=rows_of(cases, viewer),
        frozen_columns=2,
        empty=_("没有符合条件的困难党员。"),
    )


def rows_of(cases: CaseQuerySet, viewer: Viewer) -> Iterator[tuple[Any, ...]]:
    identities = viewer.reach("identity", "m", "r", "v")
    unread = ("cause_words", "health", "income_source", "family", "allowances", "closed_why")
    rows = cases.select_related("application", "person__organization").defer(
        *unread, "person__phone", "person__address"
    )
    for number, case in enumerate(rows.iterator(chunk_size=500), 1):
        person = case.person
        yield (
            number,
            person.name,
            masked_id_for_export(person.id_number) if identities.covers(person.access_facts()) else "",
            str(person.organization or ""),
            case.category_words,
            case.get_degree_display(),
            case.get_cause_display(),
            case.household,
            sum_of(case),
            case.income_on,
            yes(case.has_allowance),
            yes(case.has_preference),
            case.help_from_on,
            case.help_to_on,
            case.recognised_on,
            str(case.get_outcome_display()) or person.gone_words,
        )


def yes(value: bool | None) -> str:
    return _("是") if value else ""


def sum_of(case: Case) -> Decimal | str:
    """Return the income as a number where it is one."""
    try:
        return Decimal(case.income)
    except InvalidOperation:
        return case.income
