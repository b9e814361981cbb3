"""The file of a person and the own file: who may open it, what is masked, what is owed, what happened."""

import datetime as dt
import re

import pytest

from carehub.calendar import today
from members.models import Person, Post
from talks.models import Participation, Talk
from tests.cast import START, make_person


def page(client, person):
    return client.get(f"/people/{person.pk}/")


def talk_with(person, talker, *, reasons=("annual",), held_on=dt.date(2026, 3, 2), **fields):
    organization = talker.organization
    talk = Talk.objects.create(
        held_on=held_on,
        talker=talker,
        organization=organization,
        path=organization.path,
        entered_on=held_on,
        reasons=list(reasons),
        **fields,
    )
    Participation.objects.create(talk=talk, person=person)
    return talk


def test_a_secretary_opens_the_file_of_a_member_with_masked_numbers(school, as_):
    html = page(as_("owner"), school.member).content.decode()
    assert school.member.masked_id_number in html
    assert school.member.masked_phone in html
    assert school.member.id_number not in html
    assert school.member.phone not in html


@pytest.mark.parametrize("key", ["colleague", "outsider", "member", "approver", "personnel", "auditor", "system_admin"])
def test_a_file_out_of_reach_looks_like_no_file(school, as_, key):
    client = as_(key)
    someone = school.colleague_member if key != "colleague" else school.member
    outside, nothing = page(client, someone), client.get("/people/987654/")
    assert (outside.status_code, nothing.status_code) == (404, 404)
    assert without_tokens(outside) == without_tokens(nothing)
    assert headers_of(outside) == headers_of(nothing)


def without_tokens(answer):
    """Return the body without its one-time tokens."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "", answer.content.decode())


def headers_of(answer):
    return {name: value for name, value in answer.items() if name != "Set-Cookie"}


def test_a_group_leader_sees_the_file_but_no_numbers(school, as_):
    someone = make_person("许文澜", school.first_group, id_number="990101196001010015", phone="13900000000")
    html = page(as_("group_leader"), someone).content.decode()
    assert "许文澜" in html
    assert "0015" not in html
    assert "139****0000" not in html


def test_the_file_offers_a_talk_only_to_who_may_record_one(school, as_):
    offer = f"/talks/new/?person={school.member.pk}"
    assert offer in page(as_("owner"), school.member).content.decode()
    assert offer not in page(as_("head"), school.member).content.decode()
    assert f"/talks/new/?person={school.owner.pk}" not in page(as_("owner"), school.owner).content.decode()


def test_who_may_see_everybody_may_record_only_where_the_own_post_is(school, as_):
    Post.objects.create(person=school.clerk, organization=school.direct, role="organizer", started_on=START)
    client = as_("clerk")
    assert page(client, school.member).context["may_talk"] is False
    assert page(client, school.direct_member).context["may_talk"] is True


def test_each_thing_owed_leads_to_its_page(school, as_):
    client = as_("owner")
    links = re.findall(r'href="(/duties/[^"]+)"', page(client, school.member).content.decode())
    assert [client.get(link).status_code for link in links] == [200, 200]


def owed(client, person):
    """Return (rule, window, state) of what the file says is to be done."""
    return [(duty.rule, duty.window, duty.state) for _title, duty in page(client, person).context["duties"]]


def test_what_is_owed_this_year_and_left_from_the_last_stands_in_the_file(school, as_):
    year = today().year
    now, before = owed(as_("owner"), school.member)[::-1]
    assert before == ("C-2.3", str(year - 1), "overdue")
    assert now[:2] == ("C-2.3", str(year))
    talk_with(school.member, school.owner, held_on=dt.date(year, 1, 1))
    assert owed(as_("owner"), school.member) == [before]


def test_a_leader_sees_only_what_the_leader_owes(school, as_):
    duties = page(as_("leader"), school.general_secretary).context["duties"]
    assert {duty.rule for _title, duty in duties} == {"C-2.1"}


def test_talks_are_told_as_facts_and_must_talks_all_alike(school, as_):
    talk_with(school.member, school.owner, reasons=["sanction"], line="不该出现的话")
    html = page(as_("owner"), school.member).content.decode()
    assert "谈话：五必谈" in html
    assert "处分" not in html
    assert "不该出现的话" not in html


def test_who_sees_the_file_but_no_talks_reads_nothing_of_them(school, as_):
    someone = make_person("许文澜", school.first_group)
    talk_with(someone, school.owner)
    assert "谈话：" in page(as_("owner"), someone).content.decode()
    assert "谈话：" not in page(as_("group_leader"), someone).content.decode()


def test_a_withdrawn_talk_leaves_the_file(school, as_):
    talk_with(school.member, school.owner, withdrawn_at="2026-03-03T00:00:00Z", withdrawn_because="记错人")
    assert "谈话：" not in page(as_("owner"), school.member).content.decode()


def test_the_own_file_needs_no_post_and_shows_no_full_number(school, as_):
    answer = as_("member").get("/mine/")
    assert answer.context["person"] == school.member
    assert "林晓岚" in answer.content.decode()  # the secretary
    assert school.member.phone not in answer.content.decode()


def test_the_own_file_says_when_the_post_of_secretary_is_vacant(school, as_):
    Post.objects.filter(person=school.owner).update(ended_on=START)
    assert "书记空缺" in as_("member").get("/mine/").content.decode()


def test_an_account_without_a_person_is_told_so(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody", "x"))
    assert "没有所属党组织" in client.get("/mine/", follow=True).content.decode()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "阿卜杜热合曼·买买提江" * 4])
def test_any_name_is_shown_as_text(school, as_, name):
    someone = make_person(name, school.first)
    html = page(as_("owner"), someone).content.decode()
    assert "<script>alert" not in html


@pytest.mark.parametrize("field", ["joined_on", "confirmed_on", "born_on"])
def test_a_file_with_gaps_still_opens(school, as_, field):
    Person.objects.filter(pk=school.member.pk).update(**{field: None})
    assert page(as_("owner"), school.member).status_code == 200


def test_who_died_is_shown_without_a_political_birthday(school, as_):
    Person.objects.filter(pk=school.member.pk).update(died_on=dt.date(2026, 5, 1))
    html = page(as_("owner"), school.member).content.decode()
    assert "2026年5月1日去世" in html
    assert "政治生日" not in html
