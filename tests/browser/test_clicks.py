"""How many presses the daily work takes, counted by the browser itself: a talk from the desk, one with twenty-five."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from carehub.duties.models import RuleSetting
from carehub.duties.settings import TALK_TEXT
from members.models import Person
from talks.models import Participation, Talk
from tests.cast import School, assemble, make_person
from tests.figures import Figure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COUNT = """
addEventListener("pointerdown", () => {
  sessionStorage.setItem("presses", Number(sessionStorage.getItem("presses") || 0) + 1)
}, true)
"""
SENTENCE = "近来教学任务重，身体和家里都好"


@pytest.fixture
def school(transactional_db) -> School:
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2020, 1, 1))
    return assemble()


def counting(page: Page, address: str) -> Page:
    """Open the page where the work begins, and count from there on."""
    page.add_init_script(COUNT)
    page.goto(address)
    return page


def presses(page: Page) -> int:
    return int(page.evaluate("sessionStorage.getItem('presses') || 0"))


def test_the_talk_of_a_due_person_takes_four_presses_and_a_sentence_at_most(
    school, sign_in, live_server, figure: Figure, complaints
):
    page = counting(sign_in("owner"), live_server.url)
    page.get_by_role("link", name="记录和黎小满的谈话").click()
    page.get_by_label("一句话要点").click()
    page.keyboard.type(SENTENCE)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("body")).to_contain_text("已保存，完成 1 项任务")
    assert Talk.objects.get().line == SENTENCE
    assert presses(page) <= 4
    figure("presses for a talk from the desk", presses(page))
    assert complaints == []


def test_a_collective_talk_of_twenty_five_takes_six_presses_at_most(
    school, sign_in, live_server, figure: Figure, complaints
):
    besides_the_secretary = Person.objects.at_or_below(school.first.path).count() - 1
    for n in range(25 - besides_the_secretary):
        make_person(f"贺知新{n}", school.first)
    page = counting(sign_in("owner"), live_server.url)
    page.get_by_role("link", name="支部一屏").click()
    page.get_by_label("全选").click()
    page.get_by_role("button", name="记集体谈话").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("body")).to_contain_text("已保存，完成 25 项任务")
    assert (Talk.objects.get().form, Participation.objects.count()) == ("collective", 25)
    assert presses(page) <= 6
    figure("presses for a collective talk of 25", presses(page))
    assert complaints == []
