"""The 公民身份号码: length, date inside, check digit (ISO 7064 MOD 11-2); old numbers of 15 digits become 18.

There is no table of regions: it changes, and a number of a dissolved county is still a number.
"""

import datetime as dt
import re
from dataclasses import dataclass
from operator import mul

from members.models import Person

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
# What stands for the check digit X: the multiplication sign, the Greek and the Cyrillic letter (after upper-casing).
LOOKS_LIKE_X = str.maketrans({"×": "X", "Χ": "X", "Х": "X", "✕": "X", "╳": "X"})
MODERN, OLD = re.compile(r"[0-9]{17}[0-9X]"), re.compile(r"[0-9]{15}")
OLDEST = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Identity:
    """An ID number as written, what it says, and what is wrong with it (codes of the import report)."""

    number: str
    faults: tuple[str, ...] = ()
    upgraded: bool = False
    born_on: dt.date | None = None
    sex: str = ""


def check_digit(body: str) -> str:
    """Return the check digit of the first 17 digits."""
    return CHECK_DIGITS[sum(map(mul, map(int, body), WEIGHTS)) % 11]


def identity_of(text: str, on: dt.date) -> Identity:
    """Return what a number says; `text` is free of spaces and full-width characters already."""
    number = text.upper().translate(LOOKS_LIKE_X)
    if MODERN.fullmatch(number):
        return read(number, on)
    if OLD.fullmatch(number):
        body = number[:6] + "19" + number[6:]
        return read(body + check_digit(body), on, upgraded=True)
    return Identity(number, ("id-length",))


def read(number: str, on: dt.date, *, upgraded: bool = False) -> Identity:
    """Return what 18 characters say."""
    faults = [] if check_digit(number[:17]) == number[17] else ["id-checksum"]
    born_on = birth_in(number, on)
    if born_on is None:
        faults.append("id-birth-invalid")
    sex = Person.Sex.MALE if int(number[16]) % 2 else Person.Sex.FEMALE
    return Identity(number, tuple(faults), upgraded, born_on, sex)


def birth_in(number: str, on: dt.date) -> dt.date | None:
    """Return the day of birth inside; None if there is no such day between 1900 and the day of looking."""
    try:
        born_on = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born_on if OLDEST <= born_on <= on else None
