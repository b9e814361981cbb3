"""A full number in a real browser: by keyboard alone, gone after its time and when the page is left."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from carehub.audit.models import Action, AuditEvent
from carehub.personfile import reveal_views
from tests.cast import PASSWORD, School

expect.set_options(timeout=20_000)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_file(school: School, live_server: Any, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a member's file as the branch's officer."""
    contexts = []

    def opened(*, width: int = 1440, scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, base_url=live_server.url, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/login/?next={school.member.get_absolute_url()}")
        page.fill("input[name=username]", "officer")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"**{school.member.get_absolute_url()}")
        return page

    yield opened
    for context in contexts:
        context.close()


def walk_to(page: Page, words: str) -> None:
    """Press Tab until the focus stands on a link or button with these words in its name."""
    for _ in range(80):
        page.keyboard.press("Tab")
        name = "(e => (e.getAttribute('aria-label') || '') + e.textContent)(document.activeElement)"
        if words in page.evaluate(name):
            return
    raise AssertionError(words)


def reveal_by_keyboard(page: Page, label: str) -> None:
    walk_to(page, f"的完整{label}")
    page.keyboard.press("Enter")
    expect(page.get_by_label("做什么用")).to_be_focused()
    page.keyboard.press("ArrowDown")
    walk_to(page, "查看 60 秒")
    page.keyboard.press("Enter")


def test_the_keyboard_alone_reveals_a_number_which_goes_by_itself(open_file, school, monkeypatch):
    monkeypatch.setattr(reveal_views, "SHOWN", dt.timedelta(seconds=4))
    page = open_file()
    assert school.member.phone not in page.content()
    reveal_by_keyboard(page, "联系电话")
    expect(page.locator("#mask-phone code")).to_have_text(school.member.phone)
    expect(page.locator("#mask-phone")).to_be_focused()
    expect(page.locator("#mask-phone code")).to_have_text(school.member.masked_phone)
    assert school.member.phone not in page.content()
    assert AuditEvent.objects.filter(action=Action.REVEAL).count() == 1


def test_escape_closes_the_question(open_file):
    page = open_file()
    walk_to(page, "的完整公民身份号码")
    page.keyboard.press("Enter")
    expect(page.get_by_label("做什么用")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("做什么用")).to_have_count(0)


def test_the_way_back_brings_no_number_back(open_file, school):
    page = open_file()
    reveal_by_keyboard(page, "公民身份号码")
    expect(page.locator("#mask-id_number code")).to_have_text(school.member.id_number)
    page.locator(".ch-crumb a").first.click()
    page.wait_for_url("**/people/")
    page.evaluate("history.back()")
    page.wait_for_url(f"**{school.member.get_absolute_url()}")
    expect(page.locator("#mask-id_number code")).to_have_text(school.member.masked_id_number)
    assert school.member.id_number not in page.content()


def test_on_a_phone_the_question_stays_inside_the_screen(open_file):
    page = open_file(width=390)
    page.locator("#mask-id_number a").click()
    box = page.locator(".ch-pop").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_a_page_of_its_own_asks_and_shows(open_file, school):
    page = open_file(scripts=False)
    page.locator("#mask-phone a").click()
    page.get_by_label("做什么用").select_option("call")
    page.get_by_role("button", name="查看 60 秒").click()
    expect(page.locator("#mask-phone code")).to_have_text(school.member.phone)
