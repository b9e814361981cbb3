"""Dates as the office counts them: Asia/Shanghai days, years, natural quarters, dates of partial precision.

Dates of 1986–91 never pass through a datetime: Shanghai had summer time then.
"""

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAY = dt.timedelta(days=1)
FAR_FUTURE = dt.date(9999, 12, 31)


class Precision(models.TextChoices):
    """How much of a date is known; what is unknown stands as the first of its kind."""

    DAY = "day", gettext_lazy("日")
    MONTH = "month", gettext_lazy("月")
    YEAR = "year", gettext_lazy("年")


@dataclass(frozen=True, order=True)
class Window:
    """A span of days, both ends included, under the name that reports show (2026, 2026Q3)."""

    starts_on: dt.date
    ends_on: dt.date
    label: str

    def __contains__(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on


def today() -> dt.date:
    """Return the day of looking: today in Shanghai."""
    return timezone.localdate()


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month so many months earlier, the last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def year_window(year: int) -> Window:
    """Return the calendar year, the policy's 每年."""
    return Window(dt.date(year, 1, 1), dt.date(year, 12, 31), str(year))


def quarter_window(year: int, quarter: int) -> Window:
    """Return a natural quarter (1 to 4), the policy's 每季度."""
    last = quarter * 3
    ends_on = dt.date(year, last, monthrange(year, last)[1])
    return Window(dt.date(year, last - 2, 1), ends_on, f"{year}Q{quarter}")


def year_of(day: dt.date) -> Window:
    """Return the calendar year that holds the day."""
    return year_window(day.year)


def quarter_of(day: dt.date) -> Window:
    """Return the natural quarter that holds the day."""
    return quarter_window(day.year, (day.month + 2) // 3)


def window_named(label: str) -> Window:
    """Return the window of a label such as 2026 or 2026Q3; ValueError if it is neither."""
    match = re.fullmatch(r"(\d{4})(?:Q([1-4]))?", label.strip().upper())
    if not match or not 1900 <= int(match[1]) <= 2999:
        raise ValueError(_("时段“%(label)s”无法识别，请写成 2026 或 2026Q3。") % {"label": label})
    year, quarter = int(match[1]), match[2]
    return quarter_window(year, int(quarter)) if quarter else year_window(year)


def window_words(label: str) -> str:
    """Return a window as people say it: 2026年, 2026年第四季度."""
    year, _q, number = label.partition("Q")
    if not number:
        return _("%(year)s年") % {"year": year}
    return _("%(year)s年第%(n)s季度") % {"year": year, "n": "一二三四"[int(number) - 1]}


def titled_window(label: str, title: str) -> str:
    """Return a window with what is done in it, nothing said twice: 2026年度谈话, 2026年第四季度谈话, 2026年分管谈话."""
    words = window_words(label)
    for twice in ("年", "季度"):
        if words.endswith(twice) and title.startswith(twice):
            return words + title.removeprefix(twice)
    return words + title


def last_possible_day(day: dt.date, precision: str) -> dt.date:
    """Return the latest day that a date of this precision can mean."""
    if precision == Precision.YEAR:
        return dt.date(day.year, 12, 31)
    if precision == Precision.MONTH:
        return dt.date(day.year, day.month, monthrange(day.year, day.month)[1])
    return day


def date_words(day: dt.date | None, precision: str = Precision.DAY) -> str:
    """Return a date as the office writes it: 2026年7月1日, 1975年7月, 1975年, or nothing."""
    if day is None:
        return ""
    if precision == Precision.YEAR:
        return f"{day.year}年"
    if precision == Precision.MONTH:
        return f"{day.year}年{day.month}月"
    return f"{day.year}年{day.month}月{day.day}日"


def near_date_words(day: dt.date, on: dt.date) -> str:
    """Return a date as people say it on a given day: 今天, 昨天, 11月23日, with the year when it is another."""
    if day == on:
        return _("今天")
    if day == on - DAY:
        return _("昨天")
    return f"{day.month}月{day.day}日" if day.year == on.year else date_words(day)
