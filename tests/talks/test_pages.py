"""The pages of talks: who may open them, and what they let nobody see."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from members.models import Person
from talks.models import Talk
from talks.panels import last_talks
from tests.cast import School
from tests.talks.writing import ON, form_of, talk_of

As = Callable[[str], Client]
STRANGERS = ("outsider", "outsider_member", "maths_secretary", "colleague", "personnel", "approver", "auditor")


@pytest.mark.parametrize("page", ["", "correct/", "withdraw/"])
def test_a_talk_of_another_branch_is_not_found(school: School, as_: As, page: str) -> None:
    talk = talk_of(school.owner, school.member)
    for stranger in STRANGERS:
        assert as_(stranger).get(f"/talks/{talk.pk}/{page}").status_code in (404, 403)
        assert as_(stranger).get(f"/talks/{talk.pk}/").status_code == 404


def test_the_list_is_closed_to_offices_without_talks_and_shows_strangers_nothing(school: School, as_: As) -> None:
    talk_of(school.owner, school.member)
    assert as_("security_admin").get("/talks/").status_code == 200  # a member like everybody: own talks only
    for stranger in STRANGERS:
        assert "黎小满" not in as_(stranger).get("/talks/").content.decode()


def test_only_who_records_may_open_the_form(school: School, as_: As) -> None:
    for key in ("owner", "officer", "general_secretary", "general_officer", "leader"):
        assert as_(key).get("/talks/new/").status_code == 200, key
    for key in ("member", "clerk", "retirees"):
        assert as_(key).get("/talks/new/").status_code == 403, key


def test_the_form_fills_in_the_person_of_the_address(school: School, as_: As) -> None:
    page = as_("owner").get(f"/talks/new/?person={school.member.pk}").content.decode()
    assert f'name="people" value="{school.member.pk}"' in page


def test_an_address_with_somebody_elses_person_looks_like_one_with_nobody(school: School, as_: As) -> None:
    browser = as_("owner")
    for address in (
        f"?person={school.outsider_member.pk}",
        "?people=99999999,abc,-1",
        "?duty=C-2.3:2026:1:1",
        "?duty=x",
    ):
        answer = browser.get("/talks/new/" + address)
        assert answer.status_code == 200
        assert "data-picked=" not in answer.content.decode()


def test_a_talk_is_saved_and_said_with_a_way_back(school: School, as_: As) -> None:
    answer = as_("owner").post("/talks/new/", form_of(school.member), follow=True)
    talk = Talk.objects.get()
    assert answer.redirect_chain[-1][0] == f"/talks/{talk.pk}/"
    assert "已保存" in answer.content.decode()
    assert f"/talks/{talk.pk}/withdraw/" in answer.content.decode()
    assert talk.recorded_by == school.user("owner")


def test_save_and_again_opens_an_empty_form(school: School, as_: As) -> None:
    answer = as_("owner").post("/talks/new/", form_of(school.member, again="1"))
    assert answer.url == "/talks/new/"


def test_after_saving_only_an_own_address_is_followed(school: School, as_: As) -> None:
    browser = as_("owner")
    assert browser.post("/talks/new/", form_of(school.member, next="/inbox/")).url == "/inbox/"
    assert browser.post("/talks/new/", form_of(school.officer, next="//evil.example/")).url.startswith("/talks/")


def test_five_posts_of_one_form_are_one_talk(school: School, as_: As) -> None:
    browser, form = as_("owner"), form_of(school.member)
    answers = [browser.post("/talks/new/", form) for _ in range(5)]
    assert Talk.objects.count() == 1
    assert {answer.url for answer in answers} == {f"/talks/{Talk.objects.get().pk}/"}


@pytest.mark.parametrize(
    "broken",
    [
        {"people": []},
        {"people": ["99999999999999999999999"]},
        {"people": ["x", "-1", ""]},
        {"held": "never"},
        {"held": "other", "held_on": "2026-02-30"},
        {"held": "other", "held_on": ""},
        {"held": "other", "held_on": "2027-01-01"},
        {"held": "other", "held_on": "0001-01-01"},
        {"form": "duel"},
        {"channel": "pigeon"},
        {"reasons": ["gossip"]},
        {"once_key": ""},
        {"once_key": "abc"},
        {"place": "长" * 101},
        {"talker": "17x"},
    ],
)
def test_bad_input_is_told_and_nothing_is_saved(school: School, as_: As, broken: dict) -> None:
    answer = as_("owner").post("/talks/new/", {**form_of(school.member, place="活动室"), **broken})
    assert answer.status_code == 200
    assert "没有保存" in answer.content.decode()
    assert not Talk.objects.exists()


def test_what_was_typed_is_still_there_after_an_error(school: School, as_: As) -> None:
    page = as_("owner").post("/talks/new/", form_of(school.member, held="other", held_on="x", place="活动室"))
    text = page.content.decode()
    assert "活动室" in text
    assert f'name="people" value="{school.member.pk}"' in text


def test_a_forged_person_or_talker_changes_nothing(school: School, as_: As) -> None:
    """A3: every key of the form, re-posted with somebody out of scope."""
    browser = as_("owner")
    for key in ("outsider", "outsider_member", "colleague", "colleague_member", "librarian"):
        person = school.people[key]
        answer = browser.post("/talks/new/", form_of(school.member, person))
        assert answer.status_code == 200
        assert person.name not in answer.content.decode()
        browser.post("/talks/new/", form_of(school.member, talker=person.pk))
        browser.post("/talks/new/", form_of(person, talker=person.pk))
    assert not Talk.objects.exclude(talker=school.owner).exists()
    assert not Talk.objects.filter(people__in=[school.outsider, school.colleague, school.colleague_member]).exists()


def test_a_recorder_saves_for_the_secretary_beside_him(school: School, as_: As) -> None:
    as_("officer").post("/talks/new/", form_of(school.member, talker=school.owner.pk))
    talk = Talk.objects.get()
    assert (talk.talker, talk.recorded_by) == (school.owner, school.user("officer"))


def test_the_picker_finds_by_initials_and_underlines_them(school: School, as_: As) -> None:
    page = as_("owner").get("/talks/people/", {"q": "lxm"}).content.decode()
    assert "黎小满" in page
    assert "<mark>l</mark>i <mark>x</mark>iao <mark>m</mark>an" in page


def test_the_picker_shows_oneself_with_the_reason_why_not(school: School, as_: As) -> None:
    page = as_("owner").get("/talks/people/", {"q": "lx"}).content.decode()
    assert "您本人，由总支书记谈" in page
    assert page.count("disabled") == 1


def test_the_picker_knows_nobody_out_of_scope(school: School, as_: As) -> None:
    for words in ("赵启文", "zqw", "谭明", "tm", "何静怡"):
        assert "data-person" not in as_("owner").get("/talks/people/", {"q": words}).content.decode()


def test_the_picker_finds_who_was_here_on_the_day_typed(school: School, as_: As) -> None:
    from members.actions import affiliate

    affiliate(person=school.member, organization=school.second, on=ON)
    then = {"q": "lxm", "held": "other", "held_on": "2026-03-01"}
    assert "data-person" in as_("owner").get("/talks/people/", then).content.decode()
    assert "data-person" not in as_("owner").get("/talks/people/", {"q": "lxm"}).content.decode()


def test_people_already_chosen_are_not_offered_again(school: School, as_: As) -> None:
    asked = {"q": "lxm", "people": [school.member.pk]}
    assert "data-person" not in as_("owner").get("/talks/people/", asked).content.decode()


def test_the_list_filters_by_period_talker_form_and_late_entry(school: School, as_: As) -> None:
    import datetime as dt

    talk_of(school.owner, school.member, held_on=dt.date(2025, 5, 6))
    talk_of(school.owner, school.officer)
    talk_of(school.owner, school.group_leader, school.general_secretary)
    browser = as_("owner")

    def found(**asked: str) -> int:
        return len(browser.get("/talks/", asked).context["lines"])

    assert found() == 3
    assert found(period="2025") == found(late="on") == 1
    assert found(period="2026Q4") == 2
    assert found(form="collective") == 1
    assert found(talker="lxl") == found(whose="led") == 3
    assert found(talker="谭明") == found(whose="joined") == 0
    assert found(period="nonsense", page="x") == 3


def test_the_list_of_one_organisation_holds_no_other(school: School, as_: As) -> None:
    talk_of(school.owner, school.member)
    talk_of(school.colleague, school.colleague_member)
    html = as_("general_secretary").get("/talks/", {"organization": school.second.pk}).content.decode()
    assert "何静怡" in html
    assert "黎小满" not in html


def test_a_member_sees_the_own_talks_only(school: School, as_: As) -> None:
    talk_of(school.owner, school.member)
    talk_of(school.owner, school.officer)
    page = as_("member").get("/talks/").content.decode()
    assert "黎小满" in page
    assert "王志远" not in page


def test_the_last_talk_of_each_person_is_found_in_one_query(school: School, django_assert_num_queries) -> None:
    import datetime as dt

    talk_of(school.owner, school.member, held_on=dt.date(2026, 3, 1))
    last = talk_of(school.owner, school.member, school.officer, held_on=dt.date(2026, 5, 1))
    with django_assert_num_queries(1):
        found = last_talks([school.member.pk, school.officer.pk, school.owner.pk], on=ON)
    assert {person: talk.talk_id for person, talk in found.items()} == {
        school.member.pk: last.pk,
        school.officer.pk: last.pk,
    }
    assert last_talks([school.member.pk], on=dt.date(2026, 4, 1))[school.member.pk].held_on == dt.date(2026, 3, 1)
    assert set(last_talks(on=ON, below_path=school.first.path)) == {school.member.pk, school.officer.pk}
    Talk.objects.filter(pk=last.pk).update(withdrawn_at="2026-06-01T00:00Z", withdrawn_because="记错了人")
    assert set(last_talks(on=ON)) == {school.member.pk}


def test_reasons_of_must_talks_show_outside_the_branch_as_the_five_musts(school: School, as_: As) -> None:
    talk = talk_of(school.owner, school.member, reasons=["sanction", "annual"])
    inside, outside = ("owner", "officer"), ("general_secretary", "general_officer", "clerk", "head", "member")
    for address in ("/talks/", f"/talks/{talk.pk}/"):
        for key in inside:
            assert "处分" in as_(key).get(address).content.decode(), (key, address)
        for key in outside:
            text = as_(key).get(address).content.decode()
            assert "处分" not in text, (key, address)
            assert "五必谈" in text, (key, address)


def test_an_office_of_a_group_sees_only_its_own_people_of_a_collective_talk(school: School, as_: As) -> None:
    Person.objects.filter(pk=school.member.pk).update(occupation=Person.Occupation.RETIRED)
    talk = talk_of(school.owner, school.member, school.officer)
    text = as_("retirees").get(f"/talks/{talk.pk}/").content.decode()
    assert "黎小满" in text
    assert "另有" in text
    assert f"、{school.officer.name}<" not in text


def test_the_form_names_who_can_see_the_talk(school: School, as_: As) -> None:
    asked = {"people": [school.member.pk], "held": "today"}
    text = as_("owner").post("/talks/settles/", asked).content.decode()
    for words in ("黎小满本人", "王志远（支部组织委员）", "程立新（总支书记）", "周启明（组织部经办）"):
        assert words in text
    assert "谢雨薇" not in text


def test_the_number_of_queries_does_not_follow_the_number_of_talks(school: School, as_: As) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.cast import make_person

    def count(browser: Client, address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert browser.get(address).status_code == 200
        return len(seen)

    people = [make_person(f"甲{n}", school.first) for n in range(20)]
    addresses = ("/talks/", "/talks/new/", "/talks/people/?q=甲", "/talks/people/")
    counts = []
    for some in (people[:2], people[2:]):
        for person in some:
            talk_of(school.owner, person)
        together = talk_of(school.owner, *some)
        browser = as_("owner")
        counts.append([count(browser, address) for address in (*addresses, f"/talks/{together.pk}/")])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 40


def test_a_used_form_comes_back_with_a_fresh_key(school: School, as_: As) -> None:
    browser, key = as_("owner"), str(uuid.uuid4())
    browser.post("/talks/new/", form_of(school.member, once_key=key))
    page = browser.post("/talks/new/", form_of(school.officer, once_key=key))
    assert "已经保存过" in page.content.decode()
    assert key not in page.content.decode()
    assert Talk.objects.count() == 1
