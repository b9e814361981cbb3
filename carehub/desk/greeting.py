"""How the desk greets: by name, post and time of day."""

import datetime as dt

from django.utils.translation import gettext as _

from carehub.access.viewer import Viewer

WEEKDAYS = "一二三四五六日"


def greeting(viewer: Viewer, at: dt.datetime) -> str:
    """Return 林晓岚书记，上午好."""
    title = _("书记") if viewer.main_seat.persona in ("BS", "GS") else ""
    return _("%(name)s%(title)s，%(time)s好") % {"name": viewer.name, "title": title, "time": time_of_day(at.hour)}


def time_of_day(hour: int) -> str:
    """Return the word for an hour."""
    if 5 <= hour < 11:
        return _("上午")
    if 11 <= hour < 13:
        return _("中午")
    return _("下午") if 13 <= hour < 18 else _("晚上")


def day_words(on: dt.date) -> str:
    """Return 11月23日，星期一."""
    return _("%(month)s月%(day)s日，星期%(weekday)s") % {
        "month": on.month, "day": on.day, "weekday": WEEKDAYS[on.weekday()],
    }  # fmt: skip
