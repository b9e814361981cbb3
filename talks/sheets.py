"""The talk ledger as a sheet: one row per person who was there, never a word of what was said (domain.md, 2.1)."""

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from carehub.access.paths import below
from carehub.masking import masked_id_for_export
from carehub.sheets.writing import Column
from members.models import Affiliation, Person
from talks.models import Participation, Talk
from talks.reasons import reason_words


def talk_columns() -> list[Column]:
    """Return the columns in the order of the office's record form (domain.md, 2.1)."""
    return [
        Column(_("序号"), 6, "number", "center"),
        Column(_("党组织"), 24),
        Column(_("谈话时间"), 16, "date"),
        Column(_("谈话人"), 9, align="center"),
        Column(_("谈话人职务"), 12, align="center"),
        Column(_("谈话对象"), 10, align="center"),
        Column(_("身份"), 10, align="center"),
        Column(_("所在支部"), 24),
        Column(_("公民身份号码"), 20, "id"),
        Column(_("形式"), 6, align="center"),
        Column(_("方式"), 6, align="center"),
        Column(_("地点"), 12),
        Column(_("谈话类型"), 14),
        Column(_("录入日期"), 16, "date"),
    ]


def talk_rows(path: str, first: dt.date, last: dt.date) -> list[list[Any]]:
    """Return the rows in official order, then by day; a collective talk has one number and a row for each person."""
    numbers: dict[int, int] = {}
    rows = []
    read = _read(path, first, last)
    for talk, ledger, held_on, form, channel, reasons, talker, title, place, entered_on, *person in read:
        number = numbers.setdefault(talk, len(numbers) + 1)
        who = [talker, title, *described(path, *person)]
        how = [str(Talk.Form(form).label), str(Talk.Channel(channel).label), place]
        rows.append([number, ledger, held_on, *who, *how, reason_words(reasons, full=False), entered_on])
    return rows


def described(path: str, name: str, home: str, category: str, own_path: str, id_number: str) -> list[str]:
    """Return who was talked with; of a person who has left this part of the school since, the name and branch only."""
    if not own_path.startswith(path):
        return [name, "", home, ""]
    return [name, str(Person.Category(category).label), home, masked_id_for_export(id_number)]


def _read(path: str, first: dt.date, last: dt.date) -> Any:
    that_day: Any = OuterRef("talk__held_on")
    home = Affiliation.objects.in_force(that_day).filter(person=OuterRef("person"))
    present = Participation.objects.filter(
        below(path, "talk__path"), attended=True, talk__withdrawn_at=None, talk__held_on__range=(first, last)
    )
    ordered = present.annotate(home=Subquery(home.values("branch__name")[:1])).order_by(
        "talk__organization__code", "talk__held_on", "talk__pk", "person__pinyin", "person__pk"
    )
    return ordered.values_list(
        "talk__pk",
        "talk__organization__name",
        "talk__held_on",
        "talk__form",
        "talk__channel",
        "talk__reasons",
        "talk__talker__name",
        "talk__talker_title",
        "talk__place",
        "talk__entered_on",
        "person__name",
        "home",
        "person__category",
        "person__path",
        "person__id_number",
    ).iterator(chunk_size=1000)
