"""A subtree is a range: it holds exactly what lies at or below, on both engines."""

from carehub.access.paths import below, parent_paths
from members.models import Organization
from tests.cast import School


def test_a_subtree_is_itself_and_what_lies_below(school: School):
    codes = Organization.objects.filter(below(school.languages.path)).values_list("code", flat=True)
    assert set(codes) == {"06000001", "0600000101", "060000010101", "0600000102"}


def test_a_sibling_whose_number_begins_alike_is_not_below(school: School):
    one = Organization.objects.get(pk=school.second.pk)
    Organization.objects.filter(pk=school.maths_branch.pk).update(path=one.path[:-1] + "9/")
    assert not Organization.objects.filter(below(one.path), pk=school.maths_branch.pk).exists()


def test_the_way_up_is_read_from_the_path():
    assert parent_paths("/1/7/23/") == ["/1/", "/1/7/"]
    assert parent_paths("/1/") == []


def test_the_path_follows_the_parent(school: School):
    assert school.first_group.path == f"{school.first.path}{school.first_group.pk}/"
    assert school.direct.is_direct_branch
    assert not school.first.is_direct_branch
