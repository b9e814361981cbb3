"""The numbers and choices of the organisation department: names, start values, and which of them held on a day."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from carehub.calendar import Window
from carehub.duties.models import RuleSetting

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Setting:
    """One dated setting of duties.md (the values in ⟨⟩)."""

    name: str
    default: str
    title: "_StrPromise"
    fits: Callable[[str], bool]


def is_days(value: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}", value))


def is_one_of(*choices: str) -> Callable[[str], bool]:
    return lambda value: value in choices


def is_month_day(value: str) -> bool:
    """Return whether it is a day that every year has, written 12-01."""
    try:
        dt.date.fromisoformat(f"2001-{value}")
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d\d-\d\d", value))


def is_day(value: str) -> bool:
    """Return whether it is a day written 2026-11-23."""
    try:
        return dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


ENTRY_GRACE = Setting("entry-grace-days", "7", _("时段结束后几天内录入算按时"), is_days)
DUE_SOON_YEAR = Setting("due-soon-days-year", "30", _("年度任务提前几天算临期"), is_days)
DUE_SOON_QUARTER = Setting("due-soon-days-quarter", "20", _("季度任务提前几天算临期"), is_days)
UPCOMING = Setting("upcoming-days", "30", _("提前几天列出未到的任务"), is_days)
LEADER_TALKS = Setting("C-2.1-with", "each", _("校领导与每名分管干部谈，或任选一人"), is_one_of("each", "any"))
DIRECT_BRANCH = Setting("C-2.2-direct-branch", "none", _("直属党支部书记由谁谈"), is_one_of("none", "OH"))
LATE_JOINER = Setting("C-2.3-late-joiner", "12-01", _("几月几日起转入学校的当年可不谈"), is_month_day)
IN_USE_SINCE = Setting("in-use-since", "1921-07-01", _("平台启用日期，此前结束的时段不再追"), is_day)
OTHER_BRANCH = Setting("C-2.3-other-branch", "yes", _("当年在校内原支部谈过是否算数"), is_one_of("yes", "no"))
# 只记事实与办理事项 (trust.md): as long as the school decides nothing else, a talk keeps no words.
TALK_TEXT = Setting("talk-text", "none", _("谈话只记事实，或另留一句话要点"), is_one_of("none", "line"))

SETTINGS = {
    setting.name: setting
    for setting in (
        ENTRY_GRACE, DUE_SOON_YEAR, DUE_SOON_QUARTER, UPCOMING, LEADER_TALKS, DIRECT_BRANCH, LATE_JOINER, OTHER_BRANCH,
        IN_USE_SINCE,
        TALK_TEXT,
    )
}  # fmt: skip


class Settings:
    """All settings as they held on one day, read in one query."""

    def __init__(self, on: dt.date) -> None:
        dated = RuleSetting.objects.filter(name__in=SETTINGS, from_on__lte=on).order_by("from_on")
        self._values = dict(dated.values_list("name", "value"))

    def __getitem__(self, setting: Setting) -> str:
        return str(self._values.get(setting.name, setting.default))

    def days(self, setting: Setting) -> dt.timedelta:
        """Return a setting that counts days."""
        return dt.timedelta(days=int(self[setting]))

    def day(self, setting: Setting) -> dt.date:
        """Return a setting that is a day."""
        return dt.date.fromisoformat(self[setting])

    def day_of(self, setting: Setting, window: Window) -> dt.date:
        """Return a setting such as 12-01 as a day of the window's year."""
        return dt.date.fromisoformat(f"{window.starts_on.year}-{self[setting]}")
