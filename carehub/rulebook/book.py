"""The rule book as pages show it: what holds today, what is to come, and who changed what from when."""

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from carehub.duties.models import RuleSetting
from carehub.duties.settings import SETTINGS, Setting
from talks.history import name_of


@dataclass(frozen=True)
class Change:
    """One value that somebody put down from a day on."""

    setting: Setting
    words: str
    from_on: dt.date
    by: str
    made_at: dt.datetime
    is_ahead: bool


@dataclass(frozen=True)
class Entry:
    """One setting with its changes, the newest first."""

    setting: Setting
    changes: list[Change] = field(default_factory=list)

    @property
    def now(self) -> Change | None:
        """Return the change that holds today, None while the start value does."""
        return next((change for change in self.changes if not change.is_ahead), None)

    @property
    def words(self) -> str:
        """Return today's value in words."""
        return self.now.words if self.now else self.start_words

    @property
    def start_words(self) -> str:
        return self.setting.words(self.setting.default)

    @property
    def ahead(self) -> list[Change]:
        """Return what is to come, the next first."""
        return [change for change in reversed(self.changes) if change.is_ahead]


def book(on: dt.date) -> list[Entry]:
    """Return every setting in its order, in one query."""
    rows = RuleSetting.objects.filter(name__in=SETTINGS).select_related("by__person").order_by("-from_on")
    entries = {name: Entry(setting) for name, setting in SETTINGS.items()}
    for row in rows:
        entries[row.name].changes.append(change_of(row, on))
    return list(entries.values())


def entry_of(setting: Setting, on: dt.date) -> Entry:
    """Return one setting with all its changes."""
    rows = RuleSetting.objects.filter(name=setting.name).select_related("by__person").order_by("-from_on")
    return Entry(setting, [change_of(row, on) for row in rows])


def change_of(row: RuleSetting, on: dt.date) -> Change:
    setting = SETTINGS[row.name]
    by = name_of(row.by) or _("平台")
    return Change(setting, setting.words(row.value), row.from_on, by, row.made_at, row.from_on > on)


def newest_first(entries: list[Entry]) -> list[Change]:
    """Return the changes of all settings in the order in which they were put down, the latest first."""
    changes = [change for entry in entries for change in entry.changes]
    return sorted(changes, key=lambda change: change.made_at, reverse=True)
