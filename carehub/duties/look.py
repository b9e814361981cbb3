"""One look at a window: the day of looking, the reference day, and the settings that held then."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from carehub.calendar import Window
from carehub.duties.settings import DUE_SOON_QUARTER, DUE_SOON_YEAR, ENTRY_GRACE, UPCOMING, Settings


@dataclass(frozen=True)
class Look:
    """What every rule needs to know before it asks the database."""

    on: dt.date
    window: Window
    settings: Settings
    found: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # what a rule asks once per look

    @classmethod
    def at(cls, on: dt.date, window: Window) -> "Look":
        """Return the look at a window; a past window is judged by the settings of its own reference day."""
        return cls(on, window, Settings(min(on, window.ends_on)))

    @property
    def due_on(self) -> dt.date:
        return self.window.ends_on

    @property
    def reference_on(self) -> dt.date:
        """Return the day on which posts, oversight and affiliation are read: min(on, due_on)."""
        return min(self.on, self.due_on)

    @property
    def first_on(self) -> dt.date:
        """Return the first day that can bring somebody into scope; before the window only the reference day can."""
        return min(self.window.starts_on, self.reference_on)

    @property
    def in_time_until(self) -> dt.date:
        """Return the last day on which an entry is no late entry (补录)."""
        return self.due_on + self.settings.days(ENTRY_GRACE)

    @property
    def due_soon_days(self) -> dt.timedelta:
        return self.settings.days(DUE_SOON_QUARTER if "Q" in self.window.label else DUE_SOON_YEAR)

    @property
    def shows_upcoming(self) -> bool:
        """Return whether duties that have not opened are listed yet."""
        return self.window.starts_on - self.on <= self.settings.days(UPCOMING)
