"""The period that the overview is asked for: this quarter, this year, last year."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from carehub.calendar import DAY, Window, quarter_of, window_named, window_words, year_of
from carehub.duties.rule import Rule

YEARS = 5


@dataclass(frozen=True)
class Period:
    """A year or a quarter. A year holds its yearly windows and all its quarters that have begun."""

    window: Window
    on: dt.date

    @property
    def label(self) -> str:
        return self.window.label

    @property
    def is_year(self) -> bool:
        return "Q" not in self.label

    @property
    def words(self) -> str:
        """Return 2026年 or 2026年第4季度."""
        return window_words(self.label)

    @property
    def short(self) -> str:
        """Return the word on the selector: 本季度, 2026年."""
        return _("本季度") if self.window == quarter_of(self.on) else self.words

    def windows(self, rule: Rule) -> Iterator[Window]:
        """Yield the windows of a rule that belong to the period and have begun."""
        day = self.window.starts_on
        while day <= min(self.window.ends_on, self.on):
            span = rule.windows(day)[0]
            if span.starts_on < self.window.starts_on or span.ends_on > self.window.ends_on:
                return  # a year is no part of a quarter
            yield span
            day = span.ends_on + DAY

    def spans(self, rules: Iterable[Rule]) -> list[tuple[Rule, Window]]:
        """Return (rule, window) of everything that the period counts."""
        return [(rule, window) for rule in rules for window in self.windows(rule)]


def offered(on: dt.date) -> list[Period]:
    """Return what can be chosen: this quarter, this year, last year."""
    last_year = year_of(year_of(on).starts_on - DAY)
    return [Period(window, on) for window in (quarter_of(on), year_of(on), last_year)]


def period_named(label: str, on: dt.date) -> Period:
    """Return the period asked for, if it has begun and lies in recent years; else this year."""
    try:
        window = window_named(label)
    except ValueError:
        window = year_of(on)
    known = window.starts_on <= on and window.starts_on.year > on.year - YEARS
    return Period(window if known else year_of(on), on)
