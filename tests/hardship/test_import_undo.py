"""A hardship ledger is taken back within seven days: all of it, or nothing if somebody built upon one of its cases."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from carehub.approvals.machine import Verb
from carehub.approvals.models import Decision
from carehub.audit.models import AuditEvent
from hardship.cases.actions import amend, values_of
from hardship.models import Case
from members.actions import affiliate
from members.models import RosterImport
from tests.cast import School
from tests.hardship.ledgers import blank, brought_in, row
from tests.hardship.making import ON, decide, need_of, opened, said
from tests.imports.taking_back import take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def test_what_was_registered_is_withdrawn_and_what_was_mended_put_back(school: School, as_: As):
    before = opened(school, "group_leader", by="officer")
    officer = as_("officer")
    batch = brought_in(
        officer, row(school.member), blank(school.group_leader, 困难程度="特别困难", 收入日期="2026-11-01")
    )
    page = officer.get(reverse("members:import-undo", args=[batch.pk])).content.decode()
    assert "撤销：撤回 1 份，恢复 1 份" in page
    assert "已撤销这次导入" in take_back(officer, batch)
    mended, new = Case.objects.get(pk=before.pk), Case.objects.exclude(pk=before.pk).get()
    assert values_of(mended) == values_of(before)
    assert (mended.is_open, mended.application.form_hash) == (True, before.application.form_hash)
    assert (new.is_open, new.outcome, new.application.state) == (False, "withdrawn", "withdrawn")
    last = Decision.objects.filter(application=new.application).latest("number")
    assert (last.verb, last.opinion) == (Verb.WITHDRAW, "导入的台账整批撤销")
    detail = AuditEvent.objects.get(action="import", detail__step="undo").detail
    assert (detail["opened"], detail["amended"]) == (1, 1)


def test_the_same_file_can_come_again(school: School, as_: As):
    take_back(as_("officer"), brought_in(as_("officer"), row(school.member)))
    brought_in(as_("officer"), row(school.member))
    assert Case.objects.open().count() == 1


def test_a_decision_keeps_them_all(school: School, as_: As):
    batch = brought_in(as_("officer"), row(school.member), row(school.group_leader))
    decide(school, Case.objects.get(person=school.member), "owner")
    assert "其中 1 份登记已有人办过" in take_back(as_("officer"), batch)
    assert (Case.objects.open().count(), batch.state) == (2, RosterImport.State.DONE)


def test_a_later_change_keeps_them_all(school: School, as_: As):
    opened(school, "member", by="officer")
    batch = brought_in(as_("officer"), blank(school.member, 困难程度="特别困难"))
    case = Case.objects.select_related("application", "person").get()
    seen = case.application.version
    amend(case=case, seen=seen, said=said(degree="common"), by=school.user("officer"), on=ON)
    assert "其中 1 份登记已有人办过" in take_back(as_("officer"), batch)
    assert Case.objects.get().degree == "common"


def test_a_need_keeps_them_all(school: School, as_: As):
    batch = brought_in(as_("officer"), row(school.member))
    need_of(Case.objects.get(), school, owner="owner", by="officer")
    assert "登记了需求" in take_back(as_("officer"), batch)
    assert Case.objects.get().is_open


def test_who_has_moved_out_of_reach_keeps_them_all(school: School, as_: As):
    batch = brought_in(as_("officer"), row(school.member))
    affiliate(person=school.member, organization=school.maths_branch, on=ON)
    assert "已不在您的范围内" in take_back(as_("officer"), batch)
    assert Case.objects.get().is_open


def test_nobody_else_takes_it_back_and_not_after_seven_days(school: School, as_: As):
    batch = brought_in(as_("officer"), row(school.member))
    for key in ("owner", "clerk", "general_officer"):
        assert as_(key).get(reverse("members:import-undo", args=[batch.pk])).status_code == 404, key
    with time_machine.travel(dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)):
        assert "已过 7 天" in take_back(as_("officer"), batch)
    assert Case.objects.get().is_open


def test_two_clicks_are_one_undo(school: School, as_: As):
    batch = brought_in(as_("officer"), row(school.member))
    take_back(as_("officer"), batch)
    assert "这次导入已被王志远撤销" in take_back(as_("officer"), batch)
    assert Decision.objects.filter(verb=Verb.WITHDRAW).count() == 1


def test_a_step_in_the_middle_of_the_click_takes_nothing_back(school: School, as_: As, monkeypatch):
    """Between looking and writing: the version is compared again by the engine, and all of it is rolled back."""
    from hardship.cases import undoing

    batch = brought_in(as_("officer"), row(school.member), row(school.group_leader))
    decide(school, Case.objects.get(person=school.group_leader), "owner")
    monkeypatch.setattr(undoing, "touched", lambda kept: set())
    monkeypatch.setattr(undoing, "cases_of", stale(undoing.cases_of))
    assert "又有了变化" in take_back(as_("officer"), batch)
    assert Case.objects.open().count() == 2


def stale(cases_of):
    def of(kept):
        for case in cases_of(kept):
            case.application.version, case.application.stage = kept[str(case.pk)], 0
            yield case

    return of
