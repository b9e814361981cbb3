"""A duty: who must do what about whom by when under which clause, and the state it is in on a day."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The states of duties.md in the order in which they are tried; the first that holds is the state."""

    NOT_APPLICABLE = "not_applicable", _("不适用")
    DONE = "done", _("已完成")
    LATE_ENTRY = "late_entry", _("补录")
    DONE_LATE = "done_late", _("逾期完成")
    EXCUSED = "excused", _("已说明")
    OVERDUE = "overdue", _("逾期")
    DUE_SOON = "due_soon", _("临期")
    OPEN = "open", _("待办")
    UPCOMING = "upcoming", _("未到")


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

    @property
    def key(self) -> str:
        """Return the name of the duty: C-2.3:2026:12:17."""
        return f"{self.rule}:{self.window}:{self.owner_id}:{self.subject_id}"

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
