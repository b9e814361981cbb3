"""What a row of the trail says in words. A key of `detail` that is not named here is never shown."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.accounts.models import Closing
from carehub.audit.models import Action, AuditEvent
from carehub.reveals.models import Purpose
from members.models import Affiliation, Person, Post

t = gettext_lazy

# `what` of a row → what was done.
DEEDS: dict[str, Any] = {
    "file": t("看档案"),
    "talk-text": t("看谈话要点"),
    "talk-form": t("打印谈话记录表"),
    "prepare": t("准备谈话"),
    "roster": t("导出名册"),
    "branch": t("导出支部谈话情况"),
    "template": t("下载空白模板"),
    "audit": t("导出审计记录"),
    "audit-verify": t("核对审计记录"),
    "affiliate": t("编入党组织"),
    "leave": t("离开党组织"),
    "import-problems": t("下载导入时要改的行"),
    "appoint": t("登记任职"),
    "end-post": t("登记任职的最后一天"),
    "oversee": t("登记分管"),
    "set-term": t("登记任期"),
    "end-oversight": t("登记分管的最后一天"),
    "talk-sheet": t("下载待填的谈话台账"),
    "talk-plan": t("下载谈话安排"),
    "calendar-link": t("生成日历订阅地址"),
    "calendar-link-end": t("停止日历订阅"),
    "ask-talk": t("请求约谈"),
    "answer-talk-request": t("答复约谈"),
    "follow-talk-request": t("约谈请求随组织关系转接"),
    "withdraw-talk-request": t("撤回约谈请求"),
    "talk-request": t("看约谈请求"),
    "ask-transfer": t("提出组织关系转接"),
    "accept-transfer": t("接收组织关系"),
    "decline-transfer": t("退回组织关系转接"),
    "withdraw-transfer": t("撤回组织关系转接"),
    "take-in": t("新编入一位"),
    "correct-person": t("更正档案"),
    "ask-change": t("申请更正档案"),
    "withdraw-change": t("撤回更正申请"),
    "decide-change": t("处理更正申请"),
    "change-request": t("看更正申请"),
    "note-events": t("记下组织关系、任职等变动"),
    "enter-event": t("登记生活事件"),
    "withdraw-event": t("撤回生活事件"),
    "open-case": t("登记困难"),
    "review-case": t("复核困难登记"),
    "close-case": t("结束困难登记"),
    "case": t("看困难登记"),
    "case-form": t("打印困难党员登记表"),
    "hardship": t("导出困难党员台账"),
    "hardship-sheet": t("下载困难党员台账填报表"),
    "inspection": t("下载含有困难、结对台账的工作簿"),
    "add-need": t("登记帮扶需求"),
    "give-need": t("转请办理帮扶需求"),
    "finish-need": t("办结帮扶需求"),
    "pairing": t("看结对帮扶"),
    "pairing-form": t("打印结对帮扶登记表"),
    "open-pairing": t("结对帮扶"),
    "edit-pairing": t("修改结对帮扶"),
    "add-helper": t("确定帮扶人"),
    "end-helper": t("不再帮扶"),
    "log-contact": t("记帮扶联系"),
    "correct-contact": t("更正帮扶联系"),
    "withdraw-contact": t("撤回帮扶联系"),
    "end-pairing": t("结束结对帮扶"),
    "open-exchange": t("登记组织结对共建"),
    "end-exchange": t("结束组织结对共建"),
    "log-activity": t("记共建活动"),
    "withdraw-activity": t("撤回共建活动"),
    "log-action": t("记志愿者行动"),
    "withdraw-action": t("撤回志愿者行动"),
    "log-talk": t("记录谈话"),
    "correct-talk": t("更正谈话"),
    "withdraw-talk": t("撤回谈话"),
    "share-text": t("把谈话要点给对方看"),
    "unshare-text": t("不再给对方看谈话要点"),
    "excuse": t("说明任务原因"),
    "withdraw excuse": t("收回原因说明"),
    "rule setting": t("修改规则"),
    "close-period": t("时段定格"),
    "reopen-period": t("重新开放时段"),
    "take rule back": t("收回自动登记的规则"),
    "password": t("修改密码"),
    "first password": t("重设初始密码"),
    "first passwords": t("发放初始密码"),
    "close": t("停用账号"),
    "reopen": t("恢复账号"),
    "second factor on": t("开启两步验证"),
    "second factor off": t("关闭两步验证"),
    "second factor reset": t("重置两步验证"),
    "recovery codes renewed": t("更换恢复码"),
    "share file": t("授权看一份档案"),
    "end grant": t("收回授权"),
    "propose": t("提议任免职务"),
    "propose again": t("修改任免提议"),
    "approve": t("批准任免提议"),
    "decline": t("不同意任免提议"),
    "send back": t("退回任免提议"),
    "take back": t("撤回任免提议"),
    "carry out": t("办理任免"),
    "reveal quota": t("查看完整号码的次数已满"),
    "text-asked": t("申请应急查阅谈话要点"),
    "text-approved": t("同意应急查阅"),
    "text-declined": t("不同意应急查阅"),
    "text-withdrawn": t("撤回应急查阅申请"),
    "text-read": t("应急查阅谈话要点"),
    "rotate keys": t("更换加密密钥"),
    "backup": t("备份"),
    "restore": t("恢复"),
    "chase": t("提醒责任人"),
    "erase departed": t("清除离开的人的敏感信息"),
    "administer close": t("停用账号"),
    "administer reopen": t("重新启用账号"),
    "administer unlock": t("解除锁定"),
    "administer end-sessions": t("结束全部登录"),
    "administer second-factor": t("撤销第二步验证"),
}
APPLYING: dict[str, Any] = {
    "waiver": t("看党费减免申请"),
    "waiver-form": t("打印党费减免审批表"),
    "submit-application": t("提出申请"),
    "application-pass": t("同意申请"),
    "application-against": t("不同意，仍报上一级"),
    "application-return": t("退回申请"),
    "application-decline": t("不同意申请"),
    "application-withdraw": t("撤回申请"),
    "application-hand": t("转请代办申请"),
    "application-again": t("补正后重新申请"),
    "application-amend": t("修改申请"),
    "call-meeting": t("排会议议题"),
    "resolve-meeting": t("会议决议"),
    "take-off-agenda": t("从议题里撤下"),
    "revoke-waiver": t("提前终止党费减免"),
    "declare-kinship": t("声明亲属关系"),
    "withdraw-kinship": t("收回亲属声明"),
}
DEEDS |= APPLYING
BEGINNINGS: dict[str, Any] = {"follow-up-": t("办理事项"), "text-": t("应急查阅"), "application-": t("申请")}
TARGETS: dict[str, Any] = {
    "members.Person": t("人员档案"),
    "members.Organization": t("党组织"),
    "members.RosterImport": t("导入"),
    "members.Post": t("任职"),
    "talks.Talk": t("谈话"),
    "talks.FollowUp": t("办理事项"),
    "hardship.Case": t("困难登记"),
    "hardship.Need": t("帮扶需求"),
    "hardship.Pairing": t("结对帮扶"),
    "hardship.Helper": t("帮扶人"),
    "hardship.Contact": t("帮扶联系"),
    "hardship.Exchange": t("组织结对共建"),
    "hardship.Activity": t("共建活动"),
    "hardship.VolunteerAction": t("志愿者行动"),
    "members.RoleProposal": t("任职提议"),
    "members.Kinship": t("亲属声明"),
    "approvals.Application": t("申请"),
    "approvals.Meeting": t("会议"),
    "hardship.Waiver": t("党费减免"),
    "reports.Inspection": t("督查工作簿"),
    "duties.Excuse": t("原因说明"),
    "duties.RuleSetting": t("规则"),
    "accounts.User": t("账号"),
    "audit.AuditSeal": t("封条"),
}
LABELS: dict[str, Any] = {
    "field": t("哪一项"),
    "because": t("事由"),
    "purpose": t("用途"),
    "full": t("含完整号码"),
    "role": t("职务"),
    "of": t("账号编号"),
    "to": t("账号编号"),
    "rows": t("行数"),
    "filters": t("筛选"),
    "month": t("月份"),
    "on": t("日期"),
    "until": t("到"),
    "name": t("名称"),
    "value": t("值"),
    "duty": t("任务"),
    "ending": t("去向"),
    "changed": t("改了"),
    "held_on": t("谈话日期"),
    "people": t("人员编号"),
    "kind": t("种类"),
    "step": t("步骤"),
    "bytes": t("字节"),
    "route": t("页面"),
    "status": t("状态码"),
    "how": t("方式"),
    "why": t("缘由"),
    "sessions": t("结束的会话"),
    "accounts": t("账号数"),
    "request": t("申请号"),
    "sha256": t("校验码"),
    "again": t("重新生成"),
    "group": t("人员类型"),
    "key": t("密钥名"),
    "values": t("值数"),
    "same": t("核对一致"),
    "wrong": t("不符"),
    "seal": t("封条"),
}
FIELDS: dict[str, Any] = {
    "phone": t("手机号"),
    "id_number": t("身份证号"),
    "address": t("住址"),
    "bank_card": t("银行卡号"),
}
# What else a row says in codes of ours, by key.
VALUES: dict[str, dict[str, Any]] = {
    "field": FIELDS,
    "purpose": dict(Purpose.choices),
    "because": dict(Closing.choices),
    "ending": dict(Affiliation.Ending.choices),
    "role": dict(Post.Role.choices),
    "group": dict(Person.Occupation.choices),
    "how": {"password": t("密码"), "password and code": t("密码和动态码"), "cas": t("统一身份认证")},
    "why": {
        "own": t("本人退出"),
        "over": t("闲置或登录太久"),
        "no ground": t("账号已停用"),
        "password": t("账号或密码不对"),
        "code": t("动态码不对"),
        "slowed": t("试得太多，须等一会儿"),
        "ended from the list": t("本人结束这一处登录"),
        "all others ended": t("本人结束其他登录"),
        "asked": t("本人申请，已当面核实"),
        "lost": t("忘记密码或遗失手机，已当面核实"),
        "moved": t("岗位变动"),
        "odd": t("账号有异常"),
        "mistake": t("更正前面的差错"),
    },
    "step": {"upload": t("上传"), "confirm": t("确认写入"), "undo": t("撤销"), "begun": t("开始"), "done": t("完成")},
}


def deed_words(action: str, target: str, detail: dict[str, Any]) -> str:
    """Return what was done: 看档案, 看完整手机号，事由：核对慰问名册, 拒绝."""
    what = str(detail.get("what", ""))
    if action == Action.REVEAL:
        return _reveal_words(detail)
    if what in DEEDS:
        return f"{DEEDS[what]}，{_('含完整号码')}" if detail.get("full") else str(DEEDS[what])
    beginning = next((words for start, words in BEGINNINGS.items() if what.startswith(start)), None)
    if beginning:
        return str(beginning)
    if target.startswith("reports.Inspection:"):
        return _("下载督查工作簿") if action == Action.DOWNLOAD else _("生成督查工作簿")
    return str(Action(action).label) if action in Action.values else action


def _reveal_words(detail: dict[str, Any]) -> str:
    words = _("看完整%(field)s") % {"field": FIELDS.get(str(detail.get("field", "")), _("号码"))}
    purpose = str(detail.get("purpose") or "")
    return f"{words}，" + _("用途：%(why)s") % {"why": VALUES["purpose"].get(purpose, purpose)} if purpose else words


def target_words(target: str) -> str:
    """Return what a row is about, by kind and number and never by a value: 人员档案 17 号."""
    label, _colon, number = target.partition(":")
    if not label:
        return ""
    return _("%(kind)s %(number)s 号") % {"kind": TARGETS.get(label, _("其他")), "number": number}


def detail_words(event: AuditEvent) -> Iterator[tuple[str, str]]:
    """Yield (label, value) of what else the row says."""
    for key, value in event.detail.items():
        if key in LABELS and value not in ("", None, []):
            yield str(LABELS[key]), _value_words(key, value)


def _value_words(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(_value_words(key, one) for one in value)
    return str(VALUES.get(key, {}).get(str(value), value))
