"""组织结对共建 and 党员志愿者行动: all of the organisation see them, its officers keep them."""

import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hardship.models import Activity, Exchange, VolunteerAction
from tests.cast import School
from tests.pairing.making import ON, active, day, joined, volunteered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]


def typed(school: School, **fields: object) -> dict[str, object]:
    return {
        "once_key": str(uuid.uuid4()), "organization": school.first.pk, "partner": "", "partner_name": "城东社区党委",
        "agreed_on": "2026-11-01", "together": "走访老党员", "in_charge": "林晓岚、张书记",
    } | fields  # fmt: skip


def action(school: School, **fields: object) -> dict[str, object]:
    return {
        "once_key": str(uuid.uuid4()), "on": "2026-11-20", "what": "打扫社区活动室", "beneficiaries": "社区老人",
        "hours": "2.5", "people": [school.member.pk, school.group_leader.pk],
    } | fields  # fmt: skip


def test_two_organisations_are_joined_once_per_key(school: School, as_: As):
    data = typed(school)
    for _click in range(5):
        assert as_("owner").post("/pairing/organizations/new/", data).status_code == 302
    one = Exchange.objects.get()
    assert (one.organization, one.other_side) == (school.first, "城东社区党委")
    assert "城东社区党委" in as_("member").get(one.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"partner_name": ""},
        {"partner": "second"},
        {"partner": "first", "partner_name": ""},
        {"organization": "maths_branch"},
        {"agreed_on": "2026-11-24"},
        {"together": ""},
    ],
)
def test_a_wrong_pair_is_refused(school: School, as_: As, wrong: dict[str, str]):
    said = {
        name: school.organizations[value].pk if value in school.organizations else value
        for name, value in wrong.items()
    }
    assert as_("owner").post("/pairing/organizations/new/", typed(school, **said)).status_code == 422
    assert not Exchange.objects.exists()


def test_the_same_two_run_once(school: School, as_: As):
    joined(school.first, school.second, school.user("owner"))
    with pytest.raises(IntegrityError), transaction.atomic():
        joined(school.first, school.second, school.user("owner"))
    data = typed(school, partner=school.second.pk, partner_name="")
    answer = as_("owner").post("/pairing/organizations/new/", data)
    assert answer.status_code == 422
    assert "已经结对" in answer.content.decode()


def test_both_sides_see_it_and_write_what_was_done(school: School, as_: As):
    one = joined(school.first, school.maths_branch, school.user("owner"))
    for who in ("member", "group_leader", "outsider_member", "general_secretary", "maths_secretary", "head"):
        assert as_(who).get(one.get_absolute_url()).status_code == 200, who
    data = {"once_key": str(uuid.uuid4()), "on": "2026-11-20", "what": "一起走访", "headcount": "12"}
    for who in ("outsider", "outsider"):
        assert as_(who).post(f"/pairing/organizations/{one.pk}/activity/", data).status_code == 302
    made = Activity.objects.get()
    assert "12 人参加" in as_("member").get(one.get_absolute_url()).content.decode()
    taken = as_("owner").post(f"/pairing/activities/{made.pk}/withdraw/", {"why": "记错了支部"} | data)
    assert taken.status_code == 302
    assert "一起走访" not in as_("member").get(one.get_absolute_url()).content.decode()
    assert as_("owner").get(f"/pairing/activities/{made.pk}/withdraw/").status_code == 404


@pytest.mark.parametrize("page", ["", "activity/", "end/"])
def test_an_outsider_meets_no_pair_of_organisations(school: School, as_: As, page: str):
    one = joined(school.first, None, school.user("owner"))
    for who in ("outsider", "colleague", "librarian", "outsider_member", "approver"):
        there = as_(who).get(f"/pairing/organizations/{one.pk}/{page}").status_code
        assert there == as_(who).get(f"/pairing/organizations/999999/{page}").status_code, who
        assert there in (403, 404)
    assert "城东社区党委" not in as_("colleague").get("/pairing/organizations/").content.decode()


def test_an_outsider_takes_nothing_back(school: School, as_: As):
    made = active(joined(school.first, None, school.user("owner")), school.user("owner"))
    done = volunteered(school.first, [school.member], school.user("owner"))
    for who in ("outsider", "colleague", "librarian"):
        assert as_(who).get(f"/pairing/activities/{made.pk}/withdraw/").status_code == 404
        assert as_(who).get(f"/pairing/volunteering/{done.pk}/withdraw/").status_code == 404
    for who in ("member", "head"):
        assert as_(who).get(f"/pairing/volunteering/{done.pk}/withdraw/").status_code == 403


def test_it_ends_once_with_its_reason(school: School, as_: As):
    one = joined(school.first, None, school.user("owner"))
    data = {"once_key": str(uuid.uuid4()), "seen": "1", "ended_on": "2026-11-22", "why": "约定到期"}
    address = f"/pairing/organizations/{one.pk}/end/"
    assert as_("owner").post(address, data | {"seen": "9"}).status_code == 409
    assert as_("owner").post(address, data).status_code == 302
    assert as_("owner").post(address, data).status_code == 403
    assert "约定到期" in as_("member").get(one.get_absolute_url()).content.decode()
    assert as_("owner").get(f"/pairing/organizations/{one.pk}/activity/").status_code == 403


def test_volunteers_are_written_down_by_their_branch(school: School, as_: As):
    data = action(school)
    for _click in range(5):
        assert as_("officer").post("/pairing/volunteering/new/", data).status_code == 302
    made = VolunteerAction.objects.get()
    assert set(made.people.all()) == {school.member, school.group_leader}
    text = as_("owner").get("/pairing/volunteering/").content.decode()
    assert all(words in text for words in ("打扫社区活动室", "2 人参加", "黎小满", "陈立群", "2.5 小时"))


def test_a_member_sees_how_many_and_himself(school: School, as_: As):
    volunteered(school.first, [school.member, school.group_leader, school.officer], school.user("owner"))
    text = as_("member").get("/pairing/volunteering/").content.decode()
    assert "3 人参加：黎小满" in text
    assert "王志远" not in text
    assert "打扫社区活动室" not in as_("colleague_member").get("/pairing/volunteering/").content.decode()


def test_somebody_of_another_branch_is_no_volunteer_of_this_one(school: School, as_: As):
    for number in (school.colleague_member.pk, 2**63, 0, "x"):
        wrong = action(school, people=[school.member.pk, number])
        assert as_("officer").post("/pairing/volunteering/new/", wrong).status_code == 422
    assert not VolunteerAction.objects.exists()


def test_who_keeps_several_branches_chooses_one(school: School, as_: As):
    page = as_("general_officer").get("/pairing/volunteering/new/").content.decode()
    assert f"?organization={school.second.pk}" in page
    assert f"?organization={school.maths_branch.pk}" not in page
    far = f"/pairing/volunteering/new/?organization={school.maths_branch.pk}"
    assert as_("general_officer").post(far, action(school)).status_code == 422
    near = f"/pairing/volunteering/new/?organization={school.first.pk}"
    assert as_("general_officer").post(near, action(school)).status_code == 302


def test_an_action_is_taken_back(school: School, as_: As):
    made = volunteered(school.first, [school.member], school.user("owner"))
    address, data = f"/pairing/volunteering/{made.pk}/withdraw/", {"why": "记重了一次", "once_key": str(uuid.uuid4())}
    assert as_("owner").post(address, data).status_code == 302
    assert as_("owner").post(address, data).status_code == 404
    assert "打扫社区活动室" not in as_("owner").get("/pairing/volunteering/").content.decode()


def test_nothing_is_owed_and_nobody_is_ranked(school: School, as_: As):
    volunteered(school.first, [school.member], school.user("owner"), on=day(300))
    joined(school.first, None, school.user("owner"), agreed_on=day(700))
    for page in ("organizations/", "volunteering/"):
        text = as_("owner").get(f"/pairing/{page}").content.decode()
        assert not [word for word in ("逾期", "该联系", "第 1 名", "is-overdue") if word in text]


@pytest.mark.parametrize("page", ["organizations/", "volunteering/"])
def test_twenty_rows_ask_no_more_than_two(school: School, as_: As, page: str):
    client, counts = as_("owner"), []
    for rows in (2, 18):
        for n in range(rows):
            one = joined(school.first, None, school.user("owner"), partner_name=f"某社区{rows}{n}")
            active(one, school.user("owner"), on=ON)
            volunteered(school.first, [school.member, school.officer], school.user("owner"))
        client.get(f"/pairing/{page}")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/pairing/{page}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
