"""The sheets of the month's workbook in the office's own order.

说明, 汇总, 谈心谈话台账, 党费减免台账, 困难党员台账, 结对帮扶台账, 未完成名单: those of hardship and
of pairing only for who may export them.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import count, groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.calendar import Precision, date_words, window_words
from carehub.catalog import RULES
from carehub.duties.duty import Duty, State, Tally
from carehub.policy import CLAUSES
from carehub.reports.facts import MonthFacts, part_of
from carehub.sheets.writing import Column, Ledger, Total
from hardship.cases.sheets import month_columns as case_columns
from hardship.pairing.sheets import month_columns as pairing_columns
from hardship.waivers.sheets import waiver_columns
from talks.sheets import talk_columns


@dataclass(frozen=True)
class Making:
    """Who had the workbook made and when: said on each sheet."""

    requester: str
    at: dt.datetime

    @property
    def on(self) -> dt.date:
        return timezone.localdate(self.at)

    @property
    def words(self) -> str:
        local = timezone.localtime(self.at)
        return _("由%(who)s于%(day)s %(time)s 生成") % {
            "who": self.requester,
            "day": date_words(local.date()),
            "time": f"{local:%H:%M}",
        }


def ledgers(facts: MonthFacts, making: Making) -> Iterator[Ledger]:
    """Yield the sheets, each made when it is asked for."""
    yield explanation(facts, making)
    yield summary(facts, making)
    yield talk_ledger(facts, making)
    yield waiver_ledger(facts, making)
    if facts.cases is not None:
        yield case_ledger(facts, making)
    if facts.pairings is not None:
        yield pairing_ledger(facts, making)
    yield missing(facts, making)


def sheet(facts: MonthFacts, making: Making, name: str, title: str, **parts: Any) -> Ledger:
    """Return a sheet with what all of them have in common."""
    month = date_words(facts.month.starts_on, Precision.MONTH)
    note = _("范围：%(scope)s。统计截至%(day)s，%(made)s。") % {
        "scope": facts.scope,
        "day": date_words(facts.counted_on),
        "made": making.words,
    }
    return Ledger(name=name, title=month + title, unit=facts.organization.name, on=making.on, note=note, **parts)


def explanation(facts: MonthFacts, making: Making) -> Ledger:
    """Return 说明: what this is, how it was counted, what the words mean, how much is in it."""
    rows = [
        Total((_("这份材料"), "")),
        *about(facts, making),
        Total((_("依据"), "")),
        *clauses(),
        Total((_("各表数目"), "")),
        *sizes(facts),
        Total((_("状态怎样认定"), "")),
        *meanings(),
    ]
    columns = [Column(_("项目"), 30), Column(_("内容"), 110)]
    return sheet(
        facts, making, _("说明"), _("激励关怀帮扶督查材料说明"), columns=columns, rows=rows, signed=False, one_page=True
    )


def clauses() -> list[tuple[str, str]]:
    """Return each rule with the sentence that it carries out."""
    return [(f"{rule.title} {CLAUSES[rule.code].basis}", CLAUSES[rule.code].text) for rule in RULES]


def about(facts: MonthFacts, making: Making) -> list[tuple[str, str]]:
    """Return the lines on scope, span, author and confidentiality."""
    span = f"{date_words(facts.month.starts_on)}–{date_words(facts.month.ends_on)}"
    ended = facts.counted_on == facts.month.ends_on
    until = date_words(facts.counted_on) + ("" if ended else _("（当月尚未结束，以下为截至当日的数字）"))
    return [
        (_("范围"), facts.scope),
        (_("月份"), span),
        (_("统计截止日"), until),
        (_("生成"), making.words),
        (_("台账收录"), _("谈话日期在当月的谈话，含补录；撤回的不收录；集体谈话每人一行，序号相同。")),
        (_("汇总和名单"), _("截止日所在的年度、季度和上一个年度、季度的任务在当日的状态；截止日以后的谈话不计。")),
        (_("保密"), _("不含谈话内容；五必谈不分情形；公民身份号码只留前6位和后4位。下载记入审计。")),
        *guarded_words(facts),
        (_("密级"), _("本系统为非涉密系统，严禁存储、处理、传输国家秘密信息。")),
    ]


def guarded_words(facts: MonthFacts) -> Iterator[tuple[str, str]]:
    """Yield what the ledgers of hardship and of pairing say and do not, or in one line that they are left out."""
    names = {"hardship": _("困难党员台账"), "pairing": _("结对帮扶台账")}
    held = "、".join(names[one] for one in facts.holds)
    kept = "、".join(names[one] for one in names if one not in facts.holds)
    if held:
        words = _(
            "%s收录截止日在册、当月在结的，不含收入、病情、家庭、具体情况、需求和措施；可以导出台账的人才能下载。"
        )
        yield _("困难和结对"), words % held
    if kept:
        yield _("未收录"), _("%s由党委组织部保存，本工作簿不收录。") % kept


def sizes(facts: MonthFacts) -> list[tuple[str, str]]:
    """Return how much each sheet holds."""
    present = _("本年度、本季度应办 %(due)d 项，已办 %(finished)d 项")
    behind = _("连同上一个年度、季度逾期 %(overdue)d 项，已说明 %(excused)d 项")
    counts = facts.counts
    return [
        (_("汇总"), f"{present}；{behind}" % counts),
        (_("谈心谈话台账"), _("谈话 %(talks)d 次，谈话对象 %(talked_with)d 人次") % counts),
        (_("党费减免台账"), _("减免中 %(waivers)d 人") % counts),
        *([(_("困难党员台账"), _("在册 %d 人") % len(facts.cases))] if facts.cases is not None else []),
        *([(_("结对帮扶台账"), _("当月在结 %d 项") % len(facts.pairings))] if facts.pairings is not None else []),
        (_("未完成名单"), _("%(undone)d 项") % counts),
    ]


def meanings() -> list[tuple[str, str]]:
    """Return each state in a sentence (duties.md, States)."""
    return [
        (str(State.DONE.label), _("时段内谈过，并在时段结束后规定天数内录入。")),
        (str(State.LATE_ENTRY.label), _("时段内谈过，超过规定天数才录入；计入已办，单独列出。")),
        (_("未到期"), _("期限未过、尚未办理，含临期、待办和未到。")),
        (str(State.OVERDUE.label), _("期限已过，时段内没有办理；以后再谈也不能补足。")),
        (str(State.EXCUSED.label), _("没有办理，原因已书面说明并在有效期内。")),
        (str(State.NOT_APPLICABLE.label), _("对象已离开、失去联系或规定不适用，不计入应办。")),
        (_("办结率"), _("已办 ÷ 应办，只舍不入；应办 = 已办 + 未到期 + 逾期 + 已说明。")),
        (_("书记空缺"), _("当日没有书记，任务照列，责任上移到上一级党组织。")),
    ]


def summary(facts: MonthFacts, making: Making) -> Ledger:
    """Return 汇总: each organisation and clause in official order, with subtotals by general branch."""
    columns = [
        Column(_("序号"), 6, "number", "center"),
        Column(_("党组织"), 36),
        Column(_("任务"), 14, align="center"),
        Column(_("依据"), 12, align="center"),
        Column(_("时段"), 18, align="center"),
        Column(_("应办"), 8, "number"),
        Column(_("已办"), 8, "number"),
        Column(_("其中补录"), 10, "number"),
        Column(_("未到期"), 8, "number"),
        Column(_("逾期"), 8, "number"),
        Column(_("已说明"), 8, "number"),
        Column(_("办结率"), 10, "percent"),
        Column(_("备注"), 14, align="center"),
    ]
    rows = list(summary_rows(facts))
    return sheet(facts, making, _("汇总"), _("激励关怀帮扶任务汇总表"), columns=columns, rows=rows, frozen_columns=2)


def summary_rows(facts: MonthFacts) -> Iterator[Sequence[Any]]:
    """Yield the lines of 汇总: organisations, a subtotal after the branches of a general branch, totals by clause."""
    numbers = count(1)
    for path, group in groupby(facts.tallies, key=lambda row: part_of(row.path)):
        tallies = list(group)
        for row in tallies:
            vacant = _("书记空缺") if row.vacant else ""
            yield [next(numbers), row.organization_name, *task_of(row), *figures([row]), vacant]
        yield from totals(tallies, least=2, title=_("%s小计") % facts.groups[path])
    yield from totals(facts.tallies, least=1)


def totals(tallies: Sequence[Tally], *, least: int, title: str = "") -> Iterator[Total]:
    """Yield one line of sums for each clause and window that has at least so many lines, in the catalogue's order."""
    for rule in RULES:
        name = title or _("合计：%s") % rule.explains
        for window in sorted({row.window for row in tallies if row.rule == rule.code}):
            rows = [row for row in tallies if (row.rule, row.window) == (rule.code, window)]
            if len(rows) >= least:
                yield Total(["", name, *task_of(rows[0]), *figures(rows), ""])


def task_of(row: Tally | Duty) -> list[str]:
    """Return how a line names its task: title, place in the policy, window."""
    rule = next(rule for rule in RULES if rule.code == row.rule)
    return [str(rule.title), CLAUSES[row.rule].basis, window_words(row.window)]


def figures(rows: Sequence[Tally]) -> list[Any]:
    """Return 应办 已办 其中补录 未到期 逾期 已说明 办结率 of one line."""
    due, finished = sum(row.due for row in rows), sum(row.finished for row in rows)
    ahead = sum(row.open + row.due_soon + row.upcoming for row in rows)
    late_entry, overdue = sum(row.late_entry for row in rows), sum(row.overdue for row in rows)
    return [due, finished, late_entry, ahead, overdue, sum(row.excused for row in rows), share(finished, due)]


def share(finished: int, due: int) -> Decimal | str:
    """Return the share that is done to a tenth of a percent, never rounded up: 100% means all."""
    if not due:
        return "—"
    return (Decimal(finished) / due).quantize(Decimal("0.001"), ROUND_DOWN)


def talk_ledger(facts: MonthFacts, making: Making) -> Ledger:
    """Return 谈心谈话台账."""
    return sheet(
        facts,
        making,
        _("谈心谈话台账"),
        _("谈心谈话台账"),
        columns=talk_columns(),
        rows=facts.talks,
        frozen_columns=3,
        empty=_("本月没有谈心谈话记录。"),
    )


def waiver_ledger(facts: MonthFacts, making: Making) -> Ledger:
    """Return 党费减免台账: the waivers that hold in the month."""
    return sheet(
        facts,
        making,
        _("党费减免台账"),
        _("党费减免台账"),
        columns=waiver_columns(),
        rows=facts.waivers,
        frozen_columns=3,
        empty=_("本月没有减免党费的党员。"),
    )


def case_ledger(facts: MonthFacts, making: Making) -> Ledger:
    """Return 困难党员台账: who was recognised on the day of counting."""
    name, empty = _("困难党员台账"), _("截止日没有在册的困难党员。")
    return sheet(
        facts, making, name, name, columns=case_columns(), rows=facts.cases or [], frozen_columns=2, empty=empty
    )


def pairing_ledger(facts: MonthFacts, making: Making) -> Ledger:
    """Return 结对帮扶台账: what ran in the month."""
    name, empty = _("结对帮扶台账"), _("本月没有结对帮扶。")
    return sheet(
        facts, making, name, name, columns=pairing_columns(), rows=facts.pairings or [], frozen_columns=3, empty=empty
    )


def missing(facts: MonthFacts, making: Making) -> Ledger:
    """Return 未完成名单: what was not done on the day of counting, by name."""
    columns = [
        Column(_("序号"), 6, "number", "center"),
        Column(_("党组织"), 34),
        Column(_("责任人"), 12, align="center"),
        Column(_("对象"), 30),
        Column(_("任务"), 14, align="center"),
        Column(_("依据"), 12, align="center"),
        Column(_("时段"), 18, align="center"),
        Column(_("期限"), 16, "date"),
        Column(_("状态"), 14, align="center"),
        Column(_("说明"), 26),
    ]
    rows = [[n, *missing_row(duty, facts.counted_on)] for n, duty in enumerate(facts.undone, 1)]
    empty = _("截止日没有未完成的任务。")
    return sheet(
        facts, making, _("未完成名单"), _("未完成名单"), columns=columns, rows=rows, frozen_columns=4, empty=empty
    )


def missing_row(duty: Duty, on: dt.date) -> list[Any]:
    """Return one duty that is not done: who owes it, about whom, under which clause, by when."""
    obligor = _("书记空缺") if duty.vacant else duty.obligor
    late = _("逾期 %d 天") % -duty.days_left(on)
    state = late if duty.state == State.OVERDUE else str(State(duty.state).label)
    return [duty.organization_name, obligor, duty.subject, *task_of(duty), duty.due_on, state, duty.why]
