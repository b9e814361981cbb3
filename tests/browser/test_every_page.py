"""Every page that the frame offers: nothing leaves the machine, the page's policy holds, nothing scrolls sideways."""

import pytest
from playwright.sync_api import Page

from tests.cast import School, assemble

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school(transactional_db) -> School:
    return assemble()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_asks_elsewhere_or_breaks_its_policy(school, sign_in, live_server, complaints, width):
    for key in ("owner", "clerk", "general_secretary", "member"):
        page = sign_in(key, width=width)
        for address in addresses_on(page, live_server.url):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            assert not wider, f"{address} scrolls sideways at {width}"
    assert complaints == []


def addresses_on(page: Page, base: str) -> list[str]:
    """Return the addresses that the frame and the first page offer."""
    page.goto(base)
    found = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return sorted({link.split("#")[0] for link in found if link.startswith(base) and "/logout" not in link})[:40]
