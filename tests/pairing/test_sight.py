"""Who sees what of a pairing: outsiders nothing, a helper what he needs, the lists what the office keeps."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.survival.erasure import PLACES
from hardship.models import Pairing
from hardship.pairing.panels import contacts_due
from members.models import Person
from tests.cast import School, make_person
from tests.hardship.making import put_down, recognised, registered
from tests.pairing.making import ON, contacted, day, paired

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]
PAGES = ("", "edit/", "end/", "paper/", "helpers/new/", "contact/")
STRANGERS = ("outsider", "colleague", "librarian", "maths_secretary", "outsider_member", "direct_member")


@pytest.fixture
def one(school: School) -> Pairing:
    case = recognised(school, "member", by="officer", on=day(80))
    return paired(case, school.colleague_member, school.user("officer"), ago=70)


@pytest.mark.parametrize("page", PAGES)
def test_an_outsider_meets_nothing(school: School, as_: As, one: Pairing, page: str):
    """404 out of scope, the same as for what does not exist; 403 where the page itself is for other offices."""
    for key in STRANGERS:
        client = as_(key)
        there = client.get(f"/pairing/{one.pk}/{page}").status_code
        assert there in (403, 404), key
        assert there == client.get(f"/pairing/999999/{page}").status_code, key


def test_an_outsider_meets_no_contact_and_no_helper(school: School, as_: As, one: Pairing):
    contact, helper = contacted(one, school.user("officer")), one.helpers.get()
    for key in ("outsider", "colleague", "librarian"):
        for page in (
            f"contacts/{contact.pk}/correct/",
            f"contacts/{contact.pk}/withdraw/",
            f"helpers/{helper.pk}/end/",
        ):
            assert as_(key).get(f"/pairing/{page}").status_code == 404, key
        assert as_(key).get(f"/pairing/new/{one.case_id}/").status_code == 404, key


def test_a_helper_sees_what_he_needs_and_nothing_of_the_case(school: School, as_: As, one: Pairing):
    text = as_("colleague_member").get(one.get_absolute_url()).content.decode()
    assert all(words in text for words in ("黎小满", "外国语学院教工第一党支部", "没有人陪", "每月陪同复查"))
    hidden = (
        "透析",
        "肾病",
        "比较困难",
        "生活困难",
        "1200",
        one.case.get_absolute_url(),
        school.member.get_absolute_url(),
    )
    assert [words for words in hidden if words in text] == []
    assert as_("colleague_member").get(one.case.get_absolute_url()).status_code == 404
    assert as_("colleague_member").get(school.member.get_absolute_url()).status_code == 404


def test_who_is_helped_sees_all_of_it_and_changes_nothing(school: School, as_: As, one: Pairing):
    contacted(one, school.user("officer"))
    text = as_("member").get(one.get_absolute_url()).content.decode()
    assert all(words in text for words in ("何静怡", "每月陪同复查", "陪同复查，药已取回"))
    for page in PAGES[1:]:
        assert as_("member").get(f"/pairing/{one.pk}/{page}").status_code == 403
    assert "结对帮扶" in as_("member").get("/mine/").content.decode()


def test_an_office_in_trouble_keeps_not_its_own_pairing(school: School, as_: As):
    one = paired(recognised(school, "owner", by="officer"), school.officer, school.user("clerk"))
    assert as_("owner").get(one.get_absolute_url()).status_code == 200
    assert {as_("owner").get(f"/pairing/{one.pk}/{page}").status_code for page in PAGES[1:]} == {403}
    assert contacts_due(school.user("owner"), ON) == []


def test_the_lists_end_where_the_office_ends(school: School, as_: As, one: Pairing):
    far = recognised(school, "outsider_member", by="outsider")
    paired(far, school.outsider, school.user("outsider"))
    seen = {key: as_(key).get("/pairing/").content.decode() for key in ("owner", "outsider", "clerk", "group_leader")}
    assert ["黎小满" in seen[key] for key in ("owner", "outsider", "clerk")] == [True, False, True]
    assert ["孙秉钧" in seen[key] for key in ("owner", "outsider", "clerk")] == [False, True, True]
    assert "没有和您有关的结对" in seen["group_leader"]


def test_a_department_sees_its_own_group(school: School, as_: As, one: Pairing):
    assert as_("retirees").get(one.get_absolute_url()).status_code == 404
    Person.objects.filter(pk=school.member.pk).update(occupation="retired")
    assert as_("retirees").get(one.get_absolute_url()).status_code == 200
    assert as_("retirees").get(f"/pairing/{one.pk}/edit/").status_code == 403


def test_the_filters_find_the_quiet_and_the_ended(school: School, as_: As, one: Pairing):
    other = recognised(school, "group_leader", by="officer", on=day(80))
    fresh = paired(other, school.officer, school.user("officer"), ago=70)
    contacted(fresh, school.user("officer"), ago=1)

    def names(query: str) -> list[str]:
        text = as_("owner").get(f"/pairing/?{query}").content.decode()
        return [name for name in ("黎小满", "陈立群") if f"<b>{name}</b>" in text]

    assert names("") == ["黎小满", "陈立群"]
    assert names("quiet=due") == names("quiet=30") == ["黎小满"]
    assert names("quiet=90") == []
    assert names("q=clq") == ["陈立群"]
    ended = {"ended_on": ON, "ended_by": school.user("officer"), "outcome": "other"}
    Pairing.objects.filter(pk=fresh.pk).update(**ended)
    assert (names("show=running"), names("show=ended")) == (["黎小满"], ["陈立群"])
    assert names("show=nonsense&quiet=x") == ["黎小满", "陈立群"]


def test_a_file_tells_of_the_pairing_to_who_may_know(school: School, as_: As, one: Pairing):
    address = school.member.get_absolute_url()
    assert "帮扶人：何静怡" in as_("owner").get(address).content.decode()
    assert "何静怡" not in as_("group_leader").get(address).content.decode()


def many(school: School, count: int) -> None:
    """Pair people of the branch with the officer and with each other, each contacted twice."""
    user = school.user("officer")
    for n in range(count):
        person = make_person(f"某{n}", school.first)
        case = put_down(registered(person, user, on=day(90)), school.user("head"), day(90))
        one = paired(case, school.officer, user, ago=65)
        contacted(one, user, ago=64)
        contacted(one, user, ago=63)


def asked(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize(("who", "address"), [("owner", "/pairing/"), ("officer", "/pairing/"), ("officer", "/mine/")])
def test_twenty_rows_ask_no_more_than_two(school: School, as_: As, who: str, address: str):
    client, counts = as_(who), []
    for rows in (2, 18):
        many(school, rows)
        counts.append(asked(client, address))
    assert counts[0] == counts[1]


def test_due_contacts_ask_a_fixed_number(school: School):
    counts = []
    for rows in (2, 18):
        many(school, rows)
        user = school.user("owner")
        with CaptureQueriesContext(connection) as seen:
            assert len(contacts_due(user, ON)) >= rows
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_page_asks_no_more_for_twenty_contacts(school: School, as_: As, one: Pairing):
    client, counts = as_("owner"), []
    for rows in (2, 18):
        for n in range(rows):
            contacted(one, school.user("officer"), ago=n)
        counts.append(asked(client, one.get_absolute_url()))
    assert counts[0] == counts[1]


def test_nothing_sealed_stays_of_who_is_gone(school: School, one: Pairing):
    """Each sealed field of a pairing has its place in the erasure."""
    contact = contacted(one, school.user("officer"), given="money", amount=20)
    named = {place.label: place.blanks() for place in PLACES if place.label.startswith("hardship.")}
    for row in (one, one.helpers.get(), contact):
        type(row).objects.filter(pk=row.pk).update(**named[row._meta.label])
        row.refresh_from_db()
    assert (one.need, one.measures, one.helpers.get().task, contact.done, contact.amount) == ("", "", "", "", None)
