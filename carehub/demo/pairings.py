"""Invented pairings in every state, pairs of organisations and volunteer actions. Nothing of it happened to anybody."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from carehub.demo.hardships import BRANCHES, Office, offices
from carehub.demo.university import University
from hardship.cases.needs import owners_for
from hardship.models import Case, Contact, Pairing
from hardship.pairing.actions import add_helper, end_pairing, log_contact, open_pairing
from hardship.pairing.exchange_actions import end_exchange, log_action, log_activity, open_exchange
from members.models import Organization, Person

SPACE = uuid.UUID("00000000-0000-0000-0000-000000000062")
STORIES = (
    ("每月去医院复查没有人陪", "每月陪同复查，帮办门诊报销", "陪同复查、代办报销"),
    ("一人居住，买菜取药不便", "每两周上门一次，代买代取", "上门看望、代买代取"),
    ("孩子升学缺少辅导和资助信息", "联系辅导，帮助申请助学金", "联系辅导、帮填申请表"),
)
M, C = Contact.How.MET, Contact.How.CALLED
DONE = ((M, "陪同复查，药已取回"), (C, "电话问候，说一切都好"), (M, "送去米油，修好水龙头"))
# How many days ago it began, the days ago of its contacts: kept well, long without contact, soon to be contacted.
COURSES = ((60, (45, 20, 6)), (110, (95,)), (58, ()))
ENDED = (65, (60, 50, 30))  # one before, which reached what it was for
TOGETHER = (
    ("城东街道社区党委", "政策宣讲、走访老党员", 300, ((210, "政策宣讲进社区", 12), (40, "走访老党员", 8)), False),
    ("", "两个支部联合开展主题党日、结对帮学", 150, ((90, "联合主题党日", 31),), False),
    ("市第二医院内科党支部", "健康讲座和义诊", 500, ((420, "校园义诊", 15),), True),
)  # fmt: skip
ACTIONS = (
    ("打扫社区活动室", "社区老人", Decimal("2.5"), 14),
    ("校园迎新志愿服务", "入学新生", Decimal(4), 75),
    ("给独居老人送冬衣", "社区独居老人", None, 25),
)


def pair_up(university: University) -> None:
    """Pair people of the ledger with members of their branches, and branches with others."""
    for n, (place, office) in enumerate(offices(university)[:BRANCHES]):
        cases = Case.objects.recognised().filter(person__organization=place).order_by("pk")
        people = Person.objects.party_members().at_or_below(place.path or "")  # type: ignore[attr-defined]
        helpers = list(people.filter(user__isnull=False, cases=None).order_by("pk")[:4])
        if helpers:
            pairs(list(cases), helpers, office, university.on, n)
        together(place, office, university.on)
        volunteer(place, office, university.on)


def pairs(cases: list[Case], helpers: list[Person], office: Office, on: dt.date, branch: int) -> None:
    """Let each person be helped; one of them was before, and has two helpers now."""
    for n, case in enumerate(cases):
        course = COURSES[(branch + n) % len(COURSES)]
        if n == 0:
            past = _pair(case, helpers[-1], office, on, 9, ENDED)
            _end(past, office, on)
        made = _pair(case, helpers[n % len(helpers)], office, on, n, course)
        if n == 0 and len(helpers) > 1:
            said = {"task": "周末看望", "from_on": made.started_on, "helper": None}
            add_helper(
                pairing=made, seen=made.version, person=helpers[1], said=said, once_key=key("also", made.pk),
                by=office.secretary, on=on,
            )  # fmt: skip


def _pair(case: Case, helper: Person, office: Office, on: dt.date, n: int, course: tuple[int, Any]) -> Pairing:
    """Let one pairing begin and be kept."""
    ago, contacts = course
    need, measures, task = STORIES[n % len(STORIES)]
    started = max(on - dt.timedelta(days=ago), case.recognised_on or on)
    said = {
        "need": need, "measures": measures, "task": task, "responsible": owners_for(case, on)[0], "started_on": started,
        "planned_end_on": started + dt.timedelta(days=365), "review_on": started + dt.timedelta(days=180),
    }  # fmt: skip
    by = office.secretary
    one = open_pairing(case=case, said=said, helper=helper, once_key=key("pairing", case.pk, n), by=by, on=on)
    for place, days in enumerate(contacts):
        _contact(one, place, on - dt.timedelta(days=days), by)
    one.refresh_from_db()
    return one


def _end(one: Pairing, office: Office, on: dt.date) -> None:
    last = on - dt.timedelta(days=25)
    said = {"outcome": Pairing.Outcome.REACHED, "ended_on": last, "why": "复查稳定，转为日常关心"}
    end_pairing(pairing=one, seen=one.version, said=said, by=office.secretary, on=on)


def _contact(one: Pairing, n: int, on: dt.date, by: Any) -> None:
    helper, (how, done) = one.helpers.all()[0], DONE[n % len(DONE)]
    gift = n == 2
    said = {
        "on": max(on, one.started_on), "how": how, "done": done,
        "given": Contact.Given.GOODS if gift else "", "amount": Decimal(200) if gift else None,
    }  # fmt: skip
    log_contact(pairing=one, helper=helper, said=said, once_key=key("contact", one.pk, n), by=helper.person.user or by)


def together(place: Organization, office: Office, on: dt.date) -> None:
    """Let a branch do something together with others, inside and outside the school."""
    sister = Organization.objects.branches().filter(parent=place.parent).exclude(pk=place.pk).order_by("code").first()
    for n, (outside, what, ago, activities, over) in enumerate(TOGETHER):
        if not outside and sister is None:
            continue
        said = {
            "organization": place, "partner": None if outside else sister, "partner_name": outside,
            "agreed_on": on - dt.timedelta(days=ago), "together": what, "in_charge": "双方支部书记",
        }  # fmt: skip
        one = open_exchange(said=said, once_key=key("exchange", place.pk, n), by=office.secretary)
        for m, (days, done, people) in enumerate(activities):
            row = {"on": on - dt.timedelta(days=days), "what": done, "headcount": people}
            log_activity(exchange=one, said=row, once_key=key("activity", one.pk, m), by=office.organizer)
        if over:
            end_exchange(exchange=one, seen=1, ended_on=on - dt.timedelta(days=60), why="约定到期", by=office.secretary)


def volunteer(place: Organization, office: Office, on: dt.date) -> None:
    people = list(Person.objects.party_members().at_or_below(place.path or "").order_by("pk")[:8])  # type: ignore[attr-defined]
    for n, (what, whom, hours, ago) in enumerate(ACTIONS):
        said = {
            "on": on - dt.timedelta(days=ago), "what": what, "beneficiaries": whom, "hours": hours,
            "people": people[n : n + 4],
        }  # fmt: skip
        log_action(organization=place, said=said, once_key=key("action", place.pk, n), by=office.organizer)


def key(*parts: object) -> uuid.UUID:
    return uuid.uuid5(SPACE, " ".join(map(str, parts)))
