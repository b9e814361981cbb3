"""Cases of the ledger in every state, for the tests."""

import datetime as dt
import json
import uuid
from typing import Any

from carehub.approvals.actions import Ground
from carehub.approvals.machine import Deed, Verb
from carehub.approvals.models import Application
from hardship.cases.actions import open_case, take_step
from hardship.models import Case, Need
from members.models import Person, Post
from tests.cast import School

ON = dt.date(2026, 11, 23)
KEEPERS = {"first": "officer", "first_group": "officer", "second": "colleague", "maths_branch": "outsider"}
MEETING = Ground("情况属实", ON, "支部委员会", "到会 3 人，同意 3 人")


def said(**fields: Any) -> dict[str, Any]:
    """Return what a registration says."""
    family = json.dumps([["配偶", "多病", "900", "务农"]], ensure_ascii=False)
    return {
        "categories": ["living", "alone"], "degree": "hard", "cause": "illness", "cause_words": "长期透析，花费大",
        "health": "肾病", "income_source": "退休金", "income": "1200.00", "income_on": ON, "household": 2,
        "has_allowance": True, "has_preference": False, "is_veteran": False, "family": family,
        "allowances": "学校补助一次", "help_from_on": ON, "help_to_on": None, "consent_on": ON,
    } | fields  # fmt: skip


def opened(school: School, key: str, *, by: str, on: dt.date = ON, **fields: Any) -> Case:
    """Register somebody."""
    return registered(school.people[key], school.user(by), on=on, **fields)


def registered(person: Person, user: Any, *, on: dt.date = ON, **fields: Any) -> Case:
    return open_case(person=person, said=said(**fields), once_key=uuid.uuid4(), by=user, on=on)


def decide(school: School, case: Case, by: str, verb: str = Verb.PASS, *, on: dt.date = ON, **how: Any) -> Case:
    """Let somebody decide the present step as it stands."""
    now = Case.objects.select_related("application", "person").get(pk=case.pk)
    deed, user = Deed(verb, to=how.get("to")), school.user(by)
    ground = how.get("ground", MEETING)
    take_step(case=now, seen=now.application.version, deed=deed, ground=ground, by=user, on=on)
    return Case.objects.select_related("application", "person__organization").get(pk=case.pk)


def recognised(school: School, key: str, *, by: str, on: dt.date = ON, **fields: Any) -> Case:
    """Register somebody and put the recognition down as a row."""
    return put_down(opened(school, key, by=by, on=on, **fields), school.user("head"), on)


def put_down(case: Case, head: Any, on: dt.date) -> Case:
    """Let a case be recognised without its steps."""
    rows = Application.objects.filter(pk=case.application_id)
    rows.update(state="approved", stage=3, stage_path="", due_on=None, closed_on=on, version=4)
    Case.objects.filter(pk=case.pk).update(recognised_on=on, recognised_by=head)
    return Case.objects.select_related("application", "person__organization").get(pk=case.pk)


def closed(school: School, key: str, *, by: str, on: dt.date = ON, **fields: Any) -> Case:
    """Register somebody whose hardship is over."""
    case = recognised(school, key, by=by, on=on, **fields)
    ended = {"is_open": False, "closed_on": on, "closed_by": school.user(by), "outcome": "overcome"}
    Case.objects.filter(pk=case.pk).update(closed_why="已找到工作", **ended)
    return Case.objects.select_related("application", "person__organization").get(pk=case.pk)


def need_of(case: Case, school: School, *, owner: str, by: str, what: str = "联系轮椅") -> Need:
    post = Post.objects.filter(person=school.people[owner]).earliest("pk")
    return Need.objects.create(
        case=case, what=what, owner=post, asked_by=school.user(by), asked_on=ON, due_on=ON + dt.timedelta(days=20),
        once_key=uuid.uuid4(),
    )  # fmt: skip


def typed(**fields: Any) -> dict[str, Any]:
    """Return the form of a registration as it is sent."""
    values = {
        "once_key": str(uuid.uuid4()), "categories": ["living"], "degree": "hard", "cause": "illness",
        "cause_words": "长期透析，花费大", "health": "肾病", "household": "2", "income_source": "退休金",
        "income": "1,200", "income_on": "2026-11-20", "family_relation_1": "配偶", "family_health_1": "多病",
        "consent": "on", "consent_on": "2026-11-20",
    }  # fmt: skip
    return values | fields
