"""The three administrators begin at their own screens and open nothing of the business but their own file."""

import datetime as dt

import pytest
from django.utils import timezone

from carehub.reminders.models import Pulse
from members.models import Post
from tests.cast import START, School

pytestmark = pytest.mark.django_db
FRONTS = {"system_admin": "/system/", "security_admin": "/accounts/", "auditor": "/audit/"}
THREE = tuple(FRONTS)


@pytest.mark.parametrize("key", FRONTS)
def test_each_begins_at_the_own_screen(as_, key: str):
    answer = as_(key).get("/")
    assert answer.status_code == 302
    assert answer.url == FRONTS[key]
    assert as_(key).get(answer.url).status_code == 200


@pytest.mark.parametrize("key", THREE)
def test_none_of_the_three_opens_the_business(school: School, as_, key: str):
    client = as_(key)
    branch, person = school.first, school.member
    for page in (
        "/people/export/", "/overview/", "/branch/", f"/branch/{branch.pk}/", person.get_absolute_url(),
        "/inspections/", "/imports/", "/grants/new/", "/talks/new/", f"/duties/C-2.3:2026:{branch.pk}:{person.pk}/",
        "/overview/names/?rule=C-2.3",
    ):  # fmt: skip
        assert client.get(page, follow=True).status_code in (403, 404), page
    for page in ("/people/", "/talks/"):
        assert person.name not in client.get(page, follow=True).content.decode()
    assert client.get("/mine/").status_code == 200


@pytest.mark.parametrize(
    ("key", "others"), [("system_admin", "/accounts/"), ("security_admin", "/system/"), ("auditor", "/system/")]
)
def test_none_of_the_three_opens_the_screen_of_another(as_, key: str, others: str):
    assert as_(key).get(others).status_code == 404


def test_the_state_of_the_system_has_no_name_in_it(school: School, as_):
    page = as_("system_admin").get("/system/").content.decode().split("<main")[1]
    for words in ("数据库", "最近一次备份", "督查工作簿", "待发邮件", "还没有办过", "平台"):
        assert words in page
    for person in school.people.values():
        assert person.name not in page or person == school.system_admin


def test_a_clock_that_stopped_is_said(as_):
    Pulse.objects.create(name="pick-up", ended_at=timezone.now() - dt.timedelta(hours=1))
    Pulse.objects.create(name="sweep", ended_at=timezone.now())
    page = as_("system_admin").get("/system/").content.decode()
    assert page.count("好一阵没有动静") == 1


def test_the_work_notes_its_pulse(school: School):
    from carehub.tasks import pick_up, sweep

    sweep()
    pick_up()
    assert set(Pulse.objects.values_list("name", flat=True)) == {"sweep", "pick-up"}


def test_a_post_that_ended_takes_the_screen_away(school: School, as_):
    client = as_("system_admin")
    assert client.get("/system/").status_code == 200
    Post.objects.filter(person=school.system_admin).update(started_on=START, ended_on="2021-01-01")
    assert client.get("/system/").status_code == 404


def test_the_version_is_that_of_the_project():
    import tomllib
    from pathlib import Path

    from carehub import __version__

    assert tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["version"] == __version__
