"""党龄: from which day a person's standing counts, and how much it is on a day (duties.md, Standing)."""

import datetime as dt
from dataclasses import dataclass

from carehub.calendar import Precision
from members.models import Person

# Who joined in these years had no probationary period: standing counts from the day of joining.
NO_PROBATION = (dt.date(1969, 4, 1), dt.date(1977, 8, 11))


@dataclass(frozen=True)
class Standing:
    """Months of standing and the ground for them; `months` is None while the start has to be verified."""

    on: dt.date
    start_on: dt.date | None
    start_precision: str
    correction: int
    months: int | None
    without_probation: bool = False

    @property
    def years(self) -> int:
        return (self.months or 0) // 12

    @property
    def months_over(self) -> int:
        return (self.months or 0) % 12

    @property
    def needs_archive(self) -> bool:
        """Return whether only the month is known, so that the archive has to say the day."""
        return self.months is not None and self.start_precision == Precision.MONTH


def had_no_probation(person: Person) -> bool:
    """Return whether the person joined in the years without a probationary period and is a full member."""
    if person.joined_on is None or person.category != Person.Category.FULL:
        return False
    return NO_PROBATION[0] <= person.joined_on <= NO_PROBATION[1]


def standing_of(person: Person, on: dt.date) -> Standing | None:
    """Return a full member's standing on a day; None for who has none (预备党员, 非党员, 已出党)."""
    if person.category != Person.Category.FULL or person.left_party_on:
        return None
    correction = person.standing_correction_months
    plain = person.confirmed_on is None and had_no_probation(person)
    start = person.joined_on if plain else person.confirmed_on
    precision = person.joined_precision if plain else person.confirmed_precision
    if start is None or precision == Precision.YEAR:
        return Standing(on, start, precision, correction, None, plain)
    return Standing(on, start, precision, correction, max(full_months(start, on) + correction, 0), plain)


def full_months(start: dt.date, on: dt.date) -> int:
    """Return the whole months between two days: 31 January to 28 February is none yet."""
    return (on.year - start.year) * 12 + on.month - start.month - (1 if on.day < start.day else 0)


def age_on(person: Person, on: dt.date) -> int | None:
    """Return the age in years if the day of birth is known."""
    if person.born_on is None or person.born_precision != Precision.DAY:
        return None
    return full_months(person.born_on, person.died_on or on) // 12


def anniversary_of(person: Person, on: dt.date) -> int | None:
    """Return which 政治生日 falls into the year of looking: the years since 入党日期, None if unknown or none yet."""
    is_member = person.category in Person.MEMBER_CATEGORIES and not person.left_party_on and not person.died_on
    if not is_member or person.joined_on is None:
        return None
    return on.year - person.joined_on.year or None
