"""C-2.12 in a real browser: from the member's phone to the committee's resolution and back to the member."""

import datetime as dt
import uuid

import pytest
from playwright.sync_api import Page, expect

from carehub.approvals.machine import State
from carehub.calendar import today
from hardship.models import Waiver, WaiverMonth
from hardship.waivers import actions
from tests.cast import School, assemble, make_person
from tests.figures import Figure
from tests.waivers.making import again, at_committee, meeting_with, said, step

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school(transactional_db) -> School:
    return assemble()


def apply(page: Page, base: str, **fields: str) -> None:
    page.goto(f"{base}/waivers/apply/")
    page.get_by_label("少交", exact=True).check()
    page.get_by_label("月收入，元").fill(fields.get("income", "4600"))
    expect(page.locator("#reckoned")).to_contain_text("4,600.00 × 1% = 46.00 元每月")
    page.get_by_label("减免后每月交，元").fill("10")
    page.get_by_label("事由").select_option("illness")
    page.get_by_label("具体情况").fill("长期服药，自费部分较多")
    page.get_by_label("同意支部、总支和党委").check()
    page.get_by_role("button", name="提出申请").click()


def decide(page: Page, base: str, waiver: Waiver, button: str, **fields: str) -> None:
    page.goto(base + waiver.get_absolute_url())
    page.get_by_label("会议日期").fill(today().isoformat())
    page.get_by_label("到会").fill("到会 3 人，同意 3 人")
    page.locator("#id_opinion").fill(fields.get("opinion", "情况属实"))
    if fields.get("back"):
        page.get_by_text("退回、转请代办、回避").click()
        page.get_by_label("退回到").select_option(label=fields["back"])
    page.get_by_role("button", name=button, exact=True).click()


def call_and_resolve(clerk: Page, approver: Page, base: str, *, leave_out: str = "") -> None:
    """Put everything that waits on an agenda and agree to it on one page."""
    clerk.goto(f"{base}/waivers/meetings/new/")
    clerk.get_by_label("会议", exact=True).fill("党委会第 21 次会议")
    clerk.get_by_label("到会").fill("到会 9 人")
    clerk.get_by_role("button", name="列入议题").click()
    expect(clerk.locator("body")).to_contain_text("议题已排好")
    approver.goto(clerk.url)
    if leave_out:
        approver.get_by_label(f"选中{leave_out}").uncheck()
    approver.get_by_role("button", name="同意所选").click()
    expect(approver.locator("body")).to_contain_text("已同意")


def test_from_the_phone_to_the_resolution_with_a_return_on_the_way(school, sign_in, live_server, complaints):
    phone, base = sign_in("member", width=390), live_server.url
    apply(phone, base)
    expect(phone.locator("body")).to_contain_text("已收到，收条")
    waiver = Waiver.objects.get()
    secretary = sign_in("owner")
    secretary.goto(base)
    expect(secretary.locator("#main")).to_contain_text("黎小满申请党费减免")
    decide(secretary, base, waiver, "退回", opinion="请写清自费的数目", back="退回本人补正")
    phone.goto(base + waiver.get_absolute_url())
    expect(phone.locator("body")).to_contain_text("请写清自费的数目")
    phone.get_by_role("link", name="补正后重新提出").click()
    phone.get_by_label("具体情况").fill("每月自费药费 900 元")
    phone.get_by_role("button", name="重新提出").click()
    decide(secretary, base, waiver, "同意，交下一步")
    decide(sign_in("general_secretary"), base, waiver, "同意，交下一步")
    call_and_resolve(sign_in("clerk"), sign_in("approver"), base)
    phone.goto(f"{base}/inbox/")
    expect(phone.locator("body")).to_contain_text("您的党费减免申请已批准")
    assert again(waiver).application.state == State.APPROVED
    assert WaiverMonth.objects.filter(person=school.member).count() == again(waiver).months
    assert complaints == []


def test_a_directly_attached_branch_a_declined_one_and_a_renewal(school, sign_in, live_server, complaints):
    base = live_server.url
    member = sign_in("direct_member", width=390)
    apply(member, base)
    waiver = Waiver.objects.get()
    decide(sign_in("librarian"), base, waiver, "同意，交下一步")
    member.goto(base + waiver.get_absolute_url())
    expect(member.locator("body")).to_contain_text("没有这一级，略过")
    call_and_resolve(sign_in("clerk"), sign_in("approver"), base)
    # It runs out this month: who keeps the branch's papers and the member are offered the renewal.
    last = today().replace(day=1)
    Waiver.objects.filter(pk=waiver.pk).update(first_month=last, last_month=last)
    WaiverMonth.objects.filter(waiver=waiver).delete()
    WaiverMonth.objects.create(waiver=waiver, person=school.direct_member, month=last)
    if today().day > 1:
        librarian = sign_in("librarian")
        librarian.goto(base)
        expect(librarian.locator("#main")).to_contain_text("袁梦的减免快到期")
    member.goto(base + waiver.get_absolute_url())
    member.get_by_role("link", name="续办").click()
    expect(member.get_by_label("具体情况")).to_have_value("长期服药，自费部分较多")
    member.get_by_label("同意支部、总支和党委").check()
    member.get_by_role("button", name="提出申请").click()
    expect(member.locator("body")).to_contain_text("已收到，收条")
    renewal = Waiver.objects.get(renews=waiver)
    decide(sign_in("librarian"), base, renewal, "不同意", opinion="收入已经恢复")
    member.goto(f"{base}/inbox/")
    expect(member.locator("body")).to_contain_text("没有批准，请看原因")
    assert again(renewal).application.state == State.DECLINED
    assert complaints == []


def test_twelve_requests_are_decided_on_one_page(school, sign_in, live_server, figure: Figure, complaints):
    first, last = dt.date(today().year + 1, 1, 1), dt.date(today().year + 1, 12, 1)
    people = [make_person(f"党员{n}", school.direct, number=f"D{n}") for n in range(12)]
    for person in people:
        waiver = actions.apply_for_waiver(
            person=person, said=said(first_month=first, last_month=last),
            once_key=uuid.uuid4(), by=school.user("clerk"), on=today(),
        )  # fmt: skip
        step(school, waiver, "librarian", on=today())
    approver = sign_in("approver")
    call_and_resolve(sign_in("clerk"), approver, live_server.url, leave_out="党员3")
    states = [waiver.application.state for waiver in Waiver.objects.select_related("application")]
    assert (states.count(State.APPROVED), states.count(State.RUNNING)) == (11, 1)
    expect(approver.locator("body")).to_contain_text("同意所选 1 项")
    figure("waivers decided on one page", 12)
    assert complaints == []


def test_the_agenda_is_worked_with_the_keyboard(school, sign_in, live_server, complaints):
    waiver = at_committee(school, "direct_member", on=today())
    meeting = meeting_with(school, waiver, held_on=today())
    page = sign_in("approver")
    page.goto(f"{live_server.url}/waivers/meetings/{meeting.pk}/")
    page.get_by_role("link", name="看袁梦的材料").press("Enter")
    expect(page.locator(".ch-detail-in")).to_contain_text("长期服药")
    page.get_by_label("退回理由").focus()
    page.keyboard.type("请支部补会议日期")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("已办，告诉了本人和经手的同志")
    assert again(waiver).application.state == State.RETURNED
    assert complaints == []
