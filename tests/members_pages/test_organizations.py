"""The tree of organisations and the page of one."""

import datetime as dt

import pytest

from members.models import Organization, Post


def test_the_tree_stands_in_official_order_each_under_its_parent(as_, school):
    tree = as_("clerk").get("/organizations/").context["tree"]
    assert [row.organization.code for row in tree] == [
        "060000", "06000001", "0600000101", "060000010101", "0600000102", "06000002", "0600000201", "06000003",
    ]  # fmt: skip
    assert [row.depth for row in tree] == [0, 1, 2, 3, 2, 1, 2, 1]


def test_numbers_stand_only_where_all_people_are_in_reach(as_, school):
    tree = {row.organization.code: row.members for row in as_("owner").get("/organizations/").context["tree"]}
    assert tree["0600000101"] == 5
    assert tree["060000010101"] == 1
    assert tree["06000001"] is None
    assert tree["0600000102"] is None


def test_the_department_sees_sums_of_the_whole_school(as_, school):
    tree = {row.organization.code: row.members for row in as_("clerk").get("/organizations/").context["tree"]}
    assert tree["060000"] == len(school.people)
    assert tree["06000001"] == 8


def test_a_vacancy_is_said_in_words_with_who_answers(as_, school):
    Post.objects.filter(organization=school.second, role="secretary").update(ended_on=dt.date(2021, 1, 1))
    assert "书记空缺" in as_("member").get("/organizations/").content.decode()
    html = as_("member").get(f"/organizations/{school.second.pk}/").content.decode()
    assert "书记到任前，任务由外国语学院党总支负责" in html
    assert "谭明" in html  # among the former


def test_everybody_sees_office_holders_but_only_those_in_reach_see_people(as_, school):
    inside = as_("owner").get(f"/organizations/{school.first.pk}/").content.decode()
    outside = as_("outsider").get(f"/organizations/{school.first.pk}/").content.decode()
    assert "林晓岚" in inside
    assert "林晓岚" in outside
    assert "黎小满" in inside
    assert "黎小满" not in outside
    assert f"/people/{school.owner.pk}/" not in outside


def test_an_organisation_that_is_not_there_is_not_found(as_):
    assert as_("owner").get("/organizations/98765/").status_code == 404


def test_no_organisations_yet_is_said(as_, monkeypatch):
    monkeypatch.setattr(Organization.objects._queryset_class, "visible_to", lambda self, user: self.none())
    assert "还没有党组织" in as_("owner").get("/organizations/").content.decode()


@pytest.mark.parametrize("key", ["member", "owner", "general_secretary", "clerk", "leader", "auditor"])
def test_the_page_of_each_kind_opens_for_everybody(as_, school, key):
    client = as_(key)
    for organization in Organization.objects.all():
        assert client.get(organization.get_absolute_url()).status_code == 200
