"""The numbers and choices of the organisation department: names, start values, and which of them held on a day."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from carehub.calendar import Window
from carehub.duties.kinds import Amount, Bands, Choice, Day, Days, Kind, MonthDay, Months, Spans
from carehub.duties.models import RuleSetting

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Setting:
    """One dated setting of duties.md (the values in ⟨⟩): what it is called, what fits it, how a value is said."""

    name: str
    default: str
    title: "_StrPromise"
    kind: Kind
    clause: str  # the clause it serves
    note: "str | _StrPromise" = ""  # what it changes, in a sentence

    def fits(self, value: str) -> bool:
        return self.kind.fits(value)

    def words(self, value: str) -> str:
        """Return a value as people say it: 7 天, 每人, 12月1日."""
        return self.kind.words(value)


EACH_OR_ANY = Choice((("each", _("每人")), ("any", _("任选一人"))))
NONE_OR_HEAD = Choice((("none", _("不作要求")), ("OH", _("组织部负责人"))))
YES_OR_NO = Choice((("yes", _("算数")), ("no", _("不算，只认现在的支部"))))
SHARES = Choice((("none", _("不限")), ("50", _("至多一半")), ("30", _("至多三成")), ("0", _("每人都要单独谈"))))
FACTS_OR_LINE = Choice((("none", _("只记事实与办理事项")), ("line", _("另记一句话要点"))))
DIRECT_NOTE = _("默认不作要求，不论是否谈过都不列入任务。")
JOINER_NOTE = _("这一天及以后转入的党员，当年没有谈也不算逾期。")
SHARE_NOTE = _(
    "一个支部当年只在集体谈话中谈过的人，最多占应谈人数的这个比例；谈得较早的先算，超出的仍列为未谈，单独谈过就算办结。"
)
SINCE_NOTE = _("第一次导入名册时自动登记为当天。")
TEXT_NOTE = _("一句话要点只有谈话人和记录人能看到。改为只记事实后，以前的要点留在原处。")

ENTRY_GRACE = Setting("entry-grace-days", "7", _("时段结束后几天内录入算按时"), Days(), "C-2.3")
DUE_SOON_YEAR = Setting("due-soon-days-year", "30", _("年度任务提前几天算临期"), Days(), "C-2.3")
DUE_SOON_QUARTER = Setting("due-soon-days-quarter", "20", _("季度任务提前几天算临期"), Days(), "C-2.2")
DUE_SOON_EVENT = Setting("due-soon-days-event", "3", _("事件任务提前几天算临期"), Days(), "C-2.5")
UPCOMING = Setting("upcoming-days", "30", _("提前几天列出未到的任务"), Days(), "C-2.3")
LEADER_TALKS = Setting("C-2.1-with", "each", _("校领导与每名分管干部谈，或任选一人"), EACH_OR_ANY, "C-2.1")
DIRECT_BRANCH = Setting("C-2.2-direct-branch", "none", _("直属党支部书记由谁谈"), NONE_OR_HEAD, "C-2.2", DIRECT_NOTE)
LATE_JOINER = Setting(
    "C-2.3-late-joiner", "12-01", _("几月几日起转入学校的当年可不谈"), MonthDay(), "C-2.3", JOINER_NOTE
)
OTHER_BRANCH = Setting("C-2.3-other-branch", "yes", _("当年在校内原支部谈过是否算数"), YES_OR_NO, "C-2.3")
COLLECTIVE_SHARE = Setting(
    "C-2.3-collective-share", "none", _("只靠集体谈话办结的人最多占多少"), SHARES, "C-2.6", SHARE_NOTE
)
IN_USE_SINCE = Setting(
    "in-use-since", "1921-07-01", _("平台启用日期，此前结束的时段不再追"), Day(), "C-2.3", SINCE_NOTE
)
# 只记事实与办理事项 (trust.md): as long as the school decides nothing else, a talk keeps no words.
TALK_TEXT = Setting("talk-text", "none", _("谈话只记事实，或另留一句话要点"), FACTS_OR_LINE, "C-2.3", TEXT_NOTE)
ERASE_NOTE = _(
    "到期清除证件号码、出生日期、手机号码、住址、邮箱、谈话要点和办理事项的内容；姓名、入党和转正日期、任职、谈话的事实留作档案。"
    "清除后不能恢复。没有登记月数时什么也不清除。"
)
# The policy names no period: a number is a decision of the department, so there is none until it makes one.
ERASE_AFTER = Setting(
    "erase-after-months", "", _("离校、出党或去世满几个月清除敏感信息"), Months(_("不清除")), "", ERASE_NOTE
)

ANSWER_NOTE = _("从本人提出的当天算起；逾期没有答复，上级书记的工作台看得到。")
ANSWER_WITHIN = Setting("talk-request-days", "5", _("请求约谈几天内答复"), Days(), "C-2.3", ANSWER_NOTE)
BREAKS_NOTE = _("谈话安排会避开寒暑假；法定节假日和调休不用登记。")
SCHOOL_BREAKS = Setting("school-breaks", "", _("寒假、暑假从哪天到哪天"), Spans(), "C-2.3", BREAKS_NOTE)
TERM_NOTE = _("届满由选举日期和任期算出，在党组织页登记。")
TERM_NOTICE = Setting("term-notice-days", "90", _("任期届满前几天提醒换届"), Days(), "C-2.17", TERM_NOTE)
LEAD_NOTE = _("事情发生前几天内已经谈过的也算数。")
EVENT_LEAD = Setting("event-lead-days", "7", _("事前几天内谈过也算"), Days(), "C-2.5", LEAD_NOTE)
DIRECT_EVENT_NOTE = _("直属党支部书记本人遇到入职、退休和五必谈的事，由谁与其谈。")
DIRECT_EVENT = Setting(
    "event-direct-branch", "OH", _("直属党支部书记的事由谁谈"), NONE_OR_HEAD, "C-2.5", DIRECT_EVENT_NOTE
)
STEP_NOTE = _("从收到的当天算起；逾期仍可以办，任务里列为逾期。")
WAIVER_STEP = Setting("C-2.12-step-days", "15", _("减免申请每一步几天内办"), Days(), "C-2.12", STEP_NOTE)
WAIVER_COMMITTEE = Setting("C-2.12-committee-days", "30", _("减免申请党委几天内审批"), Days(), "C-2.12", STEP_NOTE)
RENEWAL_NOTICE = Setting("C-2.12-renewal-days", "30", _("减免到期前几天提醒续办"), Days(), "C-2.12")
BANDS_NOTE = _("全部基数乘同一个比例，只作填表时的参考。写成 3000:0.5 5000:1 *:2，表示 3000 元以内 0.5%，以上 2%。")
DUES_STAFF = Setting(
    "dues-staff", "3000:0.5 5000:1 10000:1.5 *:2", _("在职党员党费比例"), Bands(), "C-2.12", BANDS_NOTE
)
DUES_RETIRED = Setting("dues-retired", "5000:0.5 *:1", _("离退休党员党费比例"), Bands(), "C-2.12", BANDS_NOTE)
DUES_FIXED = Setting("dues-fixed", "0.20", _("学生、低保等党员每月党费"), Amount(), "C-2.12")
WAIVER_MONTHS = Setting("C-2.12-most-months", "12", _("减免一次最长几个月"), Months(_("不限")), "C-2.12")
HARDSHIP_STEP = Setting("C-3.1-step-days", "15", _("困难登记每一步几天内办"), Days(), "C-3.1", STEP_NOTE)
REVIEW_NOTE = _("从认定或上一次复核的当天算起；登记时可以另约更早的日子。")
HARDSHIP_REVIEW = Setting(
    "C-3.1-review-months", "6", _("在册困难党员几个月复核一次"), Months(_("不要求定期复核")), "C-3.1", REVIEW_NOTE
)
CONTACT_NOTE = _("从上一次联系的当天算起，还没有联系过的从结对当天算起。")
PAIRING_CONTACT = Setting("C-3.3-contact-days", "60", _("结对帮扶几天内联系一次"), Days(), "C-3.3", CONTACT_NOTE)
# From the day of the event to its deadline, by the clause that asks for it.
EVENT_DAYS = {
    code: Setting(f"{code}-days", days, title, Days(), code)
    for code, days, title in (
        ("C-2.4", "30", _("入职、退休后几天内谈")),
        ("C-2.5a", "30", _("发展、转正、转接组织关系后几天内谈")),
        ("C-2.5b", "30", _("职务、岗位变动后几天内谈")),
        ("C-2.5c", "30", _("获得表彰后几天内谈")),
        ("C-2.5d", "15", _("受到处分处理、发现苗头后几天内谈")),
        ("C-2.5e", "15", _("群众有不良反映后几天内谈")),
    )
}

SETTINGS = {
    setting.name: setting
    for setting in (
        ENTRY_GRACE, DUE_SOON_YEAR, DUE_SOON_QUARTER, UPCOMING, LEADER_TALKS, DIRECT_BRANCH, LATE_JOINER, OTHER_BRANCH,
        COLLECTIVE_SHARE,
        *EVENT_DAYS.values(), EVENT_LEAD, DUE_SOON_EVENT, DIRECT_EVENT,
        IN_USE_SINCE,
        WAIVER_STEP, WAIVER_COMMITTEE, RENEWAL_NOTICE, WAIVER_MONTHS, DUES_STAFF, DUES_RETIRED, DUES_FIXED,
        HARDSHIP_STEP, HARDSHIP_REVIEW,
        PAIRING_CONTACT,
        ANSWER_WITHIN, TERM_NOTICE, SCHOOL_BREAKS, TALK_TEXT, ERASE_AFTER,
    )
}  # fmt: skip


Dated = tuple[str, str, dt.date]
# The rows of one reading, oldest first; an empty list has not been read yet, None means that no reading is open.
_rows: ContextVar[list[list[Dated]] | None] = ContextVar("settings_read_once", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Read the table once for whatever is asked inside: a page looks at a dozen windows, each with its own day.

    Inside a reading that is open already it is that one.
    """
    if _rows.get() is not None:
        yield
        return
    token = _rows.set([])
    try:
        yield
    finally:
        _rows.reset(token)


def forget_reading() -> None:
    """Read again from here on; the action that adds a setting calls it."""
    if (kept := _rows.get()) is not None:
        kept.clear()


def changes_of(setting: Setting) -> list[tuple[dt.date, str]]:
    """Return from which day on which value holds, the latest first; before all of them holds the start value."""
    return [(from_on, value) for name, value, from_on in reversed(_dated()) if name == setting.name]


def _dated() -> list[Dated]:
    kept = _rows.get()
    if kept:
        return kept[0]
    found = list(RuleSetting.objects.order_by("from_on").values_list("name", "value", "from_on"))
    if kept is not None:
        kept.append(found)
    return found


class Settings:
    """All settings as they held on one day, read in one query; inside `read_once` one query serves every day."""

    def __init__(self, on: dt.date) -> None:
        self._values = {name: value for name, value, from_on in _dated() if from_on <= on}

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """Return what tells these settings from others: every value that was set by that day."""
        return tuple(sorted(self._values.items()))

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
