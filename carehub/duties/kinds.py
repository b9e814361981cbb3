"""What a dated setting can hold: a number of days or months, one of a few choices, a day of every year, a day."""

import datetime as dt
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from carehub.calendar import date_words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ANY_YEAR = 2001  # not a leap year: a day that every year has
MOST_MONTHS = 600
BEGINNING = "1921-07-01"  # before every window: nothing is set


class Kind(ABC):
    """How the values of a setting are told from others and said in words."""

    @abstractmethod
    def fits(self, value: str) -> bool:
        """Return whether a value may be kept."""

    @abstractmethod
    def words(self, value: str) -> str:
        """Return a value as people say it."""


class Days(Kind):
    """A number of days, 0 to 999."""

    def fits(self, value: str) -> bool:
        return bool(re.fullmatch(r"\d{1,3}", value))

    def words(self, value: str) -> str:
        return _("%s 天") % int(value)


@dataclass(frozen=True)
class Months(Kind):
    """A number of months, 1 to 600, or none at all: `without` says what that means."""

    without: "_StrPromise"

    def fits(self, value: str) -> bool:
        return value == "" or bool(re.fullmatch(r"[1-9]\d{0,2}", value) and int(value) <= MOST_MONTHS)

    def words(self, value: str) -> str:
        return _("%s 个月") % int(value) if value else str(self.without)


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few values, each with its words."""

    choices: "tuple[tuple[str, _StrPromise], ...]"

    def fits(self, value: str) -> bool:
        return value in dict(self.choices)

    def words(self, value: str) -> str:
        return str(dict(self.choices)[value])


class MonthDay(Kind):
    """A day that every year has, written 12-01."""

    def fits(self, value: str) -> bool:
        try:
            dt.date.fromisoformat(f"{ANY_YEAR}-{value}")
        except ValueError:
            return False
        return bool(re.fullmatch(r"\d\d-\d\d", value))

    def words(self, value: str) -> str:
        day = dt.date.fromisoformat(f"{ANY_YEAR}-{value}")
        return f"{day.month}月{day.day}日"


class Spans(Kind):
    """Stretches of every year, written 01-18~02-25 07-12~08-31, or none."""

    def fits(self, value: str) -> bool:
        days = MonthDay()
        pairs = [part.split("~") for part in value.split()]
        return all(len(pair) == 2 and all(days.fits(day) for day in pair) for pair in pairs)

    def words(self, value: str) -> str:
        said = [_("%(first)s至%(last)s") % {"first": a, "last": b} for a, b in self._days(value)]
        return "、".join(said) or _("还没有登记")

    def _days(self, value: str) -> list[list[str]]:
        return [[MonthDay().words(day) for day in part.split("~")] for part in value.split()]


def spans_of(value: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return ((month, day), (month, day)) of each stretch, for the calendar of working weeks."""

    def month_day(text: str) -> tuple[int, int]:
        month, day = text.split("-")
        return int(month), int(day)

    return [(month_day(first), month_day(last)) for first, last in (part.split("~") for part in value.split())]


class Bands(Kind):
    """Rates by income, written 3000:0.5 5000:1 *:2 — up to 3,000 yuan 0.5 per cent, …, above that 2."""

    def fits(self, value: str) -> bool:
        try:
            bands = bands_of(value)
        except ValueError:
            return False
        ends = [upto for upto, _rate in bands]
        known = [upto for upto in ends[:-1] if upto is not None]
        rising = known == sorted(set(known)) and len(known) == len(ends) - 1
        return rising and ends[-1] is None and all(0 < rate <= 100 for _upto, rate in bands)

    def words(self, value: str) -> str:
        said = [
            _("%(upto)s 元以内 %(rate)s%%") % {"upto": f"{upto:,.0f}", "rate": rate} if upto is not None
            else _("以上 %(rate)s%%") % {"rate": rate}
            for upto, rate in bands_of(value)
        ]  # fmt: skip
        return "，".join(said)


def bands_of(value: str) -> list[tuple[Decimal | None, Decimal]]:
    """Return (upper end of the income, None for the last; rate in per cent); ValueError for what is none."""
    if not re.fullmatch(r"((\d{1,7}|\*):\d{1,2}(\.\d{1,2})?)( ((\d{1,7}|\*):\d{1,2}(\.\d{1,2})?))*", value, re.ASCII):
        raise ValueError(value)
    pairs = [part.split(":") for part in value.split()]
    return [(None if upto == "*" else Decimal(upto), Decimal(rate)) for upto, rate in pairs]


class Amount(Kind):
    """A sum of money, at most two decimals."""

    def fits(self, value: str) -> bool:
        return bool(re.fullmatch(r"\d{1,6}(\.\d{1,2})?", value, re.ASCII))

    def words(self, value: str) -> str:
        return _("%s 元") % f"{Decimal(value):,.2f}"


class Day(Kind):
    """A day written 2026-11-23."""

    def fits(self, value: str) -> bool:
        try:
            return dt.date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False

    def words(self, value: str) -> str:
        return _("还没有登记") if value == BEGINNING else date_words(dt.date.fromisoformat(value))
