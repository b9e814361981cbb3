"""The trail holds no value of the classes C1 to C4: what people type and what files say stays out of it."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from carehub.audit.models import AuditEvent
from carehub.audit.trail import record
from carehub.duties.actions import excuse, withdraw_excuse
from carehub.duties.duty import DutyKey
from carehub.duties.models import RuleSetting
from carehub.duties.settings import TALK_TEXT
from members.actions import leave
from members.models import RosterImport
from talks.actions import withdraw_talk
from talks.models import Talk
from tests.cast import School
from tests.imports.making import bring, person, roster
from tests.talks.writing import ON, form_of, talk_of

pytestmark = pytest.mark.django_db

PHONE, ADDRESS, ID_NUMBER = "13912340001", "金丝雀路十七号", "990101199003071234"
WORDS, ILLNESS, TYPED, SEARCHED = "金丝雀说的话", "金丝雀的病", "金丝雀的密码", "金丝雀的搜索"
CANARIES = (PHONE, ADDRESS, ID_NUMBER, WORDS, ILLNESS, TYPED, SEARCHED)


def trail() -> str:
    """Return every byte of the trail."""
    rows = AuditEvent.objects.values_list("action", "post", "target", "path", "detail")
    return "\n".join(json.dumps(list(row), ensure_ascii=False) for row in rows)


def found() -> list[str]:
    text = trail()
    return [canary for canary in CANARIES if canary in text]


@pytest.fixture
def furnished(school: School) -> School:
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2026, 1, 1))
    school.member.phone, school.member.address, school.member.id_number = PHONE, ADDRESS, ID_NUMBER
    school.member.save()
    return school


def look_and_export(school: School, as_) -> None:
    owner = as_("owner")
    owner.get(reverse("members:person", args=[school.member.pk]))
    owner.get(reverse("members:people"), {"q": SEARCHED})
    owner.get(reverse("members:people-search"), {"q": SEARCHED})
    owner.get(reverse("members:people-export"), {"q": SEARCHED})
    owner.get(reverse("dashboard:branch-export", args=[school.first.pk]))
    owner.get(reverse("members:person", args=[school.outsider.pk]), {"q": SEARCHED})
    Client().post("/login/", {"username": TYPED, "password": TYPED})


def talk_about_it(school: School, as_) -> None:
    owner = as_("owner")
    owner.post(reverse("talks:new"), form_of(school.member, line=WORDS))
    talk = Talk.objects.get()
    owner.get(talk.get_absolute_url())
    changed = form_of(school.member, line=WORDS + "。", because=ILLNESS, version=talk.version)
    owner.post(reverse("talks:correct", args=[talk.pk]), changed)
    other = talk_of(school.owner, school.member, school.officer)
    withdraw_talk(talk=other, version=1, because=ILLNESS, by=school.user("owner"))


def excuse_and_leave(school: School) -> None:
    key = DutyKey("C-2.3", "2026", school.first.pk, school.member.pk)
    excuse(key, reason=ILLNESS, until_on=dt.date(2026, 12, 31), by=school.user("owner"), on=ON)
    withdraw_excuse(key, by=school.user("owner"), on=ON)
    leave(person=school.outsider_member, on=ON, ending="left-party", by=school.user("clerk"))


def import_a_roster(school: School, as_) -> None:
    row = person(1, 手机号=PHONE, 公民身份号码=ID_NUMBER, 工作岗位=ILLNESS)
    file = SimpleUploadedFile(f"{ILLNESS}.xlsx", roster(row, person(2)))
    form = {"kind": "roster", "file": file, "once_key": "00000000-0000-4000-8000-000000000001"}
    as_("clerk").post(reverse("members:import-new"), form)
    assert RosterImport.objects.exists()
    bring(roster(row, person(2)))


def test_what_people_do_leaves_no_value_in_the_trail(furnished: School, as_):
    before = AuditEvent.objects.count()
    look_and_export(furnished, as_)
    talk_about_it(furnished, as_)
    excuse_and_leave(furnished)
    import_a_roster(furnished, as_)
    kinds = set(AuditEvent.objects.filter(pk__gt=0).values_list("action", flat=True))
    assert AuditEvent.objects.count() - before > 12
    assert kinds >= {"read", "export", "denial", "login-failed", "change", "import"}
    assert found() == []


def test_a_value_in_the_trail_would_be_seen(school: School):
    record("change", target=school.member, what="phone", old=PHONE, at=str(timezone.now()))
    assert found() == [PHONE]
