"""One machine for every file that is brought in: gate → header → rows → findings → plan → commit (roster.md).

A kind of file is one subclass of Importer, registered by its `kind`; a floor above plugs its own in from its
AppConfig.ready:

    @register
    class TalkImporter(Importer):
        kind = "talks"
        title = _("谈心谈话台账")
        columns = (Column("held_on", "谈话日期", ("日期",), required=True), …)

        def read(self, rows): ...        # judge every row, set-based; return one Entry per row
        def write(self, entries): ...    # inside the one transaction; only entries that are new or changed

Helpers to look things up: members/importing/lookup.py (Organizations, People). The command is five lines on
members/importing/command.py. Tests make workbooks with tests/imports/making.py.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from carehub.access.viewer import Reach
from carehub.calendar import Precision
from carehub.masking import short_masked
from carehub.sheets.words import header_word, is_placeholder, squeezed, tidy
from members.importing.dates import AMBIGUOUS, Known, Unreadable, is_no_date, read_date

ERROR, WARNING = "error", "warning"
WHOLE_SCHOOL = Reach(everything=True)
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Column:
    """One column: the name in our template and the names under which files know it."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False  # a row is the header only if it names every required column
    sensitive: bool = False  # ID numbers and phones stand masked in findings and previews
    sealed: bool = False  # words that are kept sealed: nothing of them stands there at all
    hint: str = ""  # what the template says under the header
    sample: str = ""
    in_template: bool = True  # False: only our own filled-in sheets have it

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, *self.synonyms)

    def shown(self, value: str) -> str:
        """Return as much of a cell as a finding may quote."""
        if self.sealed:
            return ""
        return short_masked(value) if self.sensitive else value[:LONGEST_VALUE]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or odd, where it stands."""

    row: int
    column: str
    level: str
    code: str
    value: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("row", "column", "level", "code", "value", "message")}


@dataclass(slots=True)
class Row:
    """One line of the file: its cells by column key, and what was found about it."""

    number: int
    cells: dict[str, Any]
    headers: dict[str, str]
    columns: dict[str, Column]
    mac_epoch: bool = False
    findings: list[Finding] = field(default_factory=list)

    def has(self, key: str) -> bool:
        """Return whether the file has this column at all."""
        return key in self.headers

    def raw(self, key: str) -> Any:
        """Return the cell as it stands: text, float, bool, date, or "" for empty."""
        return self.cells.get(key, "")

    def text(self, key: str) -> str:
        """Return the cell's words, mended; empty for an empty cell or a placeholder (无, —, /)."""
        value = self.cells.get(key, "")
        if value == "":
            return ""
        words = words_of(value)
        return "" if is_placeholder(words) else words

    def error(self, key: str, code: str, message: str) -> None:
        """Say what is wrong and what to do. The row will be rejected."""
        self._add(key, ERROR, code, message)

    def warn(self, key: str, code: str, message: str) -> None:
        """Say what is odd. The row is imported."""
        self._add(key, WARNING, code, message)

    def _add(self, key: str, level: str, code: str, message: str) -> None:
        column = self.columns.get(key)
        header = self.headers.get(key) or (column.label if column else "")
        value = words_of(self.raw(key))
        shown = column.shown(value) if column else value[:LONGEST_VALUE]
        self.findings.append(Finding(self.number, header, level, code, shown, message))

    @property
    def rejected(self) -> bool:
        return any(finding.level == ERROR for finding in self.findings)

    def date(self, key: str, *, whole: bool = False) -> Known | None:
        """Return the date of a cell; says date-invalid, date-ambiguous, date-month-only, date-year-only by itself.

        With `whole` a date without its day is an error (a day of a talk, of a post).
        """
        value = self.raw(key)
        words = self.text(key)
        if not words or is_no_date(words) or isinstance(value, dt.time):
            return None
        try:
            known = read_date(words if isinstance(value, str) else value, mac_epoch=self.mac_epoch)
        except Unreadable as trouble:
            self.error(key, str(trouble), date_words_of(str(trouble)))
            return None
        if known.precision != Precision.DAY:
            self._partial(key, known, whole)
        return known

    def _partial(self, key: str, known: Known, whole: bool) -> None:
        if whole:
            self.error(key, "date-invalid", _("要写到日，例如 2026-07-01。"))
        elif known.precision == Precision.MONTH:
            self.warn(key, "date-month-only", _("只有年月，按年月保存，不补日子。"))
        else:
            self.warn(key, "date-year-only", _("只有年份，按年份保存，不补月日。"))


def date_words_of(code: str) -> str:
    if code == AMBIGUOUS:
        return _("日期有两种读法（如 1975.1 可能是 1 月或 10 月，两位年份不知世纪）。请改成 1975-10-01 这样的写法。")
    return _("日期不存在或无法识别。请改成 1975-07-01 这样的写法。")


def words_of(value: Any) -> str:
    """Return a cell as a person reads it in the sheet."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}" if not value.is_integer() or abs(value) >= 1e15 else str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return "" if value is None else str(value)


NEW, CHANGED, UNCHANGED, REJECTED = "new", "changed", "unchanged", "rejected"


@dataclass(frozen=True)
class Change:
    """One field as it was and as it will be, in words fit for the screen (sensitive values masked)."""

    label: str
    before: str
    after: str


@dataclass(slots=True)
class Entry:
    """What will happen with one row. `payload` is the importer's own; it never leaves the machine."""

    row: Row
    status: str
    name: str = ""
    place: str = ""
    changes: list[Change] = field(default_factory=list)
    payload: Any = None


class Importer(ABC):
    """One kind of file."""

    do_not_call_in_templates: ClassVar[bool] = True
    kind: ClassVar[str]
    title: ClassVar[Any]
    columns: ClassVar[tuple[Column, ...]]
    all_or_nothing: ClassVar[bool] = False  # one error writes nothing (the tree of organisations)
    for_whole_school: ClassVar[bool] = False  # the web offers it only to whom the whole school is in reach
    right: ClassVar[tuple[str, str]] = ("roster_import", "e")  # the row and the code of the matrix that it asks for

    def __init__(self, *, on: dt.date, reach: Reach = WHOLE_SCHOOL, by: Any = None) -> None:
        self.on, self.reach, self.by = on, reach, by
        self.before: dict[str, Any] | None = None  # what has to be known to take it back, if it can be

    @abstractmethod
    def read(self, rows: list[Row]) -> list[Entry]:
        """Judge every row: add findings with row.error and row.warn, return one Entry per row. Writes nothing."""

    @abstractmethod
    def write(self, entries: list[Entry]) -> None:
        """Write the entries that are new or changed, inside the one transaction of the import."""

    def missing(self) -> list[dict[str, str]]:
        """Return {"name", "organization"} of those whom the file should hold and does not; after read()."""
        return []

    @classmethod
    def column_of(cls, header: str) -> Column | None:
        """Return the column that a header of a file means."""
        return synonyms_of(cls).get(header)

    @classmethod
    def by_key(cls) -> dict[str, Column]:
        return {column.key: column for column in cls.columns}


@cache
def synonyms_of(importer: type[Importer]) -> dict[str, Column]:
    """Return every header word that a kind of file knows."""
    return {header_word(squeezed(name)): column for column in importer.columns for name in column.names}


IMPORTERS: dict[str, type[Importer]] = {}


def register(importer: type[Importer]) -> type[Importer]:
    """Make a kind of file known to the command and to the web."""
    IMPORTERS[importer.kind] = importer
    return importer


def importers() -> Iterator[type[Importer]]:
    """Yield the kinds in the order in which a school is brought in."""
    order = ("organizations", "roster", "posts", "talks", "hardship")
    yield from sorted(IMPORTERS.values(), key=lambda kind: order.index(kind.kind))
