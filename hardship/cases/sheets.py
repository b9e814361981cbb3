"""The ledger as a workbook, in the field's own order (domain.md, 2.3), without what is told in words."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Reach, Viewer
from carehub.calendar import date_words
from carehub.masking import masked_id_for_export
from carehub.sheets.writing import Column, Ledger
from hardship.models import Case
from hardship.models.case import SEALED, CaseQuerySet
from hardship.places import placed, units_of

COLUMNS = (
    Column(gettext_lazy("序号"), 6, "number", "center"),
    Column(gettext_lazy("姓名"), 12, align="center"),
    Column(gettext_lazy("公民身份号码"), 22, "id"),
    Column(gettext_lazy("所在党组织"), 30),
    Column(gettext_lazy("困难类型"), 26),
    Column(gettext_lazy("困难程度"), 12, align="center"),
    Column(gettext_lazy("困难原因"), 12, align="center"),
    Column(gettext_lazy("家庭人口"), 10, "number", "center"),
    Column(gettext_lazy("家庭人均月收入（元）"), 14, "money"),
    Column(gettext_lazy("收入日期"), 16, "date"),
    Column(gettext_lazy("最低生活保障"), 14, align="center"),
    Column(gettext_lazy("优抚抚恤补助"), 14, align="center"),
    Column(gettext_lazy("帮扶起"), 16, "date"),
    Column(gettext_lazy("帮扶止"), 16, "date"),
    Column(gettext_lazy("认定日期"), 16, "date"),
    Column(gettext_lazy("备注"), 14),
)


INCOME = 8  # where the income and its day stand
UNREAD = tuple(name for name in SEALED if name != "income")


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
    rows = cases.select_related("application", "person__organization").defer(
        *UNREAD, "person__phone", "person__address"
    )
    for number, case in enumerate(rows.iterator(chunk_size=500), 1):
        place, note = str(case.person.organization or ""), str(case.get_outcome_display()) or case.person.gone_words
        yield (
            *_who(number, case, place, identities), sum_of(case), case.income_on, *_help(case), case.recognised_on,
            note,
        )  # fmt: skip


def _who(number: int, case: Case, place: str, identities: Reach) -> tuple[Any, ...]:
    """Return whose hardship it is, where, and of what kind; the ID number as far as this viewer is shown it."""
    person = case.person
    return (
        number,
        person.name,
        masked_id_for_export(person.id_number) if identities.covers(person.access_facts()) else "",
        place,
        case.category_words,
        case.get_degree_display(),
        case.get_cause_display(),
        case.household,
    )


def _help(case: Case) -> tuple[Any, ...]:
    return yes(case.has_allowance), yes(case.has_preference), case.help_from_on, case.help_to_on


def month_columns() -> list[Column]:
    """Return the columns of the month's workbook: those of the export without the income."""
    return [*COLUMNS[:INCOME], *COLUMNS[INCOME + 2 :]]


def month_cases(path: str, on: dt.date) -> list[Case]:
    """Return who counted as 困难党员 on a day at or below a place of that day, official order. Two queries."""
    stood = Q(closed_on=None) | Q(closed_on__gt=on)
    for gone in ("person__died_on", "person__left_party_on"):
        stood &= Q(**{gone: None}) | Q(**{f"{gone}__gt": on})
    found = placed(Case.objects.filter(stood, recognised_on__lte=on), "person", on, on, path)
    rows = list(found.select_related("person").defer(*SEALED, "person__phone", "person__address"))
    units = units_of(rows)
    for case in rows:
        case.unit = units[case.stay]
    return sorted(rows, key=lambda case: (case.unit.code, case.person.pinyin, case.pk))


def month_rows(cases: Iterable[Any], viewer: Viewer) -> list[list[Any]]:
    """Return the lines of 困难党员台账 in the month's workbook: kind and degree, no sealed word, no income."""
    identities, again = viewer.reach("identity", "m", "r", "v"), _("再次登记")
    return [
        [*_who(n, case, str(case.unit), identities), *_help(case), case.recognised_on, again if case.reopens_id else ""]
        for n, case in enumerate(cases, 1)
    ]


def yes(value: bool | None) -> str:
    return _("是") if value else ""


def sum_of(case: Case) -> Decimal | str:
    """Return the income as a number where it is one."""
    try:
        return Decimal(case.income)
    except InvalidOperation:
        return case.income
