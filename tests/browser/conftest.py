"""A real Chromium against the running portal. Nothing may leave the machine and nothing may break the page's policy."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.cast import PASSWORD

SignIn = Callable[..., Page]


@pytest.fixture
def complaints() -> list[str]:
    """Return what went wrong in the browser: console errors, refused policies, requests to elsewhere."""
    return []


@pytest.fixture
def sign_in(browser: Browser, live_server, complaints: list[str]) -> Iterator[SignIn]:
    contexts: list[BrowserContext] = []

    def opened(number: str, *, password: str = PASSWORD, width: int = 1440) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.extend(_elsewhere(asked.url, live_server.url)))
        page.goto(f"{live_server.url}/login/")
        page.get_by_label("工号或学号").fill(number)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()


def _elsewhere(url: str, base: str) -> list[str]:
    return [] if url.startswith((base, "data:", "blob:")) else [url]
