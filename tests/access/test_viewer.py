"""Scope follows the posts held today."""

from members.models import Person, Post
from tests.cast import School


def names(school: School, key: str) -> set[str]:
    return set(Person.objects.visible_to(school.user(key)).values_list("name", flat=True))


def test_a_branch_secretary_sees_the_people_of_the_branch_and_its_groups(school):
    assert names(school, "owner") == {"林晓岚", "王志远", "黎小满", "陈立群", "程立新"}


def test_a_plain_member_sees_only_the_own_file(school):
    assert names(school, "member") == {"黎小满"}


def test_an_auditor_sees_no_file_but_the_own(school):
    assert names(school, "auditor") == {"田春生"}


def test_the_end_of_a_post_takes_the_scope_away(school):
    Post.objects.filter(person=school.owner).update(ended_on="2021-01-01")
    assert names(school, "owner") == {"林晓岚"}
