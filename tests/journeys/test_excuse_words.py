"""Why a talk could not be held is for those who answer for it, not for the page of whom it concerns."""

import datetime as dt

from carehub.calendar import today
from carehub.duties.actions import excuse
from carehub.duties.duty import DutyKey
from members.models import Person
from tests.cast import School

WORDS = "长期住院，家属不便打扰"


def excused(school: School) -> None:
    on = today()
    key = DutyKey(rule="C-2.3", window=str(on.year), owner_id=school.first.pk, subject_id=school.member.pk)
    excuse(key, reason=WORDS, until_on=on + dt.timedelta(days=9), by=school.user("owner"), on=on, path="")


def test_the_person_concerned_reads_nothing_of_it(school, as_):
    excused(school)
    for page in (f"/people/{school.member.pk}/", "/mine/", "/"):
        assert WORDS not in as_("member").get(page, follow=True).content.decode()


def test_an_office_that_only_watches_reads_nothing_of_it(school, as_):
    Person.objects.filter(pk=school.member.pk).update(occupation=Person.Occupation.RETIRED)
    excused(school)
    page = as_("retirees").get(f"/people/{school.member.pk}/").content.decode()
    assert "已说明" in page
    assert WORDS not in page


def test_the_secretary_reads_it_on_the_desk(school, as_):
    excused(school)
    assert WORDS in as_("owner").get("/").content.decode()
