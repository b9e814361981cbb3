"""The first real path, in a real browser: roster in, talk logged, overdue seen, reminder sent, workbook out."""

import datetime as dt
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from carehub.calendar import today
from carehub.sweep import sweep
from members.models import Person
from tests.browser.workbooks import NEWCOMERS, roster
from tests.cast import School, assemble

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school(transactional_db) -> School:
    return assemble()


def import_roster(page: Page, file: Path, base: str) -> None:
    """Upload a roster, look at the preview, confirm it."""
    page.goto(f"{base}/imports/new/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="写入：新增 3").click()
    expect(page.locator("main")).to_contain_text("已导入")


def test_from_the_roster_to_the_workbook(school, sign_in, live_server, tmp_path, complaints):
    clerk = sign_in("clerk")
    import_roster(clerk, roster(tmp_path / "名册.xlsx", school.second.name), live_server.url)
    assert Person.objects.filter(name__in=NEWCOMERS, organization=school.second).count() == 3

    before = owed_in_overview(clerk, live_server.url)
    secretary = sign_in("colleague")
    log_a_talk_from_the_desk(secretary, "范若曦", live_server.url)
    assert owed_in_overview(clerk, live_server.url) == before - 1

    sweep(on=dt.date(today().year, 12, 10))
    secretary.goto(f"{live_server.url}/inbox/")
    expect(secretary.locator("main")).to_contain_text("欧阳怀瑾")

    book = download_workbook(clerk, live_server.url)
    ledgers = ["谈心谈话台账", "党费减免台账", "困难党员台账", "结对帮扶台账"]
    assert book.sheetnames == ["说明", "汇总", *ledgers, "未完成名单"]
    ledger = [cell.value for row in book["谈心谈话台账"].iter_rows() for cell in row]
    assert any(value and "范若曦" in str(value) for value in ledger)
    assert complaints == []


def log_a_talk_from_the_desk(page: Page, name: str, base: str) -> None:
    """Click the person on the desk, and save: two clicks."""
    page.goto(base)
    page.get_by_role("link", name=f"记录和{name}的谈话").click()
    expect(page.locator("main")).to_contain_text("此记录将完成 1 项任务")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("body")).to_contain_text("已保存，完成 1 项任务")


def owed_in_overview(page: Page, base: str) -> int:
    """Return how many annual talks of branch secretaries are still open in the whole school."""
    page.goto(f"{base}/overview/")
    row = page.get_by_role("row").filter(has_text="支部书记与本支部每一名党员").first
    numbers = [
        int(text.replace(",", ""))
        for text in row.get_by_role("cell").all_inner_texts()
        if text.replace(",", "").isdigit()
    ]
    return numbers[0] - numbers[1]


def download_workbook(page: Page, base: str):
    """Ask for this month's workbook of the whole school and open it."""
    page.goto(f"{base}/inspections/")
    page.get_by_label("哪个月").select_option(index=0)
    page.get_by_role("button", name="生成工作簿").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载").first.click()
    return load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
