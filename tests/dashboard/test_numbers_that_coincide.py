"""Persons and organisations are numbered apart: a person is not the organisation that has the same number."""

from carehub.accounts.models import User
from members.models import Organization, Oversight, Person, Post
from tests.cast import PASSWORD, START, School, make_person


def person_numbered(school: School, number: int) -> Person:
    """Return the person with a number that an organisation has as well."""
    found = Person.objects.filter(pk=number).first()
    if found:
        return found
    user = User.objects.create_user("same-number", PASSWORD)
    return make_person("同号的人", school.direct, pk=number, user=user)


def test_a_leader_is_not_taken_for_the_general_branch_with_the_same_number(as_, school):
    leader = person_numbered(school, school.languages.pk)
    Post.objects.create(person=leader, organization=school.committee, role=Post.Role.LEADER, started_on=START)
    Oversight.objects.create(leader=leader, organization=school.maths, started_on=START)
    client = as_("clerk")
    assert "曾宪平" in client.get("/overview/names/", {"rule": "C-2.1"}).content.decode()
    inside = client.get("/overview/names/", {"rule": "C-2.1", "organization": school.languages.pk})
    assert "曾宪平" not in inside.content.decode()


def test_a_secretary_does_not_owe_what_the_branch_with_his_number_owes(client, school):
    secretary = person_numbered(school, school.maths_branch.pk)
    branch = Organization.objects.create(
        code="0600000109", name="新建党支部", kind=Organization.Kind.BRANCH, parent=school.languages
    )
    Post.objects.filter(person=secretary).delete()
    Post.objects.create(person=secretary, organization=branch, role=Post.Role.SECRETARY, started_on=START)
    make_person("新支部的党员", branch)
    client.force_login(secretary.user)
    html = client.get("/").content.decode()
    assert "新支部的党员" in html
    assert "孙秉钧" not in html
