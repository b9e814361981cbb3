"""困难帮扶 on the desk: what waits, what is due; nothing of it for who keeps no ledger."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carehub.desk.helping import helping_of
from tests.cast import School, make_person
from tests.hardship.making import opened, registered

pytestmark = pytest.mark.django_db


def test_a_registration_waits_on_the_desk_of_who_has_it(school: School, as_):
    opened(school, "member", by="officer")
    assert "黎小满的困难登记等您办" in as_("owner").get("/").content.decode()
    for key in ("colleague", "outsider", "general_secretary"):
        assert "黎小满的困难登记" not in as_(key).get("/").content.decode()
    assert not helping_of(school.user("personnel"))


def test_many_ask_no_more_of_the_database_than_a_few(school: School):
    asked = []
    for n in (2, 18):
        for one in range(n):
            registered(make_person(f"党员{n}{one}", school.first, number=f"H{n}{one}"), school.user("officer"))
        user = school.user("owner")
        with CaptureQueriesContext(connection) as questions:
            found = helping_of(user)
        asked.append(len(questions))
    assert len(found.cases) == 20
    assert asked[0] == asked[1]
