"""The steps of an application drawn: what is done, where it is now and who has it, what was returned or passed over."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from carehub.approvals.chain import APPLICANT, Chain, Stop
from carehub.approvals.hands import Hands
from carehub.approvals.machine import DECISIONS, State, Verb
from carehub.approvals.models import Application, Decision
from carehub.calendar import near_date_words


@dataclass(frozen=True)
class Node:
    """One step in the picture."""

    title: str
    short: str
    state: str  # done, now, back, skip, out, wait
    brief: str  # one line for a list: 11月6日, 等您, 略过
    lines: Sequence[str] = ()  # for the page of the application


def decisions_of(applications: Iterable[Application]) -> dict[int, list[Decision]]:
    """Return the evidence of each application in order, without the sealed words, in one query."""
    found: dict[int, list[Decision]] = defaultdict(list)
    rows = Decision.objects.filter(application__in=[one.pk for one in applications]).in_order().defer("opinion")
    for row in rows:
        found[row.application_id].append(row)
    return found


def picture_of(
    one: Application,
    chain: Chain,
    decisions: Sequence[Decision],
    hands: Hands,
    on: dt.date,
    *,
    applicant: str,
    viewer_id: int | None = None,
    facts: Mapping[int, str] | None = None,
) -> list[Node]:
    """Return the applicant's node and one for each step. `facts` adds a line to a decision, by its number."""
    last = {decision.step: decision for decision in decisions if decision.verb in DECISIONS}
    nodes = [_first(one, decisions, on, applicant)]
    for n, stop in enumerate(one.stops(chain)):
        decision = last.get(stop.step.code)
        nodes.append(_node(one, n, stop, decision, hands, on, viewer_id, (facts or {})))
    return nodes


def _first(one: Application, decisions: Sequence[Decision], on: dt.date, applicant: str) -> Node:
    sent = next((d for d in reversed(decisions) if d.verb in (Verb.SUBMIT, Verb.AGAIN)), None)
    day = near_date_words(sent.on if sent else one.submitted_on, on)
    if one.state == State.RETURNED:
        return Node(
            _("本人申请"), _("本人"), "now", _("等补正"), (applicant, _("等本人补正"), _("退回 %s") % _waited(one, on))
        )
    entered = _("%s代录") % sent.person if sent and one.author_person_id != one.applicant_id else _("本人提出")
    return Node(_("本人申请"), _("本人"), "done", day, (applicant, f"{day} {entered}"))


def _node(
    one: Application, n: int, stop: Stop, last: Decision | None, hands: Hands, on: dt.date, viewer_id: int | None,
    facts: Mapping[int, str],
) -> Node:  # fmt: skip
    title, short = str(stop.step.title), str(stop.step.short)
    if not stop.exists:
        return Node(str(stop.step.absent), str(stop.step.absent), "skip", _("略过"), (_("没有这一级，略过"),))
    if one.state == State.RUNNING and n == one.stage:
        return Node(title, short, "now", _who(hands, viewer_id, short=True), _now_lines(one, hands, on, viewer_id))
    if last is None or (n > one.stage and one.is_open and last.verb != Verb.RETURN):
        return Node(title, short, "wait", "", ())
    if n > one.stage and one.is_open:
        return Node(title, short, "back", _("退回"), _said(last, on, facts))
    state = "out" if last.verb == Verb.DECLINE else "back" if last.verb == Verb.RETURN else "done"
    brief = {"out": _("不同意"), "back": _("退回")}.get(state, near_date_words(last.day, on))
    return Node(title, short, state, brief, _said(last, on, facts))


def _now_lines(one: Application, hands: Hands, on: dt.date, viewer_id: int | None) -> tuple[str, ...]:
    late = one.due_on is not None and on > one.due_on
    clock = _("已过期限 %s 天") % (on - one.due_on).days if late and one.due_on else ""
    return tuple(filter(None, (_who(hands, viewer_id), _("收到 %s") % _waited(one, on), clock)))


def _waited(one: Application, on: dt.date) -> str:
    days = (on - one.since_on).days
    return _("%s 天") % days if days else _("今天")


def _who(hands: Hands, viewer_id: int | None, *, short: bool = False) -> str:
    if hands.holds(viewer_id):
        return _("等您")
    if not hands.able:
        return _("没有人能办")
    return _("等%s") % (hands.able[0].name if short else hands.words)


def _said(decision: Decision, on: dt.date, facts: Mapping[int, str]) -> tuple[str, ...]:
    who = " ".join(filter(None, (decision.post.rpartition("，")[2], decision.person)))
    when = " ".join(filter(None, (near_date_words(decision.day, on), decision.meeting)))
    return tuple(
        filter(None, (who, when, str(Verb(decision.verb).label), decision.document, facts.get(decision.number, "")))
    )


def back_to(one: Application, chain: Chain) -> list[tuple[int, str]]:
    """Return where the present step may return it: (place, words), the applicant first."""
    earlier = [(n, stop) for n, stop in enumerate(one.stops(chain)) if n < one.stage and stop.exists]
    return [(APPLICANT, _("退回本人补正")), *((n, _("退回%s") % stop.step.title) for n, stop in earlier)]
