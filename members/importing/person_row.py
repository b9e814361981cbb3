"""One row of the roster: what it says about a person, checked and mended. Nothing here asks the database."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from carehub.calendar import DAY, Precision, last_possible_day
from carehub.sealing import keyed_hash
from carehub.sheets.words import squeezed, tidy_name
from members.identity import Identity, identity_of
from members.importing import labels
from members.importing.base import Row
from members.importing.dates import Known
from members.models import Organization, Person
from members.rules import NO_PROBATION

EXACT_DIGITS = 15  # more digits than a number cell can keep
LONGEST_NAME = 60
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"(?:\(?0\d{2,3}\)?-?)?[2-9]\d{6,7}(?:-\d{1,5})?")
MONTHS = re.compile(r"[+-]?\d{1,4}")
CATEGORY_WORDS = _("人员类别应为正式党员、预备党员、发展对象、入党积极分子或入党申请人。")
WIDTHS = {"ethnicity": 20, "education": 40, "position": 100, "floating_to": 100}


@dataclass(slots=True)
class Wanted:
    """What a row says: `fields` stand in the file, `defaults` follow from the ID number and fill what is unknown."""

    row: Row
    name: str = ""
    identity: Identity | None = None
    organization: Organization | None = None
    since_on: dt.date | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, Known] = field(default_factory=dict)  # born, joined, confirmed
    defaults: dict[str, Any] = field(default_factory=dict)
    _id_hash: str = ""

    @property
    def id_hash(self) -> str:
        """Return the keyed hash by which the ID number is looked for, worked out once; empty without one."""
        if not self._id_hash and self.id_number:
            self._id_hash = keyed_hash(self.id_number)
        return self._id_hash

    @property
    def id_number(self) -> str:
        """Return the ID number if it is one."""
        return self.identity.number if self.identity and not self.identity.faults else ""

    def known(self, name: str) -> Known | None:
        """Return a date that the row tells, with its precision."""
        return self.dates.get(name)

    @property
    def born(self) -> Known | None:
        by_id = self.defaults.get("born_on")
        return self.known("born") or (Known(by_id) if by_id else None)


def read_person(row: Row, on: dt.date) -> Wanted:
    """Return what a row says about a person; findings are added to the row."""
    wanted = Wanted(row)
    read_name(wanted)
    read_identity(wanted, on)
    read_labels(wanted)
    read_dates(wanted, on)
    read_contact(wanted)
    read_standing(wanted, on)
    check_against_id(wanted)
    check_order(wanted, on)
    return wanted


def read_name(wanted: Wanted) -> None:
    name = tidy_name(wanted.row.text("name"))
    if not name or len(name) > LONGEST_NAME:
        wanted.row.error("name", "name-missing", _("没有填姓名。请补上，或删去这一行。"))
    wanted.name = wanted.fields["name"] = name[:LONGEST_NAME]


def read_identity(wanted: Wanted, on: dt.date) -> None:
    """Read the ID number; one that was kept as a number has lost its end and is never repaired."""
    row, value = wanted.row, wanted.row.raw("id_number")
    text = row.text("id_number").replace(" ", "")
    if not text:
        row.error("id_number", "id-missing", _("没有填身份证号。请补上，或删去这一行。"))
        return
    if digits_lost(value, text):
        row.error(
            "id_number", "id-digits-lost", _("身份证号被存成了数字，末尾几位已丢失。请把单元格设为文本后重新录入。")
        )
        return
    wanted.identity = identity_of(text, on)
    for code in wanted.identity.faults:
        row.error("id_number", code, ID_WORDS[code])
    if wanted.identity.faults:
        return
    if wanted.identity.upgraded:
        row.warn("id_number", "id-upgraded", _("15 位身份证号已换成 18 位，请核对。"))
    wanted.defaults |= {"sex": wanted.identity.sex, "born_on": wanted.identity.born_on}


ID_WORDS = {
    "id-length": _("身份证号应为 18 位（旧证 15 位），只有末位可以是 X。请对照证件改正。"),
    "id-checksum": _("身份证号校验位不符，有一位录错了。请对照证件改正。"),
    "id-birth-invalid": _("身份证号里的出生日期不存在。请对照证件改正。"),
}


def digits_lost(value: Any, text: str) -> bool:
    """Return whether a number (or its 5.13E+17) stands where text had to be."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return abs(value) >= 10**EXACT_DIGITS
    return bool(SCIENTIFIC.fullmatch(text))


def read_labels(wanted: Wanted) -> None:
    """Read sex, ethnicity, education, category and work post by their labels."""
    row = wanted.row
    if text := row.text("category"):
        category = labels.label_in(labels.CATEGORIES, text)
        if category is None:
            row.error("category", "category-unknown", CATEGORY_WORDS)
        else:
            wanted.fields["category"] = category
    if (text := row.text("sex")) and (sex := matched(row, "sex", labels.SEXES, text)):
        wanted.fields["sex"] = sex
    for key, table in (("ethnicity", labels.ETHNICITIES), ("education", labels.EDUCATIONS)):
        if text := row.text(key):
            wanted.fields[key] = (matched(row, key, table, text) or text)[: WIDTHS[key]]
    if text := row.text("position"):
        wanted.fields["position"] = text[: WIDTHS["position"]]
        if occupation := matched(row, "position", labels.OCCUPATIONS, text):
            wanted.fields["occupation"] = occupation


def matched(row: Row, key: str, table: dict[str, str], text: str) -> str | None:
    """Return the label's value; says label-unmatched where there is none."""
    value = labels.label_in(table, text)
    if value is None:
        row.warn(key, "label-unmatched", _("没有对上标准名称，按原文保存。"))
    return value


def read_dates(wanted: Wanted, on: dt.date) -> None:
    for name in ("born", "joined", "confirmed"):
        if known := wanted.row.date(f"{name}_on"):
            wanted.dates[name] = known
    if since := wanted.row.date("since_on"):
        wanted.since_on = since.on
        if since.on > on:
            wanted.row.error("since_on", "date-order", _("转入日期晚于导入当天。请核对。"))


def read_contact(wanted: Wanted) -> None:
    row = wanted.row
    if row.text("phone"):
        phone = phone_of(row.raw("phone"), row.text("phone"))
        if phone:
            wanted.fields["phone"] = phone
        else:
            row.warn("phone", "phone-unreadable", _("不像电话号码，没有采用。"))
    if text := row.text("address"):
        wanted.fields["address"] = text
    if text := row.text("number").replace(" ", ""):
        if len(text) > 32 or digits_lost(row.raw("number"), text):
            row.error("number", "person-mismatch", _("工号或学号无法识别。请把单元格设为文本后重新录入。"))
        else:
            wanted.fields["number"] = text


def phone_of(value: Any, text: str) -> str:
    """Return the numbers of a cell, several joined by 、; empty if one of them is no phone number."""
    if isinstance(value, float) and digits_lost(value, text):
        return ""
    if MOBILE.fullmatch(text):
        return text
    parts = [re.sub(r"[\s]", "", part) for part in re.split(r"[、,;/|]|\s{2,}|(?<=\d{11})\s", text)]
    numbers = [re.sub(r"^\+?86-?(?=1\d{10}$)", "", part) for part in parts if part]
    numbers = [re.sub(r"-", "", part) if MOBILE.fullmatch(part.replace("-", "")) else part for part in numbers]
    good = numbers and all(MOBILE.fullmatch(part) or LANDLINE.fullmatch(part) for part in numbers)
    return "、".join(numbers) if good else ""


def read_standing(wanted: Wanted, on: dt.date) -> None:
    """Read 党籍状态, 失联, 流动 and 党龄校正值."""
    row, fields = wanted.row, wanted.fields
    if (text := row.text("standing")) and (state := matched(row, "standing", labels.STANDINGS, text)):
        fields["suspended"] = state == "suspended"
    lost = labels.label_in(labels.YES_NO, row.text("lost"))
    since = row.date("lost_contact_on")
    if lost == "yes" or (lost is None and since):
        fields["lost_contact_on"] = since.on if since and since.on <= on else None
    fields["lost"] = True if "lost_contact_on" in fields else (False if lost == "no" else None)
    if floating := labels.label_in(labels.YES_NO, row.text("floating")):
        fields["is_floating"] = floating == "yes"
    if (text := row.text("floating_to")) and fields.get("is_floating") is not False:
        fields["floating_to"] = text[: WIDTHS["floating_to"]]
    if MONTHS.fullmatch(text := squeezed(row.text("correction"))):
        fields["standing_correction_months"] = int(text)


def check_against_id(wanted: Wanted) -> None:
    """Say where the file and the ID number disagree: lawful, the personnel archive decides."""
    row, by_id, born = wanted.row, wanted.defaults, wanted.known("born")
    if by_id.get("sex") and wanted.fields.get("sex", by_id["sex"]) != by_id["sex"]:
        row.warn("sex", "id-sex-mismatch", _("与身份证号里的性别不同，按表里的保存。"))
    if not born or not by_id.get("born_on"):
        return
    if not born.on <= by_id["born_on"] <= last_possible_day(*born.fields):
        row.warn("born_on", "id-birth-mismatch", _("与身份证号里的出生日期不同，以人事档案为准，按表里的保存。"))


def check_order(wanted: Wanted, on: dt.date) -> None:
    """Check birth, joining and confirmation against one another and the day of import, in favour of what is vague."""
    row = wanted.row
    born, joined, confirmed = wanted.born, wanted.known("joined"), wanted.known("confirmed")
    future = False
    for key, known in (("born_on", wanted.known("born")), ("joined_on", joined), ("confirmed_on", confirmed)):
        if known and known.on > on:
            row.error(key, "date-order", _("日期晚于导入当天。请核对。"))
            future = True
    if future:
        return
    if joined and confirmed and last_possible_day(*confirmed.fields) < joined.on:
        row.error("confirmed_on", "date-order", _("转正日期早于入党日期。请核对。"))
    if not born or not joined:
        return
    if last_possible_day(*joined.fields) < born.on:
        row.error("joined_on", "date-order", _("入党日期早于出生日期。请核对。"))
    elif last_possible_day(*joined.fields) < years_after(born.on, 18):
        row.warn("joined_on", "joined-under-18", _("入党时不满 18 周岁，请核对。"))


def years_after(day: dt.date, years: int) -> dt.date:
    """Return the anniversary; of 29 February, 1 March in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=2, day=28) + DAY


@dataclass(frozen=True, slots=True)
class Admission:
    """How somebody came into the Party: the category, the day of joining, whether they are confirmed."""

    category: str
    joined: Known | None
    is_confirmed: bool


def admission_of(person: Person) -> Admission:
    """Return how somebody whom the system knows came into the Party."""
    day, precision = person.joined_on, person.joined_precision or Precision.DAY
    return Admission(person.category, Known(day, precision) if day else None, person.confirmed_on is not None)


def admission_in(wanted: Wanted, on: dt.date) -> Admission:
    """Return how somebody new came into the Party, as the row tells it."""
    joined, confirmed = wanted.known("joined"), wanted.known("confirmed")
    category = wanted.fields.get("category") or category_of(joined, confirmed, on)
    return Admission(category, joined, confirmed is not None)


def category_of(joined: Known | None, confirmed: Known | None, on: dt.date) -> str:
    """Return the category where the file says none: on probation within a year of joining, else a full member."""
    fresh = joined and not confirmed and on < years_after(joined.on, 1)
    return str(Person.Category.PROBATIONARY if fresh else Person.Category.FULL)


def check_admission(row: Row, known: Admission, on: dt.date) -> None:
    """Say what is missing for the 党龄, with what the file and the system know together."""
    if known.is_confirmed:
        return
    joined, category = known.joined, known.category
    begun = last_possible_day(*joined.fields) if joined else None
    if category == Person.Category.PROBATIONARY and begun and years_after(begun, 1) < on:
        row.warn("confirmed_on", "probation-overdue", _("预备期已满一年，没有转正日期。请核对是否转正或延长。"))
    if category == Person.Category.FULL and not (joined and NO_PROBATION[0] <= joined.on <= NO_PROBATION[1]):
        row.warn("confirmed_on", "confirmed-missing", _("没有转正日期，党龄待核实。"))
