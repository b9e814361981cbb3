"""Invented cases of the hardship ledger in every state, in the first branches. Nothing of it happened to anybody."""

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

from carehub.approvals.actions import Ground
from carehub.approvals.chain import APPLICANT
from carehub.approvals.machine import Deed, Verb
from carehub.demo.university import University
from hardship.cases.actions import close, open_case, review, take_step
from hardship.cases.needs import add_need, finish_need, owners_for
from hardship.models import Case
from members.models import EventKind, LifeEvent, Organization, Person, Post

SPACE = uuid.UUID("00000000-0000-0000-0000-000000000061")
C, D, R = Case.Category, Case.Degree, Case.Cause
# categories, degree, cause, in words, health, income, household, family
STORIES: tuple[tuple[Any, ...], ...] = (
    ([C.LIVING], D.HARD, R.ILLNESS, "慢性病，长期服药", "慢性病", "1680.00", 3, [["配偶", "良好", "1200", "务农"]]),
    ([C.LIVING, C.FRAIL], D.SEVERE, R.DISABILITY, "配偶残疾", "一般", "980.00", 4, [["配偶", "残疾", "0", "无"]]),
    ([C.ALONE], D.COMMON, R.BEREAVED, "子女在外地，一人居住，行动不便", "行动不便", "2100.00", 1, []),
    ([C.LIVING], D.COMMON, R.SCHOOLING, "两个孩子同时上大学", "良好", "1900.00", 4, [["长女", "良好", "0", "在读"]]),
    ([C.BEREFT, C.ALONE], D.HARD, R.LABOUR, "丧偶多年，无人照料", "体弱", "1500.00", 1, []),
)  # fmt: skip
# how far it came, how many days ago it was registered
COURSES = (
    ("opened", 3), ("general", 12), ("department", 20), ("returned", 9), ("recognised", 70), ("overdue", 250),
    ("closed", 400), ("again", 500), ("declined", 60),
)  # fmt: skip
BRANCHES = 3


@dataclass(frozen=True)
class Office:
    """Who decides about a branch's cases."""

    organizer: Any
    secretary: Any
    general: Any
    head: Any


def fill_ledger(university: University) -> None:
    """Register members of the first branches whose offices are filled by different people."""
    for place, office in offices(university)[:BRANCHES]:
        let_somebody_fall_ill(place, office, university.on)
        people = Person.objects.party_members().at_or_below(place.path or "").filter(posts=None)  # type: ignore[attr-defined]
        joined = people.order_by("pk").select_related("organization", "user")
        for n, (person, (course, ago)) in enumerate(zip(joined, COURSES, strict=False)):
            _Story(person, office, STORIES[n % len(STORIES)], university.on, ago).run(course)


def let_somebody_fall_ill(place: Organization, office: Office, on: dt.date) -> None:
    """Note what happened to somebody who is not in the ledger: the list asks the secretary about him."""
    person = Person.objects.party_members().filter(organization=place, posts__isnull=False).latest("pk")
    LifeEvent.objects.create(
        person=person, kind=EventKind.HOSPITALISED, happened_on=on - dt.timedelta(days=30), organization=place,
        path=place.path or "", source=LifeEvent.Source.BRANCH, entered_by=office.organizer,
        once_key=uuid.uuid5(SPACE, f"ill {place.code}"),
    )  # fmt: skip


def offices(university: University) -> list[tuple[Organization, Office]]:
    """Return the branches with a secretary, an organiser and a general branch's secretary in office."""
    posts = Post.objects.in_force(university.on).filter(person__user__isnull=False).select_related("person__user")
    head = posts.filter(role=Post.Role.DEPARTMENT_HEAD).order_by("pk")[0].person.user
    leading = {post.organization_id: post.person.user for post in posts.secretaries()}
    found = []
    for post in posts.filter(role=Post.Role.ORGANIZER).order_by("organization__code").select_related("organization"):
        place = post.organization
        hands = (post.person.user, leading.get(place.pk), leading.get(place.parent_id or 0), head)
        if place.kind == Organization.Kind.BRANCH and all(hands) and len(set(hands)) == 4:
            found.append((place, Office(*hands)))
    return found


class _Story:
    """One invented case."""

    def __init__(self, person: Person, office: Office, story: tuple[Any, ...], on: dt.date, ago: int) -> None:
        self.person, self.office, self.story, self.on = person, office, story, on
        self.begun = on - dt.timedelta(days=ago)

    def run(self, course: str) -> None:
        case = self.open(self.begun, "first")
        if course == "opened":
            return
        if course == "returned":
            self.step(case, self.office.secretary, 2, verb=Verb.RETURN, to=APPLICANT, opinion="请补充家庭收入的日期")
            return
        self.step(case, self.office.secretary, 2, opinion="支委会评议，情况属实")
        if course == "general":
            return
        if course == "declined":
            self.step(case, self.office.general, 5, verb=Verb.DECLINE, opinion="家庭收入高于标准，先在走访中关心")
            return
        self.step(case, self.office.general, 5, opinion="同意支部意见")
        if course == "department":
            return
        self.step(case, self.office.head, 9, opinion="同意认定")
        self.follow(case, course)

    def follow(self, case: Case, course: str) -> None:
        """Let time go by over a recognised case."""
        case.refresh_from_db()
        if course == "recognised":
            self.look_again(case, 40, "still", "仍在服药，开支没有减少")
            self.need(case)
        if course in ("closed", "again"):
            self.look_again(case, 180, "overcome", "孩子毕业参加工作")
            case.refresh_from_db()
            close(
                case=case, seen=case.version, outcome=Case.Outcome.OVERCOME, why="家庭收入恢复，本人同意结束",
                by=self.office.organizer, on=self.begun + dt.timedelta(days=185),
            )  # fmt: skip
        if course == "again":
            again = self.open(self.on - dt.timedelta(days=6), "again", reopens=case)
            self.step(again, self.office.secretary, 2, since=self.on - dt.timedelta(days=6), opinion="又遇困难，属实")

    def open(self, on: dt.date, name: str, reopens: Case | None = None) -> Case:
        kinds, degree, cause, words, health, income, household, family = self.story
        said = {
            "categories": list(kinds), "degree": degree, "cause": cause, "cause_words": words, "health": health,
            "income_source": "工资", "income": income, "income_on": on, "household": household,
            "has_allowance": degree == D.SEVERE, "has_preference": False, "is_veteran": False,
            "family": json.dumps(family, ensure_ascii=False) if family else "", "allowances": "",
            "help_from_on": on, "help_to_on": None, "consent_on": on,
        }  # fmt: skip
        key = uuid.uuid5(SPACE, f"{self.person.number} {self.person.pk} {name}")
        by = self.person.user or self.office.organizer  # who has an account asks himself
        return open_case(person=self.person, said=said, once_key=key, by=by, on=on, reopens=reopens)

    def step(
        self, case: Case, by: Any, after: int, *, verb: str = Verb.PASS, to: int | None = None, opinion: str = "",
        since: dt.date | None = None,
    ) -> None:  # fmt: skip
        on = min((since or self.begun) + dt.timedelta(days=after), self.on)
        meeting = {self.office.secretary: "支部委员会", self.office.general: "总支委员会"}.get(by, "")
        ground = Ground(opinion, on, meeting, "到会 3 人，同意 3 人") if meeting else Ground(opinion)
        take_step(case=case, seen=case.application.version, deed=Deed(verb, to=to), ground=ground, by=by, on=on)

    def look_again(self, case: Case, after: int, result: str, note: str) -> None:
        on = self.begun + dt.timedelta(days=after)
        said = {"on": on, "result": result, "degree": case.degree, "income": "", "note": note, "next_review_on": None}
        key = uuid.uuid5(SPACE, f"review {case.pk} {after}")
        review(case=case, seen=case.version, said=said, once_key=key, by=self.office.organizer, on=on)

    def need(self, case: Case) -> None:
        owner = owners_for(case, self.on)[0]
        for n, (what, days) in enumerate((("协调门诊慢性病报销", 20), ("联系社区安装扶手", 5))):
            made = add_need(
                case=case, what=what, owner=owner, due_on=self.on + dt.timedelta(days=days),
                once_key=uuid.uuid5(SPACE, f"need {case.pk} {n}"), by=self.office.secretary, on=self.on,
            )  # fmt: skip
        finish_need(need=made, seen=1, state="done", result="已装好", by=self.office.organizer, on=self.on)
