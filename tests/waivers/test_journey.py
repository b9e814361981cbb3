"""From the member's form to the committee's resolution, and what comes back on the way (C-2.12)."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from carehub.approvals.machine import State, Verb
from carehub.approvals.models import Decision
from carehub.duties.actions import set_rule
from carehub.reminders.models import InboxItem
from carehub.survival.erasure import erase_departed
from hardship.models import Waiver, WaiverMonth
from hardship.waivers.sheets import waiver_rows
from members.actions import leave
from tests.cast import School
from tests.waivers.making import CANARY, again, applied, approved, at_committee, meeting_with, posted, step

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def told(school: School, key: str) -> list[str]:
    return list(InboxItem.objects.filter(recipient=school.user(key)).order_by("pk").values_list("title", flat=True))


def stepping(waiver: Waiver, verb: str, **fields: str) -> dict[str, str]:
    """Return what the form of a step posts."""
    plain = {"meeting_on": "2026-11-23", "meeting": "支部委员会", "present": "到会 3 人", "opinion": "情况属实"}
    return (
        plain | {"verb": verb, "seen": str(again(waiver).application.version), "once_key": str(uuid.uuid4())} | fields
    )


def test_the_whole_way(school: School, as_: As):
    answer = as_("member").post("/waivers/apply/", posted())
    waiver = Waiver.objects.get()
    assert answer.status_code == 302
    assert (waiver.receipt, waiver.standard, waiver.new_amount) == ("2026-001", 46, 10)
    assert told(school, "owner") == ["黎小满的党费减免申请等您办"]
    as_("owner").post(f"/waivers/{waiver.pk}/step/", stepping(waiver, "pass"))
    as_("general_secretary").post(f"/waivers/{waiver.pk}/step/", stepping(waiver, "pass", opinion="同意少交"))
    meeting = meeting_with(school, waiver)
    one = again(waiver).application
    answer = as_("approver").post(
        f"/waivers/meetings/{meeting.pk}/resolve/", {"chosen": f"{one.pk}:{one.version}", "number": "87"}
    )
    assert answer.status_code == 302
    waiver = again(waiver)
    assert waiver.application.state == State.APPROVED
    assert WaiverMonth.objects.filter(person=school.member).count() == 12
    assert told(school, "member") == ["您的党费减免申请已批准"]
    last = Decision.objects.get(application=one.pk, step="committee")
    assert (last.person, last.document, last.meeting) == ("吴佳宁", "川文理委〔2026〕87号", "党委会第 21 次会议")
    assert "党委审批人" in last.post


def test_a_directly_attached_branch_passes_over_the_general_branch_and_says_so(school: School, as_: As):
    waiver = step(school, applied(school, "direct_member"), "librarian")
    assert waiver.application.stage == 2
    assert list(waiver.application.decisions.values_list("verb", flat=True)) == ["submit", "pass", "skip"]
    page = as_("direct_member").get(waiver.get_absolute_url()).content.decode()
    assert "无总支" in page
    assert "略过" in page


def test_a_returned_one_is_mended_and_goes_again_from_the_branch(school: School, as_: As):
    waiver = step(school, applied(school), "owner", Verb.RETURN, to=-1, opinion="请补收入证明")
    assert waiver.application.state == State.RETURNED
    assert "请补收入证明" in as_("member").get(waiver.get_absolute_url()).content.decode()
    form = posted(new_amount="20", seen=str(waiver.application.version))
    assert as_("member").post(f"/waivers/{waiver.pk}/edit/", form).status_code == 302
    waiver = again(waiver)
    assert (waiver.application.state, waiver.application.stage, waiver.new_amount) == (State.RUNNING, 0, 20)
    assert told(school, "owner")[-1] == "黎小满的党费减免申请等您办"


def test_the_committee_returns_one_to_the_branch_with_the_reason(school: School, as_: As):
    waiver, other = at_committee(school), at_committee(school, "direct_member")
    meeting = meeting_with(school, waiver, other)
    where = f"/waivers/meetings/{meeting.pk}/except/"
    form = {
        "waiver": waiver.pk,
        "back": "0",
        "opinion": "支委会日期早于申请日期",
        "seen": str(waiver.application.version),
    }
    assert as_("approver").post(where, form).status_code == 302
    assert again(waiver).application.stage == 0
    meeting.refresh_from_db()
    assert meeting.closed_at is None


def test_the_branch_declines_with_a_reason_that_only_those_of_the_matrix_read(school: School, as_: As):
    waiver = step(school, applied(school), "owner", Verb.DECLINE, opinion="收入高于标准")
    assert waiver.application.state == State.DECLINED
    assert told(school, "member") == ["您的党费减免申请没有批准，请看原因"]
    assert "收入高于标准" in as_("member").get(waiver.get_absolute_url()).content.decode()
    assert "收入高于标准" not in as_("owner").get(waiver.get_absolute_url()).content.decode()


def test_the_general_branch_may_disagree_and_still_sends_it_up(school: School):
    waiver = step(school, step(school, applied(school), "owner"), "general_secretary", Verb.ADVISE_AGAINST)
    assert (waiver.application.state, waiver.application.stage) == (State.RUNNING, 2)


def test_what_is_over_leaves_the_branch_but_for_the_fact(school: School, as_: As):
    waiver = approved(school, on=dt.date(2026, 11, 23))
    own = as_("owner").get(waiver.get_absolute_url()).content.decode()
    assert CANARY in own
    assert "/paper/" in own
    Waiver.objects.filter(pk=waiver.pk).update(first_month=dt.date(2026, 1, 1), last_month=dt.date(2026, 10, 1))
    gone = as_("owner").get(waiver.get_absolute_url()).content.decode()
    assert CANARY not in gone
    assert "因病" not in gone
    assert "46.00" not in gone
    assert "2026年1月至10月" in gone
    assert CANARY in as_("clerk").get(waiver.get_absolute_url()).content.decode()
    assert "/paper/" not in gone
    assert as_("owner").get(f"/waivers/{waiver.pk}/paper/").status_code == 404


def test_a_renewal_asks_for_the_year_that_follows_and_types_nothing_twice(school: School, as_: As):
    waiver = approved(school)
    page = as_("member").get(f"/waivers/apply/?renews={waiver.pk}").content.decode()
    assert "2028-01" in page
    assert CANARY in page
    as_("member").post(
        f"/waivers/apply/?renews={waiver.pk}", posted(first_month="2028-01", last_month="2028-12", standard="46")
    )
    # Only within a year ahead: this far it is refused, nearer it is taken.
    assert Waiver.objects.count() == 1


def test_a_waiver_ends_before_its_time_when_the_hardship_is_over(school: School, as_: As):
    waiver = approved(school)
    form = {"from_month": "2027-07", "why": "困难已经解除", "once_key": str(uuid.uuid4())}
    assert as_("officer").post(f"/waivers/{waiver.pk}/revoke/", form).status_code == 302
    assert WaiverMonth.objects.filter(waiver=waiver).count() == 6
    assert again(waiver).ends_on == dt.date(2027, 6, 30)
    assert told(school, "member")[-1] == "您的党费减免从2027年7月起停止"
    assert "困难已经解除" in as_("owner").get(waiver.get_absolute_url()).content.decode()
    Waiver.objects.filter(pk=waiver.pk).update(first_month=dt.date(2026, 1, 1), revoked_month=dt.date(2026, 7, 1))
    assert "困难已经解除" not in as_("owner").get(waiver.get_absolute_url()).content.decode()
    assert "困难已经解除" in as_("member").get(waiver.get_absolute_url()).content.decode()


def test_the_months_of_two_waivers_never_overlap(school: School, as_: As):
    approved(school)
    page = as_("member").post("/waivers/apply/", posted(kind="exemption", first_month="2027-06"))
    assert page.status_code == 422
    assert "已经批准过减免，不能重叠" in page.content.decode()


def test_what_was_typed_stays_when_something_is_wrong(school: School, as_: As):
    page = as_("member").post("/waivers/apply/", posted(new_amount="60", consent=""))
    words = page.content.decode()
    assert page.status_code == 422
    assert "60.00 元不比应交的 46.00 元少。请填 0.01 至 45.99；全免请点免交。" in words
    assert "要先同意" in words
    assert f"长期服药{CANARY}" in words


@pytest.mark.parametrize("key", ["colleague", "outsider", "maths_secretary", "personnel", "auditor", "approver"])
def test_an_outsider_finds_nothing(school: School, as_: As, key: str):
    waiver = applied(school)
    for address in (waiver.get_absolute_url(), f"/waivers/{waiver.pk}/paper/"):
        assert as_(key).get(address).status_code == 404


def test_the_officer_puts_the_minutes_down_and_the_secretary_decides_on_them(school: School, as_: As):
    waiver = applied(school)
    form = stepping(waiver, "prepare", opinion="支委一致同意")
    before = waiver.application.version
    assert as_("officer").post(f"/waivers/{waiver.pk}/step/", form).status_code == 302
    assert "支委一致同意" in as_("owner").get(waiver.get_absolute_url()).content.decode()
    stale = stepping(waiver, "pass", seen=str(before))
    assert as_("owner").post(f"/waivers/{waiver.pk}/step/", stale).status_code == 409
    assert as_("owner").post(f"/waivers/{waiver.pk}/step/", stepping(waiver, "pass")).status_code == 302


def test_the_ground_is_let_go_of_when_who_applied_has_been_gone_for_the_months_that_were_set(school: School):
    waiver = approved(school)
    leave(person=school.member, on=dt.date(2026, 11, 23), ending="left", by=None)
    set_rule("erase-after-months", "6", by=None, on=dt.date(2026, 11, 23))
    counts = erase_departed(on=dt.date(2027, 8, 1))
    assert counts["dues waivers"] == 1
    assert counts["opinions on applications"] == 2
    gone = again(waiver)
    assert (gone.reason, gone.income, gone.standard, gone.cause) == ("", "", None, "")
    assert gone.kind == "reduction"


def test_the_months_workbook_lists_what_holds_with_its_resolution_and_nothing_of_the_ground(school: School):
    approved(school)
    assert waiver_rows(school.languages.path, dt.date(2026, 12, 1), dt.date(2027, 1, 31)) == []
    (row,) = waiver_rows(school.languages.path, dt.date(2027, 1, 1), dt.date(2027, 1, 31))
    assert row[1:4] == ["外国语学院教工第一党支部", "黎小满", "少交"]
    assert row[5:9] == ["2027年1月", "2027年12月", "党委会第 21 次会议", "川文理委〔2026〕87号"]
    assert CANARY not in str(row)
    assert waiver_rows(school.maths.path, dt.date(2027, 1, 1), dt.date(2027, 1, 31)) == []
