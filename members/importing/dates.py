"""Dates as clerks write them: read with the precision they have, nothing invented."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from carehub.calendar import Precision

FIRST_YEAR, LAST_YEAR = 1900, 2100
EPOCH = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
# A bare number of this size is a day that lost its format: 1927 to 2099. A smaller one is not a date at all.
SERIALS = (10_000, 73_050)
INVALID, AMBIGUOUS = "date-invalid", "date-ambiguous"
PLACEHOLDERS = {"0000-00-00", "9999-12-31", "1900-01-00", "00000000", "99991231", "1900-1-0", "0000.00.00"}
PARTS = re.compile(r"(\d{1,4})[-./年](?:(\d{1,2})(?:[-./月](?:(\d{1,2})[日号]?)?)?)?(?:[ T]?00?:00(?::00(?:\.0+)?)?)?")
PLAIN = re.compile(r"\d+")


@dataclass(frozen=True)
class Known:
    """A date and how much of it is known."""

    on: dt.date
    precision: str = Precision.DAY

    @property
    def fields(self) -> tuple[dt.date, str]:
        return self.on, str(self.precision)


class Unreadable(ValueError):
    """The code of the finding: date-invalid or date-ambiguous."""


def is_no_date(text: str) -> bool:
    """Return whether a cell only says that there is no date."""
    return text in PLACEHOLDERS


def read_date(value: Any, *, mac_epoch: bool = False) -> Known:
    """Return the date of a cell: real dates, numbers and text; Unreadable with the code of the finding."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return within(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return from_number(float(value), mac_epoch)
    if not isinstance(value, str):
        raise Unreadable(INVALID)
    return from_text(value.replace(" ", ""))


def from_number(number: float, mac_epoch: bool) -> Known:
    """Read a number: 19750701, 197507, 1975, a lost day format; 1975.1 may be January or October."""
    if number.is_integer():
        whole = int(number)
        if SERIALS[0] <= whole <= SERIALS[1]:
            day = EPOCH[mac_epoch] + dt.timedelta(days=whole)
            return within(day.year, day.month, day.day)
        return from_digits(str(whole))
    year, _, month = f"{number:.10g}".partition(".")
    if len(year) != 4 or month == "1":
        raise Unreadable(AMBIGUOUS if month == "1" or len(year) < 4 else INVALID)
    return from_text(f"{year}.{month}") if len(month) <= 2 else refuse(INVALID)


@lru_cache(maxsize=4096)  # a roster names the same days over and over
def from_text(text: str) -> Known:
    """Read text: 1975.07.01, 1975-7-1, 1975/7/1, 1975年7月1日, 1975年7月, 1975.7, 19750701, 197507, 1975."""
    if PLAIN.fullmatch(text):
        return from_digits(text)
    match = PARTS.fullmatch(text)
    if match is None:
        raise Unreadable(INVALID)
    year, month, day = match.groups()
    if len(year) == 2:
        raise Unreadable(AMBIGUOUS)
    return from_parts(year, month, day)


def from_digits(digits: str) -> Known:
    """Read digits without any mark between them."""
    if len(digits) == 8:
        return within(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if len(digits) == 6:
        return of_six(digits)
    if len(digits) == 4:
        return within(int(digits), 0, 0)
    return refuse(AMBIGUOUS if len(digits) == 2 else INVALID)


def of_six(digits: str) -> Known:
    """197507 is a month; 750701 is a day of a two-digit year, which is not guessed."""
    try:
        return within(int(digits[:4]), int(digits[4:]), 0)
    except Unreadable:
        if FIRST_YEAR <= int(digits[:4]) <= LAST_YEAR:
            raise
        month, day = int(digits[2:4]), int(digits[4:])
        raise Unreadable(AMBIGUOUS if 1 <= month <= 12 and 1 <= day <= 31 else INVALID) from None


def from_parts(year: str, month: str | None, day: str | None) -> Known:
    if len(year) != 4:
        raise Unreadable(INVALID)
    if month is not None and (int(month) == 0 or (day is not None and int(day) == 0)):
        raise Unreadable(INVALID)
    return within(int(year), int(month or 0), int(day or 0))


def within(year: int, month: int, day: int) -> Known:
    """Return the date, or refuse one that cannot be; 0 for a month or day that is not known."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable(INVALID)
    try:
        known = dt.date(year, month or 1, day or 1)
    except ValueError:
        raise Unreadable(INVALID) from None
    if not month:
        return Known(known, str(Precision.YEAR))
    return Known(known, str(Precision.DAY if day else Precision.MONTH))


def refuse(code: str) -> Known:
    raise Unreadable(code)
