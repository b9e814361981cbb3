"""Recording a talk without a mouse: a real browser, the picker's keys, the panel, one save."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from talks.models import FollowUp, Talk
from tests.cast import PASSWORD, School

expect.set_options(timeout=20_000)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(school: School, live_server, browser: Browser) -> Iterator[Page]:
    """A browser in which the branch secretary has opened the form."""
    page = browser.new_page(base_url=live_server.url)
    page.goto("/login/?next=/talks/new/")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/talks/new/")
    expect(page.locator("#id_people")).to_be_focused()
    yield page
    page.close()


def choose(page: Page, typed: str, name: str) -> None:
    page.keyboard.type(typed)
    expect(page.locator(".ch-option[aria-selected=true] b")).to_have_text(name)
    page.keyboard.press("Enter")
    expect(page.locator(".ch-picked", has_text=name)).to_be_visible()


def test_a_talk_is_recorded_with_the_keyboard_alone(page: Page, school: School) -> None:
    choose(page, "lxm", "黎小满")
    expect(page.locator(".ch-settles-sum")).to_contain_text("将完成 1 项任务")
    expect(page.locator("input[name=reasons][value=annual]")).to_be_checked()
    choose(page, "wzy", "王志远")
    expect(page.locator("input[name=form][value=collective]")).to_be_checked()
    expect(page.locator(".ch-settles-sum")).to_contain_text("将完成 2 项任务")
    page.keyboard.press("Backspace")
    expect(page.locator("input[name=form][value=single]")).to_be_checked()
    expect(page.locator(".ch-settles-sum")).to_contain_text("将完成 1 项任务")
    while page.evaluate("document.activeElement.textContent.trim()") != "保存":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".ch-messages")).to_contain_text("已保存，完成 1 项任务")
    talk = Talk.objects.get()
    assert list(talk.people.all()) == [school.member]
    assert (talk.form, talk.reasons) == ("single", ["annual"])


def test_arrow_keys_walk_through_the_list_and_escape_folds_it(page: Page) -> None:
    page.keyboard.type("l")
    options = page.locator(".ch-option:not([disabled])")
    expect(page.locator(".ch-option[disabled]")).to_have_count(1)
    first, last = options.first.inner_text(), options.last.inner_text()
    page.keyboard.press("ArrowUp")
    assert page.locator(".ch-option[aria-selected=true]").inner_text() == last
    page.keyboard.press("ArrowDown")
    assert page.locator(".ch-option[aria-selected=true]").inner_text() == first
    page.keyboard.press("Escape")
    expect(page.locator("#id_people")).to_have_value("")


def test_what_is_to_be_done_goes_along_without_a_mouse(page: Page, school: School) -> None:
    choose(page, "lxm", "黎小满")
    choose(page, "wzy", "王志远")
    page.locator(".ch-matter summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("协调调整周三晚课")
    page.locator("#id_matter_person").select_option(label="黎小满")
    page.locator("#id_matter_to").select_option(label="王志远（支部组织委员）")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".ch-messages")).to_contain_text("已保存")
    item = FollowUp.objects.get()
    assert (item.person, item.assignee.person) == (school.member, school.officer)
    assert item.what == "协调调整周三晚课"
