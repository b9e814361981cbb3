"""With 3,000 people no page asks the database more than 40 questions."""

import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.accounts.models import User
from carehub.demo.logins import demo_logins
from members.models import Organization, Person

MOST = 40
ON = dt.date(2026, 11, 23)


def pages(user: User) -> list[str]:
    """Return the pages that this person would open in a working day."""
    seen = Person.objects.visible_to(user).exclude(organization=None).order_by("-pk").first()
    branch = Organization.objects.branches().in_official_order().first()
    found = [
        "/",
        "/mine/",
        "/people/",
        "/talks/",
        "/talks/new/",
        "/organizations/",
        "/branch/",
        "/overview/",
        "/inbox/",
    ]
    found += ["/inspections/", "/imports/", "/policy/", "/hardship/", "/hardship/apply/"]
    found += [branch.get_absolute_url(), f"/branch/{branch.pk}/"] if branch else []
    return [*found, seen.get_absolute_url()] if seen else found


@pytest.mark.django_db
@time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=False)
@pytest.mark.walk
def test_no_page_asks_more_than_forty_questions_at_three_thousand_people():
    call_command("demo", people=3000, on=ON, stdout=StringIO())
    slow, opened = [], 0
    for words, number, _name in demo_logins():
        client, user = Client(), User.objects.get(number=number)
        client.force_login(user)
        for page in pages(user):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                status = client.get(page, follow=True).status_code
            opened += status == 200
            if len(asked) > MOST or status >= 500:
                slow.append(f"{words} {page}: {len(asked)} ({status})")
    assert not slow, "\n".join(slow)
    assert opened > 100
