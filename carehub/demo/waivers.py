"""Invented requests for a waiver in every state: at each step, returned, declined, on an agenda, in force, over."""

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F

from carehub.accounts.models import User
from carehub.approvals.actions import Ground
from carehub.approvals.hands import hands_on
from carehub.approvals.machine import Deed, State, Verb
from carehub.calendar import today
from carehub.demo.university import University
from hardship.models import Waiver
from hardship.waivers import actions, meetings
from hardship.waivers.chain import COMMITTEE, WAIVERS
from hardship.waivers.dues import reckon
from members.hands import holders_at, places_above
from members.models import Person, Post

SPACE = uuid.UUID("00000000-0000-0000-0000-000000000053")
WHYS = (
    ("illness", "长期服药，自费部分较多，每月结余不够交纳"),
    ("disability", "行动不便，需要请人照料"),
    ("accident", "家中失火，正在修缮房屋"),
    ("schooling", "两个子女同时上学，学费和住宿费较多"),
    ("allowance", "家庭享受最低生活保障"),
    ("income", "岗位调整后收入减少"),
)
# how far it goes, how many days ago it was put in, how many of the kind
PLANS = (
    ("branch", 4, 2), ("general", 12, 2), ("late", 24, 1), ("returned", 9, 1), ("waiting", 18, 2), ("withdrawn", 20, 1),
    ("declined", 30, 1), ("agenda", 20, 12), ("force", 70, 6), ("ending", 330, 2), ("ended", 700, 2),
    ("revoked", 300, 1),
)  # fmt: skip


def ask_for_waivers(university: University) -> None:
    """Put in the requests and bring each as far as its plan says; one meeting waits for its resolution."""
    asking, n = people_of(university), 0
    on_agenda: list[Waiver] = []
    past: dict[str, list[Waiver]] = {}
    for plan, days, many in PLANS:
        for _one in range(many):
            waiver = put_in(next(asking), university.on - dt.timedelta(days=days), n, plan)
            n += 1
            bring(waiver, plan, university)
            if plan == "agenda":
                on_agenda.append(waiver)
            if plan in ("force", "ending", "ended", "revoked"):
                past.setdefault(plan, []).append(waiver)
    call("党委会第 21 次会议", on_agenda, university.on, 0)
    for number, (plan, waivers) in enumerate(past.items(), 31):
        resolve(f"党委会第 {number - 20} 次会议", waivers, number)
        if plan == "revoked":
            end(waivers[0], university.on)


def people_of(university: University) -> Iterator[Person]:
    """Yield members without an office, those with an account first, a few of each branch all over the school."""
    found = Person.objects.party_members().in_school().filter(posts=None).select_related("organization__parent", "user")
    waiting = list(found.order_by(F("user").asc(nulls_last=True), "organization__code", "pk"))
    seen: dict[int | None, int] = {}
    direct = [person for person in waiting if person.organization and person.organization.is_direct_branch]
    for person in dict.fromkeys([*waiting[:7], *direct[:2], *waiting[7:]]):
        seen[person.organization_id] = seen.get(person.organization_id, 0) + 1
        if seen[person.organization_id] <= 3 and author_of(person):
            yield person


def author_of(person: Person) -> Any:
    """Return who puts the request in: the person, or the officer of the branch from a signed paper."""
    if person.user:
        return person.user
    branch = places_above(person)["branch"]
    officers = [holder for holder in holders_at([branch.path], today()) if holder.persona == "BO"]
    return User.objects.get(pk=officers[0].account_id) if officers else None


def put_in(person: Person, on: dt.date, n: int, plan: str) -> Waiver:
    cause, reason = WHYS[n % len(WHYS)]
    dues = {"staff": "staff", "retired": "retired"}.get(person.occupation, "fixed")
    income = None if dues == "fixed" else Decimal(3200 + 370 * (n % 9))
    found = reckon(dues, income, on)
    standard = found.amount if found else Decimal("20.00")
    is_free = n % 3 == 1 or standard < 1
    first = dt.date(on.year + 1, 1, 1) if on.month >= 11 else on.replace(day=1)
    said: dict[str, Any] = {
        "kind": "exemption" if is_free else "reduction", "dues": dues, "income": income, "standard": standard,
        "new_amount": Decimal(0) if is_free else (standard / 2).quantize(Decimal("0.01")), "first_month": first,
        "last_month": dt.date(first.year, 12, 1), "cause": cause, "reason": reason,
    }  # fmt: skip
    if plan == "ending":
        said |= {"first_month": on.replace(day=1), "last_month": months_on(on, 11)}
    key = uuid.uuid5(SPACE, f"{n}")
    return actions.apply_for_waiver(person=person, said=said, once_key=key, by=author_of(person), on=on)


def months_on(on: dt.date, n: int) -> dt.date:
    month = on.year * 12 + on.month - 1 + n
    return dt.date(month // 12, month % 12 + 1, 1)


def bring(waiver: Waiver, plan: str, university: University) -> None:
    """Take the steps of a plan, each some days after the one before."""
    goes_up = plan in ("waiting", "agenda", "force", "ending", "ended", "revoked")
    upto = 2 if goes_up else 1 if plan == "general" else 0
    on = waiver.application.submitted_on
    while waiver.application.state == State.RUNNING and waiver.application.stage < upto:
        on += dt.timedelta(days=4)
        if not decide(waiver, Verb.PASS, on, "情况属实，同意。"):
            return
    if plan == "returned":
        decide(waiver, Verb.RETURN, on + dt.timedelta(days=3), "请补收入证明。", to=-1)
    if plan == "declined":
        decide(waiver, Verb.DECLINE, on + dt.timedelta(days=5), "收入高于标准，按标准交纳没有困难。")
    if plan == "withdrawn":
        deed = Deed(Verb.WITHDRAW)
        taking(waiver, deed, Ground("家里的事已经解决"), waiver.application.author, on)


def decide(waiver: Waiver, verb: str, on: dt.date, words: str, to: int | None = None) -> bool:
    """Let whoever has the step decide it; return whether there is somebody."""
    able = hands_on(waiver.application, WAIVERS, on).able
    if not able:
        return False
    title = "支部委员会" if waiver.application.stage == 0 else "总支委员会"
    ground = Ground(words, on, title, "到会 3 人，同意 3 人")
    taking(waiver, Deed(verb, to=to), ground, User.objects.get(pk=able[0].account_id), on)
    return True


def taking(waiver: Waiver, deed: Deed, ground: Ground, by: Any, on: dt.date) -> None:
    actions.take_step(waiver=waiver, seen=waiver.application.version, deed=deed, ground=ground, by=by, on=on)


def call(title: str, waivers: list[Waiver], on: dt.date, number: int) -> Any:
    there = [waiver for waiver in waivers if waiver.application.stage == COMMITTEE]
    clerk = Post.objects.in_force(on).filter(role=Post.Role.DEPARTMENT_CLERK).select_related("person__user")[0]
    return meetings.call_meeting(
        title=title, held_on=on, present="到会 9 人", waivers=there, once_key=uuid.uuid5(SPACE, title),
        by=clerk.person.user,
    )  # fmt: skip


def resolve(title: str, waivers: list[Waiver], number: int) -> None:
    """Let the committee agree to what came to it, twelve days after the last was put in."""
    on = waivers[-1].application.submitted_on + dt.timedelta(days=12)
    meeting = call(title, waivers, on, number)
    there = [waiver for waiver in waivers if waiver.application.stage == COMMITTEE]
    committee = places_above(waivers[0].person)["committee"]
    approver = next(holder for holder in holders_at([committee.path], on) if holder.persona == "PC")
    chosen = {waiver.application_id: waiver.application.version for waiver in there}
    by = User.objects.get(pk=approver.account_id)
    meetings.resolve(meeting=meeting, chosen=chosen, number=number, by=by, on=on)


def end(waiver: Waiver, on: dt.date) -> None:
    holder = next(h for h in holders_at([waiver.path], on) if h.persona in ("BS", "BO"))
    by = User.objects.get(pk=holder.account_id)
    actions.revoke(waiver=waiver, from_month=waiver.last_month, why="病情好转，困难已经解除", by=by, on=on)
