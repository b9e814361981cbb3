"""The ledger that a branch already keeps: one row is one talk, however many people were there (roster.md)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Facts
from carehub.calendar import today
from carehub.sheets.words import squeezed, tidy_name
from members.identity import identity_of
from members.importing.base import NEW, REJECTED, UNCHANGED, Column, Entry, Importer, Row, register
from members.importing.lookup import People
from members.importing.person_row import digits_lost
from members.models import Affiliation, Organization, Person, Post
from talks.actions import form_for
from talks.models import Participation, Talk
from talks.offices import OfficeBook
from talks.reasons import Reason, reasons_read
from talks.text import keeps_text

FORMS = {"个别": Talk.Form.SINGLE, "单独": Talk.Form.SINGLE, "一对一": Talk.Form.SINGLE, "集体": Talk.Form.COLLECTIVE}
CHANNELS = {
    "当面": Talk.Channel.IN_PERSON,
    "电话": Talk.Channel.PHONE,
    "视频": Talk.Channel.VIDEO,
    "线上": Talk.Channel.VIDEO,
}
BETWEEN = str.maketrans(dict.fromkeys(";；,，/", "、"))
ID_FAULTS = {
    "id-length": gettext_lazy("身份证号应为 18 位（或 15 位），也可以填工号或学号。"),
    "id-checksum": gettext_lazy("身份证号校验位不符。请对照证件。"),
    "id-birth-invalid": gettext_lazy("身份证号里的出生日期不存在。请对照证件。"),
}
UNKNOWN = gettext_lazy("系统里没有这个人，或不在您的范围内。请先导入名册。")
LIKE_AN_ID = 14  # staff and student numbers are shorter
BATCH = 500
FILLED_IN = ("held_on", "form", "channel", "reasons", "place", "line", "entered_on")
Triple = tuple[int, int, dt.date]


@dataclass
class Read:
    """One row as far as it could be understood."""

    row: Row
    held_on: dt.date | None = None
    entered_on: dt.date | None = None
    talker: Person | None = None
    people: list[Person] | None = None

    def triples(self) -> list[Triple]:
        """Return (talker, person, day) of everybody present: what makes a talk the same talk."""
        if self.talker is None or self.held_on is None:
            return []
        return [(self.talker.pk, person.pk, self.held_on) for person in self.people or []]


@register
class TalkImporter(Importer):
    kind = "talks"
    title = gettext_lazy("谈心谈话台账")
    columns = (
        Column("held_on", "谈话日期", ("谈话时间", "日期"), required=True, sample="2026-03-12"),
        Column("talker", "谈话人", ("谈话人姓名",), required=True, sample="林晓岚"),
        Column(
            "talker_id",
            "谈话人身份证号",
            ("谈话人公民身份号码", "谈话人证件号码", "谈话人工号"),
            required=True,
            sensitive=True,
        ),
        Column(
            "people",
            "谈话对象",
            ("谈话对象姓名", "被谈话人", "被谈话人姓名"),
            required=True,
            hint="多人用、分开",
        ),
        Column(
            "people_id",
            "谈话对象身份证号",
            ("谈话对象公民身份号码", "谈话对象证件号码", "被谈话人身份证号", "谈话对象工号"),
            required=True,
            sensitive=True,
            hint="多人用;分开，与姓名同序",
        ),
        Column("form", "谈话形式", ("形式",), sample="个别"),
        Column("channel", "谈话方式", ("方式",), sample="当面"),
        Column("reasons", "谈话事由", ("谈话类型", "事由"), sample="年度谈话"),
        Column("place", "地点", ("谈话地点",)),
        Column("line", "内容摘要", ("谈话内容", "谈话内容摘要", "摘要"), sensitive=True),
        Column("entered_on", "录入日期", ("录入时间", "登记日期"), hint="空着即为今天"),
        Column("pending", "待填", hint="没谈的整行不用动", in_template=False),
    )

    def read(self, rows: list[Row]) -> list[Entry]:
        """Judge every row in a fixed number of queries."""
        untouched = {row.number for row in rows if is_untouched(row)}
        filled = [row for row in rows if row.number not in untouched]
        known = self._people_named(filled)
        read = [self._read(row, known) for row in filled]
        done = self._already_recorded(read)
        talkers = {one.talker.pk for one in read if one.talker}
        book = OfficeBook(talkers, talkers | {person.pk for one in read for person in one.people or []})
        units = {unit.path: unit for unit in Organization.objects.all()}
        entries = {one.row.number: self._entry(one, done, book, units) for one in read}
        return [entries.get(row.number) or Entry(row, UNCHANGED, row.text("people")) for row in rows]

    def write(self, entries: list[Entry]) -> None:
        """Add the talks. Nobody but their talkers reads what the file says of their content."""
        drafts = [(entry, Talk(**entry.payload["talk"])) for entry in entries if entry.status == NEW]
        Talk.objects.bulk_create((talk for _entry, talk in drafts), batch_size=BATCH)
        present = [
            Participation(talk=talk, person_id=person) for entry, talk in drafts for person in entry.payload["people"]
        ]
        Participation.objects.bulk_create(present, batch_size=BATCH)
        for entry, talk in drafts:
            entry.payload["talk_id"] = talk.pk
        self.before = {"talks": [talk.pk for _entry, talk in drafts]}

    @cached_property
    def keeps_text(self) -> bool:
        return keeps_text(self.on)

    def _people_named(self, rows: Iterable[Row]) -> People:
        words = {part for row in rows for key in ("talker_id", "people_id") for part in parts_of(row, key)}
        on = today()
        ids = {identity_of(word, on).number for word in words}
        return People(ids, words, self._people_in_reach())

    def _people_in_reach(self) -> "QuerySet[Person] | None":
        """Return the people of the uploader's organisations, former ones among them; None for no limit."""
        if self.reach.everything:
            return None
        within = self.reach.q(path="organization__path", person="pk", occupation="")
        mine = OuterRef("pk")
        belonged = Exists(Affiliation.objects.filter(within, person=mine))
        held = Exists(Post.objects.filter(within, person=mine))
        return Person.objects.filter(Q(belonged) | Q(held))

    def _read(self, row: Row, known: People) -> Read:
        read = Read(row, held_on=self._held_on(row))
        talkers = self._named(row, "talker", known)
        if talkers and len(talkers) > 1:
            row.error("talker", "person-mismatch", _("谈话人只能是一位。请拆成几行。"))
        read.talker = talkers[0] if talkers and len(talkers) == 1 else None
        read.people = self._named(row, "people", known)
        if read.talker and read.people and read.talker in read.people:
            row.error("people", "talk-self", _("谈话人不能和自己谈。请从谈话对象里去掉本人。"))
        entered = row.date("entered_on", whole=True)
        read.entered_on = entered.on if entered else self.on
        if read.held_on and (read.entered_on < read.held_on or read.entered_on > self.on) and read.held_on <= self.on:
            row.error("entered_on", "date-order", _("录入日期应在谈话日期当天或以后，且不晚于导入当天。"))
        return read

    def _held_on(self, row: Row) -> dt.date | None:
        held = row.date("held_on", whole=True)
        if held is None:
            if not row.rejected:
                row.error("held_on", "date-invalid", _("没有填谈话日期。请写成 2026-03-12。"))
            return None
        if held.on > self.on:
            row.error("held_on", "talk-future", _("谈话日期晚于导入当天。谈过之后再登记。"))
        return held.on

    def _named(self, row: Row, key: str, known: People) -> list[Person] | None:
        """Return the people of a name cell and its ID cell, in order; None with the reason told if one is not clear."""
        names, numbers = [tidy_name(name) for name in parts_of(row, key)], parts_of(row, f"{key}_id")
        if not names:
            row.error(key, "name-missing", _("没有填姓名。"))
        if not numbers:
            row.error(f"{key}_id", "id-missing", _("没有填身份证号，认不准是谁。也可以填工号或学号。"))
        if not names or not numbers:
            return None
        if digits_lost(row.raw(f"{key}_id"), row.text(f"{key}_id")):
            row.error(f"{key}_id", "id-digits-lost", _("身份证号被存成了数字，末几位已丢失。请把该列设为文本后重填。"))
            return None
        if len(names) != len(numbers):
            row.error(key, "person-mismatch", _("姓名和身份证号的个数不同。请一一对应，顺序相同。"))
            return None
        found = [self._person(row, key, name, number, known) for name, number in zip(names, numbers, strict=True)]
        return None if None in found else list(dict.fromkeys(person for person in found if person))

    def _person(self, row: Row, key: str, name: str, number: str, known: People) -> Person | None:
        person = known.find(number)
        if person is None:
            faults = identity_of(number, self.on).faults if len(number) >= LIKE_AN_ID else ()
            code = faults[0] if faults else "person-unknown"
            row.error(f"{key}_id", code, str(ID_FAULTS.get(code, UNKNOWN)))
            return None
        if squeezed(person.name) != squeezed(name):
            row.error(key, "person-mismatch", _("这个身份证号是另一位同志的。请核对姓名和号码。"))
            return None
        return person

    def _already_recorded(self, read: list[Read]) -> set[Triple]:
        """Return the (talker, person, day) on record already. A withdrawn talk too: it does not come back by a file."""
        asked = {triple for one in read for triple in one.triples()}
        days = {day for _talker, _person, day in asked}
        if not days:
            return set()
        rows = Participation.objects.filter(talk__held_on__range=(min(days), max(days)))
        talkers = {talker for talker, _person, _day in asked}
        found = rows.filter(talk__talker__in=talkers).values_list("talk__talker", "person", "talk__held_on")
        return asked & set(found.iterator())

    def _entry(self, read: Read, done: set[Triple], book: OfficeBook, units: dict[str | None, Organization]) -> Entry:
        """Return what will happen with a row; the people of one that is taken count as recorded for the rows below."""
        row = read.row
        if row.rejected or not read.talker or not read.people or not read.held_on:
            return Entry(row, REJECTED, row.text("people"))
        fresh = [p for p in read.people if (read.talker.pk, p.pk, read.held_on) not in done]
        if len(fresh) < len(read.people):
            again = "、".join(person.name for person in read.people if person not in fresh)
            row.warn("people", "talk-duplicate", _("%(names)s这一天的谈话已有记录，已略过。") % {"names": again})
        if not fresh:
            return Entry(row, UNCHANGED, row.text("people"))
        unit, title = self._unit(read.talker, fresh, read.held_on, book, units)
        if unit is None or not self.reach.covers(Facts(path=unit.path or "")):
            row.error("talker_id", "person-unknown", _("谈话人那天不在您的范围内任职。"))
            return Entry(row, REJECTED, row.text("people"))
        done.update(read.triples())
        payload = {"talk": self._values(read, len(fresh), unit, title), "people": [person.pk for person in fresh]}
        return Entry(row, NEW, "、".join(person.name for person in fresh), str(unit), payload=payload)

    def _unit(
        self, talker: Person, people: list[Person], on: dt.date, book: OfficeBook, units: dict[str | None, Organization]
    ) -> tuple[Organization | None, str]:
        """Return where the talk belongs: the office of that day, as when it is logged; else the home."""
        office = book.choose(talker.pk, [person.pk for person in people], on)
        office = office or next(iter(book.offices_on(talker.pk, on)), None)
        if office:
            return units.get(office.path), office.title
        return units.get(book.home_on(talker.pk, on)) or units.get(talker.path), ""

    def _values(self, read: Read, present: int, unit: Organization, title: str) -> dict[str, Any]:
        row = read.row
        return {
            "held_on": read.held_on,
            "entered_on": read.entered_on,
            "talker_id": read.talker.pk if read.talker else None,
            "talker_title": title,
            "organization_id": unit.pk,
            "path": unit.path,
            "form": form_for(self._choice(row, "form", FORMS, Talk.Form.SINGLE), present),
            "channel": self._choice(row, "channel", CHANNELS, Talk.Channel.IN_PERSON),
            "reasons": self._reasons(row),
            "place": row.text("place")[:100],
            "line": row.text("line") if self.keeps_text else "",
        }

    def _choice(self, row: Row, key: str, words: dict[str, Any], otherwise: str) -> str:
        text = row.text(key)
        found = next((value for word, value in words.items() if word in text), None)
        if text and found is None:
            row.warn(key, "label-unmatched", _("没有这种写法，已按“%(word)s”记。") % {"word": words_of(otherwise)})
        return str(found or otherwise)

    def _reasons(self, row: Row) -> list[str]:
        reasons = reasons_read(row.text("reasons"))
        if Reason.OTHER in reasons and "其他" not in row.text("reasons"):
            row.warn("reasons", "label-unmatched", _("没有这种事由，已按“其他”记。"))
        return reasons


def is_untouched(row: Row) -> bool:
    """Return whether a row of the sheet to fill in (sheet_to_fill.py) is as it was sent: nothing was held."""
    return bool(row.text("pending")) and not any(row.text(key) for key in FILLED_IN)


def words_of(value: str) -> str:
    return str({**dict(Talk.Form.choices), **dict(Talk.Channel.choices)}[value])


def parts_of(row: Row, key: str) -> list[str]:
    """Return the names or numbers of a cell, however the ledger parts them."""
    return [part.strip() for part in row.text(key).translate(BETWEEN).split("、") if part.strip()]
