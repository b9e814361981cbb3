"""换届: when a term ends, who is told, and that it is put down by the department."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from carehub.reminders.models import InboxItem
from members.models import Organization, Post
from members.terms import ending, tell_of_terms

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(on_november_23):
    return ON


def give_term(organization, elected_on, years=3):
    Organization.objects.filter(pk=organization.pk).update(elected_on=elected_on, term_years=years)
    organization.refresh_from_db()
    return organization


def typed(**fields):
    return {"once_key": str(uuid.uuid4()), "elected_on": "2024-03-12", "term_years": "3", **fields}


def told():
    return list(InboxItem.objects.filter(key__startswith="term:").values_list("recipient__number", "title"))


@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 12, 31)), st.integers(3, 5))
def test_a_term_ends_on_the_anniversary_and_never_on_a_day_that_is_not_there(elected_on, years):
    ends_on = Organization(elected_on=elected_on, term_years=years).term_ends_on
    assert (ends_on.year, ends_on.month) == (elected_on.year + years, elected_on.month)
    leap = (elected_on.month, elected_on.day) == (2, 29)
    assert ends_on.day == (elected_on.day if not leap or ends_on.year % 4 == 0 else 28)


def test_the_department_puts_a_term_down_and_everybody_reads_it(as_, school):
    answer = as_("clerk").post(f"/organizations/{school.first.pk}/term/", typed())
    assert answer.status_code == 302
    html = as_("member").get(f"/organizations/{school.first.pk}/").content.decode()
    assert "2024年3月12日选举产生，3 年，2027年3月12日届满" in html


@pytest.mark.parametrize("wrong", [{"elected_on": "2026-11-24"}, {"elected_on": ""}, {"term_years": "7"}])
def test_what_cannot_be_is_refused_in_words(as_, school, wrong):
    answer = as_("clerk").post(f"/organizations/{school.first.pk}/term/", typed(**wrong))
    assert answer.status_code == 422
    school.first.refresh_from_db()
    assert school.first.elected_on is None


def test_a_secretary_puts_no_term_down(as_, school):
    assert as_("owner").post(f"/organizations/{school.first.pk}/term/", typed()).status_code == 403


def test_a_group_has_no_term(as_, school):
    assert as_("clerk").get(f"/organizations/{school.first_group.pk}/term/").status_code == 404


def test_the_database_knows_no_term_of_one_year(school):
    with pytest.raises(IntegrityError), transaction.atomic():
        give_term(school.first, ON, 1)


def test_ninety_days_before_the_end_a_term_is_called_ending(school):
    give_term(school.first, dt.date(2024, 2, 21))
    give_term(school.second, dt.date(2024, 2, 20))
    assert ending(ON) == [school.second]


def test_the_secretary_is_told_once_and_when_it_is_over_the_one_above_too(school):
    give_term(school.first, dt.date(2023, 12, 1))
    assert [tell_of_terms(on=ON), tell_of_terms(on=ON)] == [1, 0]
    assert [number for number, _title in told()] == ["owner"]
    assert tell_of_terms(on=dt.date(2026, 12, 2)) == 2
    assert sorted(number for number, _title in told()) == ["general_secretary", "owner", "owner"]


def test_where_nobody_is_secretary_the_one_above_is_told(school):
    give_term(school.first, dt.date(2023, 12, 1))
    Post.objects.filter(person=school.owner).update(ended_on=dt.date(2026, 1, 1))
    tell_of_terms(on=ON)
    assert [number for number, _title in told()] == ["general_secretary"]


def test_the_desk_of_the_secretary_shows_it_and_no_other_desk(as_, school):
    give_term(school.first, dt.date(2023, 12, 1))
    assert "2026年12月1日届满" in as_("owner").get("/").content.decode()
    assert "2026年12月1日届满" not in as_("colleague").get("/").content.decode()
