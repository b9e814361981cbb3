"""The plan of a branch: its page, its calendar file, and the address to subscribe to, which shows no names."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from carehub.accounts.models import CalendarLink
from carehub.audit.models import AuditEvent
from carehub.duties.models import RuleSetting
from members.models import Person, Post
from tests.cast import School, make_person
from tests.duties.asking import talk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def page(client: Client, school: School) -> str:
    return client.get(f"/branch/{school.first.pk}/plan/").content.decode()


def subscribe(client: Client, school: School) -> str:
    """Return the path of a fresh address."""
    answer = client.post(f"/branch/{school.first.pk}/plan/subscribe/").content.decode()
    found = re.search(r'value="[^"]+?(/calendar/[^"]+)"', answer)
    assert found
    return found[1]


def entries(answer) -> list:
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_who_is_left_stands_in_a_week_and_leaves_it_once_talked_with(school: School, as_: As):
    Person.objects.filter(pk=school.member.pk).update(joined_on=dt.date(2012, 12, 9))
    shown = page(as_("owner"), school)
    assert "黎小满" in shown
    assert "12月9日政治生日" in shown
    talk(school.owner, school.member, on="11-20")
    assert "黎小满" not in page(as_("owner"), school)


def test_breaks_are_a_setting_in_the_office_words(school: School, as_: As):
    assert "还没有登记寒暑假" in page(as_("owner"), school)
    data = {"value": "12月14日至2月20日、7月12日到8月31日", "from_on": "2026-11-23"}
    data["once_key"] = "8b0a4f0e-6a0e-4b53-9f9d-0d3a3a6d9c11"
    assert as_("head").post("/rules/school-breaks/set/", data).status_code == 302
    assert RuleSetting.objects.get(name="school-breaks").value == "12-14~02-20 07-12~08-31"
    shown = page(as_("owner"), school)
    assert "还没有登记寒暑假" not in shown
    assert "12月14日" not in shown
    wrong = as_("head").post("/rules/school-breaks/set/", data | {"value": "放假的时候"})
    assert "这一段读不出来" in wrong.content.decode()


def test_the_file_has_names_and_stands_in_the_trail(school: School, as_: As):
    answer = as_("owner").get(f"/branch/{school.first.pk}/plan/calendar/")
    said = " ".join(str(entry["summary"]) for entry in entries(answer))
    assert "黎小满" in said
    assert answer["Content-Type"].startswith("text/calendar")
    assert AuditEvent.objects.filter(action="export", detail__what="talk-plan").count() == 1


def test_the_subscription_needs_no_sign_in_and_tells_no_name(school: School, as_: As):
    address = subscribe(as_("owner"), school)
    answer = Client().get(address)
    said = answer.content.decode()
    assert entries(answer)
    assert "谈心谈话" in said
    assert not any(person.name in said for person in Person.objects.all())
    assert address.split("/")[2] not in str(list(CalendarLink.objects.values_list("token_hash", flat=True)))


def test_an_address_ends_with_the_next_one_by_hand_with_the_post_and_with_the_account(school: School, as_: As):
    first = subscribe(as_("owner"), school)
    second = subscribe(as_("owner"), school)
    assert Client().get(first).status_code == 404
    post = Post.objects.filter(person=school.owner)
    post.update(ended_on=dt.date(2026, 11, 22))
    assert entries(Client().get(second)) == []
    post.update(ended_on=None)
    assert entries(Client().get(second))
    as_("owner").post(f"/branch/{school.first.pk}/plan/unsubscribe/")
    assert Client().get(second).status_code == 404
    third = subscribe(as_("owner"), school)
    school.owner.user.is_active = False
    school.owner.user.save()
    assert Client().get(third).status_code == 404


@pytest.mark.parametrize(
    ("key", "status"),
    [("owner", 200), ("officer", 200), ("general_secretary", 200), ("colleague", 404), ("outsider", 404),
     ("clerk", 403), ("auditor", 403), ("member", 403)],
)  # fmt: skip
def test_who_sees_the_plan(school: School, as_: As, key: str, status: int):
    assert as_(key).get(f"/branch/{school.first.pk}/plan/").status_code == status


def test_a_branch_where_all_were_talked_with_is_told_so(school: School, as_: As):
    others = Person.objects.at_or_below(school.first.path).exclude(pk=school.owner.pk)
    talk(school.owner, *others, on="11-20")
    assert "今年都谈过了" in page(as_("owner"), school)


def test_the_plan_takes_as_many_queries_for_twenty_as_for_two(school: School, as_: As):
    counts, client = [], as_("owner")
    page(client, school)
    for n in (2, 18):
        for k in range(n):
            make_person(f"排{n}{k}", school.first)
        with CaptureQueriesContext(connection) as queries:
            page(client, school)
        counts.append(len(queries))
    assert counts[0] == counts[1]
