"""The roster as a workbook, in the order of the Party members' information system (domain.md, 3.1)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import Viewer
from carehub.calendar import Precision, date_words
from carehub.masking import masked_id_for_export, masked_phone
from carehub.sheets.writing import Column, Ledger
from members.models import Person
from members.models.person import PersonQuerySet

COLUMNS = (
    Column(_("序号"), 6, "number"),
    Column(_("姓名"), 12),
    Column(_("性别"), 6),
    Column(_("民族"), 10),
    Column(_("工号或学号"), 14, "id"),
    Column(_("公民身份号码"), 22, "id"),
    Column(_("人员类别"), 12),
    Column(_("人员类型"), 10),
    Column(_("所在党组织"), 34),
    Column(_("入党日期"), 16, "date"),
    Column(_("转正日期"), 16, "date"),
    Column(_("手机号码"), 14, "id"),
    Column(_("备注"), 18),
)


def roster_ledger(people: PersonQuerySet, viewer: Viewer, *, on: dt.date, scope: str, full_for: str = "") -> Ledger:
    """Return the ledger of these people: ID numbers 6+4, phones 3+4, and only where the screen shows them, too.

    With `full_for`, the words of a purpose, the numbers stand in full and the sheet says what for.
    """
    masked = _("公民身份号码和手机号码已遮盖。")
    full = _("含完整号码，仅用于：%(purpose)s。用毕删除，不得转发。") % {"purpose": full_for}
    about = {"name": viewer.name, "day": date_words(on), "scope": scope, "numbers": full if full_for else masked}
    return Ledger(
        name=_("党员名册"),
        title=_("党员和联系对象名册"),
        unit=scope,
        on=on,
        note=_("%(name)s %(day)s导出。范围：%(scope)s。%(numbers)s") % about,
        columns=COLUMNS,
        rows=rows_of(people, viewer, full=bool(full_for)),
        frozen_columns=2,
        empty=_("没有符合条件的人员。"),
    )


def rows_of(people: PersonQuerySet, viewer: Viewer, *, full: bool = False) -> Iterator[tuple[Any, ...]]:
    codes = ("r",) if full else ("m", "r", "v")
    identities, contacts = viewer.reach("identity", *codes), viewer.reach("contact", *codes)
    hide_id, hide_phone = (str, str) if full else (masked_id_for_export, masked_phone)
    for number, person in enumerate(people.select_related("organization").iterator(chunk_size=500), 1):
        facts = person.access_facts()
        yield (
            number,
            person.name,
            person.get_sex_display(),
            person.ethnicity,
            person.number or "",
            hide_id(person.id_number) if identities.covers(facts) else "",
            person.get_category_display(),
            person.get_occupation_display(),
            str(person.organization or ""),
            known(person.joined_on, person.joined_precision),
            known(person.confirmed_on, person.confirmed_precision),
            hide_phone(person.phone) if person.phone and contacts.covers(facts) else "",
            "、".join(marks_of(person)),
        )


def known(day: dt.date | None, precision: str) -> dt.date | str:
    """Return a date for the sheet: a real one if the day is known, else the words of what is known."""
    return day if day is not None and precision == Precision.DAY else date_words(day, precision)


def marks_of(person: Person) -> list[str]:
    """Return what deserves notice: 待核实, 失去联系, 流动, 停止党籍, 已离开."""
    marks = {
        _("待核实"): person.verify_since_on,
        _("失去联系"): person.lost_contact_on,
        _("流动党员"): person.is_floating,
        _("停止党籍"): person.suspended_on,
    }
    return [*(word for word, holds in marks.items() if holds), *filter(None, [person.gone_words])]
