"""What a digest says: numbers and kinds of duties. The names stand in the inbox only, never in a mail."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from carehub.reminders.models import ReminderLog

Stage = ReminderLog.Stage


@dataclass
class Summary:
    """The numbers of one person's day."""

    stages: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    moved_up: int = 0

    def add(self, stage: str, kind: str, vacant: bool, n: int) -> None:
        """Count n reminders of one stage and kind."""
        self.stages[stage] += n
        self.kinds[kind] += n
        self.moved_up += n if vacant else 0

    @property
    def title(self) -> str:
        """Return the numbers in words: 逾期 2 项，快到期 3 项."""
        words = {Stage.OVERDUE: _("逾期 %(n)s 项"), Stage.DUE_SOON: _("快到期 %(n)s 项")}
        return "，".join(word % {"n": self.stages[stage]} for stage, word in words.items() if self.stages[stage])

    @property
    def text(self) -> str:
        """Return the kinds, and what came up from vacant posts."""
        kinds = "、".join(_("%(kind)s %(n)s 项") % {"kind": kind, "n": n} for kind, n in self.kinds.items())
        if not self.moved_up:
            return _("%(kinds)s。") % {"kinds": kinds}
        return _("%(kinds)s。其中 %(n)s 项因书记空缺，责任上移到您这里。") % {"kinds": kinds, "n": self.moved_up}


def mail_subject(summary: Summary) -> str:
    """Return the mail's subject."""
    return _("关怀帮扶平台：%(numbers)s") % {"numbers": summary.title}


def mail_body(summary: Summary, address: str) -> str:
    """Return the mail's text: numbers, kinds and where to read the names."""
    return _(
        "您好：\n\n%(numbers)s。\n%(kinds)s\n\n名单在平台的“消息”里，请登录后查看：\n%(address)s\n\n"
        "同一项任务快到期时和逾期后各提醒一次，每天最多一封邮件。本邮件由平台自动发出，不必回复。\n"
    ) % {"numbers": summary.title, "kinds": summary.text, "address": address}
