"""亲属回避: declared by the name and the number together, seen by the declarer alone, heeded by every step."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from carehub.approvals.hands import hands_on
from hardship.waivers.chain import WAIVERS
from members.models import Kinship
from tests.cast import School
from tests.waivers.making import ON, again, applied

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def typed(school: School, key: str, **fields: str) -> dict[str, str]:
    person = school.people[key]
    return {"name": person.name, "number": person.number, "once_key": str(uuid.uuid4())} | fields


def test_a_declaration_takes_the_step_away_and_taking_it_back_gives_it_again(school: School, as_: As):
    waiver, owner = applied(school), as_("owner")
    assert hands_on(waiver.application, WAIVERS, ON).holds(school.owner.pk)
    assert owner.post("/kinship/", typed(school, "member")).status_code == 302
    hands = hands_on(again(waiver).application, WAIVERS, ON)
    assert [holder.person_id for holder in hands.able] == [school.officer.pk]
    assert hands.stands_in
    owner.post(f"/kinship/{Kinship.objects.get().pk}/withdraw/")
    assert hands_on(again(waiver).application, WAIVERS, ON).holds(school.owner.pk)


def test_what_the_applicant_declares_counts_as_well(school: School, as_: As):
    waiver = applied(school)
    as_("member").post("/kinship/", typed(school, "owner"))
    assert not hands_on(again(waiver).application, WAIVERS, ON).holds(school.owner.pk)


@pytest.mark.parametrize("wrong", [{"name": "别人"}, {"number": "99999999"}, {"name": "", "number": ""}])
def test_half_right_is_told_like_all_wrong(school: School, as_: As, wrong: dict[str, str]):
    answer = as_("owner").post("/kinship/", typed(school, "member", **wrong))
    assert answer.status_code == 422
    assert not Kinship.objects.exists()


def test_nobody_is_the_own_relative(school: School, as_: As):
    answer = as_("owner").post("/kinship/", typed(school, "owner"))
    assert "这是您本人" in answer.content.decode()


def test_nobody_else_sees_it_or_takes_it_back(school: School, as_: As):
    as_("owner").post("/kinship/", typed(school, "member"))
    pk = Kinship.objects.get().pk
    for key in ("member", "clerk", "auditor"):
        assert "黎小满</b>" not in as_(key).get("/kinship/").content.decode()
        assert as_(key).post(f"/kinship/{pk}/withdraw/").status_code == 404


def test_recusing_on_the_page_of_a_request_passes_it_to_the_deputy(school: School, as_: As):
    waiver = applied(school)
    assert as_("owner").post(f"/waivers/{waiver.pk}/recuse/").status_code == 302
    page = as_("owner").get(waiver.get_absolute_url()).content.decode()
    assert "您声明过亲属关系，本项回避，由王志远（支部组织委员）办" in page
