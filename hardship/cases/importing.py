"""The hardship ledger that a branch keeps in Excel: one row is one person, and goes the way of a registration.

A file recognises nobody. Who is not in the ledger is registered and goes the three steps; what nobody has decided on
yet is mended by who wrote it; what a step has decided on stays as it is, and the clerk is told how to change it.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Refused
from carehub.approvals.machine import State
from carehub.calendar import today
from carehub.sheets.words import squeezed, tidy, tidy_name
from hardship.cases.actions import TEXT, amend, check_person, open_case, values_of
from hardship.cases.forms import CaseForm
from hardship.cases.import_row import COLUMNS, filled_in
from hardship.models import Case
from hardship.models.case import PERSON_SEALED
from hardship.steps import undecided_among
from members.hands import places_above
from members.identity import identity_of
from members.importing.base import CHANGED, NEW, REJECTED, UNCHANGED, Change, Entry, Importer, Row, register
from members.importing.lookup import People
from members.importing.person_row import digits_lost
from members.importing.remembering import chunks, plain
from members.models import Organization, Person

UNKNOWN = gettext_lazy("系统里没有这位同志，或不在您的范围内。请先导入名册，或请他所在的党支部登记。")
KEPT = "case-kept"  # the cell differs and changes nothing
LABELS = {column.key: column.label for column in COLUMNS}
SEALED = {column.key for column in COLUMNS if column.sealed}
CHOICES = {"degree": Case.Degree, "cause": Case.Cause}


@dataclass
class Read:
    """One row as far as it could be understood."""

    row: Row
    person: Person | None
    said: dict[str, Any] = field(default_factory=dict)  # the filled cells, as the form holds them


@dataclass(frozen=True)
class Known:
    """The open registrations of these people, and which of them nobody has decided on."""

    cases: dict[int, Case]
    undecided: set[int]


@register
class CaseImporter(Importer):
    kind = "hardship"
    title = gettext_lazy("困难党员台账")
    columns = COLUMNS
    right = ("hardship", "e")

    def read(self, rows: list[Row]) -> list[Entry]:
        """Judge every row in a fixed number of queries per 500 people."""
        named = self._people_named(rows)
        give_places(named.everybody)
        self.known, self.seen = registrations_of(named.everybody), set[int]()
        return [self._entry(Read(row, self._person(row, named), filled_in(row))) for row in rows]

    def write(self, entries: list[Entry]) -> None:
        """Register and mend as the pages do, each with its evidence, its trail and its message."""
        opened, amended, on = {}, {}, today()
        for entry in entries:
            if entry.status == NEW:
                case = open_case(**entry.payload, once_key=uuid.uuid4(), by=self.by, on=on)
                opened[case.pk] = case.application.version
            else:
                case, was = entry.payload["case"], plain(values_of(entry.payload["case"]))
                amend(case=case, seen=case.application.version, said=entry.payload["said"], by=self.by, on=on)
                amended[case.pk] = {"version": case.application.version, "was": was}
        self.before = plain({"opened": opened, "amended": amended})

    def _people_named(self, rows: list[Row]) -> People:
        words = {row.text("id_number") for row in rows}
        found = Person.objects.defer(*PERSON_SEALED)
        if not self.reach.everything:
            found = found.filter(self.reach.over_others().q(occupation=""))
        return People({identity_of(word, self.on).number for word in words}, words, found)

    def _person(self, row: Row, named: People) -> Person | None:
        """Return whose row it is; None with the reason told if that is not clear, or it cannot be his."""
        name, number = tidy_name(row.text("name")), row.text("id_number")
        if not name:
            row.error("name", "name-missing", _("没有填姓名。"))
        if why := unusable(row.raw("id_number"), number):
            row.error("id_number", *why)
        if row.rejected:
            return None
        person = named.find(number)
        if person is None:
            row.error("id_number", "person-unknown", str(UNKNOWN))
        elif squeezed(person.name) != squeezed(name):
            row.error("name", "person-mismatch", _("这个号码是另一位同志的。请核对姓名和号码。"))
        elif why_not := self._why_not(person):
            row.error("name", *why_not)
        return None if row.rejected else person

    def _why_not(self, person: Person) -> tuple[str, str] | None:
        """Return (code, sentence) of why this person is not registered by this file, None if he may be."""
        if person.pk in self.seen:
            return "person-twice", _("这位同志在表里出现了两次，只看第一次的那一行。请合并成一行。")
        self.seen.add(person.pk)
        if self.by is not None and person.pk == viewer_of(self.by).person_id:
            return "person-self", _("这是您本人。自己的困难请在“我的档案”里申请，不能由本人用表格登记。")
        return None if person.pk in self.known.cases else unfit(person)

    def _entry(self, one: Read) -> Entry:
        if one.person is None:
            return Entry(one.row, REJECTED, one.row.text("name"))
        case = self.known.cases.get(one.person.pk)
        if case is None:
            return self._new(one, one.person)
        why = self._why_kept(case)
        return self._kept(one, case, why) if why else self._mended(one, case)

    def _new(self, one: Read, person: Person) -> Entry:
        if not one.row.text("consent_on"):
            words = _("没有填本人同意登记的日期。先征得本人同意，写明哪天同意的，再登记。")
            one.row.error("consent_on", "consent-missing", words)
        form = self._judged(one, {})
        place = str(person.organization or "")
        if one.row.rejected:
            return Entry(one.row, REJECTED, person.name, place)
        return Entry(one.row, NEW, person.name, place, payload={"person": person, "said": form.cleaned_data})

    def _mended(self, one: Read, case: Case) -> Entry:
        """Change the filled cells that differ; an empty one keeps what is known."""
        form, name = self._judged(one, form_of(case)), case.person.name
        if one.row.rejected:
            return Entry(one.row, REJECTED, name)
        new = {key: form.cleaned_data[key] for key in differing(one, case, form)}
        if not new:
            return Entry(one.row, UNCHANGED, name)
        # The draft stands in the plan: what somebody changes between the preview and the click is shown again.
        place = _("%(place)s，第 %(n)s 稿") % {"place": case.person.organization, "n": case.revision}
        changes = [change_of(key, getattr(case, key), value) for key, value in new.items()]
        return Entry(one.row, CHANGED, name, place, changes, {"case": case, "said": values_of(case) | new})

    def _kept(self, one: Read, case: Case, why: str) -> Entry:
        form, name = self._judged(one, form_of(case), only_filled=True), case.person.name
        if one.row.rejected:
            return Entry(one.row, REJECTED, name)
        for key in differing(one, case, form):
            one.row.warn(key, KEPT, why)
        return Entry(one.row, UNCHANGED, name)

    def _why_kept(self, case: Case) -> str:
        """Return why a file changes nothing of this registration, empty for who may mend it: the page's own rule."""
        application = case.application
        if case.is_recognised:
            return _("已认定的内容用复核修改，这一格没有写入。")
        if application.state == State.RETURNED:
            return _("已退回补正，请在登记页上改好重新提出，这一格没有写入。")
        if application.pk not in self.known.undecided:
            return _("已有一级办过，请等退回再改，这一格没有写入。")
        if self.by is None or application.author_id != self.by.pk:
            return _("这份登记不是您填的，请由填的同志或本人修改，这一格没有写入。")
        return ""

    def _judged(self, one: Read, known: dict[str, Any], *, only_filled: bool = False) -> CaseForm:
        """Return the page's own form with the filled cells over what is known; what it refuses is told cell by cell."""
        data = {**known, **one.said, "consent": "on", "once_key": str(uuid.uuid4())}
        form = CaseForm(data, on=self.on)
        told = {finding.column for finding in one.row.findings}
        for key, problems in form.errors.items():
            heading = one.row.headers.get(key, LABELS.get(key, ""))
            if heading not in told and (key in one.said or not only_filled):
                one.row.error(key, "field-invalid", "".join(str(problem) for problem in problems))
        return form


def unusable(raw: Any, number: str) -> tuple[str, str] | None:
    """Return (code, sentence) of why a number names nobody."""
    if digits_lost(raw, number):
        return "id-digits-lost", _("身份证号被存成了数字，末几位已丢失。请把该列设为文本后重填。")
    if not number:
        return "id-missing", _("没有填身份证号，认不准是谁。也可以填工号或学号。")
    if "*" in number:
        return "id-masked", _("号码是遮盖过的，认不准是谁。请改填完整的身份证号，或工号、学号。")
    return None


def unfit(person: Person) -> tuple[str, str] | None:
    """Return (code, sentence) of why somebody is none of those whom the ledger is for: the action's own rule."""
    if person.died_on:
        return "person-gone", _("这位同志已去世，不再登记。请去掉这一行。")
    try:
        check_person(person)
    except Refused as refusal:
        return "person-unfit", str(refusal)
    if "branch" not in places_above(person):
        return "person-gone", _("现在不在本校党支部，不能登记。请先办组织关系。")
    return None


def give_places(people: set[Person]) -> None:
    """Give people their organisations with all that stands above them, in one query."""
    units = Organization.objects.in_bulk()
    for unit in units.values():
        unit.parent = units.get(unit.parent_id or 0)
    for person in people:
        person.organization = units.get(person.organization_id or 0)


def registrations_of(people: set[Person]) -> Known:
    """Return the open registrations of these people by person. Two queries per 500."""
    by_pk, cases = {person.pk: person for person in people}, {}
    for chunk in chunks(by_pk):
        for case in Case.objects.open().filter(person__in=chunk).select_related("application"):
            case.person = by_pk[case.person_id]
            cases[case.person_id] = case
    return Known(cases, undecided_among([case.application_id for case in cases.values()]))


def form_of(case: Case) -> dict[str, Any]:
    """Return what stands in a registration as its form holds it."""
    words = {True: "true", False: "false", None: ""}
    known = values_of(case) | {"consent_on": case.consent_on}
    return {key: words[value] if isinstance(value, bool | None) else value for key, value in known.items()}


def differing(one: Read, case: Case, form: CaseForm) -> list[str]:
    """Return the filled cells that say something else than the registration."""
    said = {key: form.cleaned_data[key] for key in TEXT if key in one.said and key in form.cleaned_data}
    return [key for key, value in said.items() if not same(getattr(case, key), value)]


def same(before: Any, after: Any) -> bool:
    """Return whether two values say the same; a cell keeps no line breaks."""
    if isinstance(before, str) and isinstance(after, str):
        return tidy(before) == tidy(after)
    if isinstance(before, list):
        return set(before) == set(after)
    return bool(before == after)


def change_of(key: str, before: Any, after: Any) -> Change:
    """Return a change in words; of what is kept sealed only that it changes."""
    if key in SEALED:
        return Change(LABELS[key], _("原来的内容（不显示）") if before else "", _("表里的内容"))
    return Change(LABELS[key], words_of(key, before), words_of(key, after))


def words_of(key: str, value: Any) -> str:
    if key == "categories":
        return "、".join(str(Case.Category(code).label) for code in value)
    if key in CHOICES:
        return str(CHOICES[key](value).label)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "" if value is None else str(value)
