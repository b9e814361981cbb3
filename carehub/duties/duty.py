"""A duty: who must do what about whom by when under which clause, and the state it is in on a day."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.calendar import window_named


class State(models.TextChoices):
    """The states of duties.md in the order in which they are tried; the first that holds is the state."""

    NOT_APPLICABLE = "not_applicable", gettext_lazy("不适用")
    DONE = "done", gettext_lazy("已完成")
    LATE_ENTRY = "late_entry", gettext_lazy("补录")
    DONE_LATE = "done_late", gettext_lazy("逾期完成")
    EXCUSED = "excused", gettext_lazy("已说明")
    OVERDUE = "overdue", gettext_lazy("逾期")
    DUE_SOON = "due_soon", gettext_lazy("临期")
    OPEN = "open", gettext_lazy("待办")
    UPCOMING = "upcoming", gettext_lazy("未到")


@dataclass(frozen=True)
class DutyKey:
    """The name of a duty, as links and excuses write it: C-2.3:2026:12:17. The last number may be that of an event."""

    rule: str
    window: str
    owner_id: int
    subject_id: int

    def __str__(self) -> str:
        return f"{self.rule}:{self.window}:{self.owner_id}:{self.subject_id}"


def parse_key(key: str) -> DutyKey:
    """Return the parts of a duty's name; ValueError if it is none."""
    match = re.fullmatch(r"(C-\d\.\d{1,2}[a-e]?):(\d{4}(?:Q[1-4])?):([1-9]\d{0,17}):([1-9]\d{0,17})", key, re.ASCII)
    if not match:
        raise ValueError(_("没有这项任务：%(key)s") % {"key": key})
    return DutyKey(match[1], window_named(match[2]).label, int(match[3]), int(match[4]))


@dataclass(frozen=True)
class Duty:
    """One duty as it stands on a day. Ids are plain numbers, so that the foundation knows no app."""

    rule: str
    window: str
    owner_id: int  # the organisation, or the leader (C-2.1), to whom the duty belongs
    subject_id: int  # the person about whom, or the branch (C-2.2)
    subject: str
    person_id: int | None  # the person to talk to
    organization_id: int
    organization: str  # code
    organization_name: str
    obligor: str  # the holder's name, empty when the post is vacant
    obligor_id: int | None
    vacant: bool
    opens_on: dt.date
    due_on: dt.date
    done_on: dt.date | None
    evidence_id: int | None
    state: str
    why: str = ""  # in the office's words: 原支部已谈, 兼任, 失联, the excuse
    person: str = ""  # the name of the person to talk to; C-2.2: the branch secretary, where `subject` is the branch
    # What opened it, an event of life or a turn, where one subject has several: then the key names that.
    event_id: int | None = None

    @property
    def key(self) -> str:
        """Return the name of the duty: C-2.3:2026:12:17."""
        return str(DutyKey(self.rule, self.window, self.owner_id, self.event_id or self.subject_id))

    def days_left(self, on: dt.date) -> int:
        """Return the days until the deadline, negative when it has passed."""
        return (self.due_on - on).days


@dataclass(frozen=True)
class Tally:
    """Counts of one rule, organisation and window; `not_applicable` is in no total."""

    rule: str
    organization_id: int
    organization: str
    organization_name: str
    path: str
    window: str
    vacant: bool
    open: int = 0
    due_soon: int = 0
    overdue: int = 0
    done: int = 0
    late_entry: int = 0
    done_late: int = 0
    excused: int = 0
    upcoming: int = 0

    @property
    def due(self) -> int:
        """Return 应办: everything that is to be done or was done, as the sum of the parts."""
        return self.open + self.due_soon + self.overdue + self.finished + self.excused + self.upcoming

    @property
    def finished(self) -> int:
        """Return 已办, late entries and late deeds among them."""
        return self.done + self.late_entry + self.done_late

    @property
    def missing(self) -> int:
        """Return what is still owed."""
        return self.due - self.finished
