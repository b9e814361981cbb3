"""The tree of organisations and the posts."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command

from members.models import Organization, Oversight, Person, Post
from tests.imports.making import ON, bring, codes, counts, id_of, person, roster, saved, workbook

TREE = ("党组织全称", "简称", "党组织编码", "上一级党组织", "组织类别", "别名")
OFFICES = ("党组织", "职务", "姓名", "身份证号", "任职方式", "任职起", "任职止", "分管")
SCHOOL = [
    ["教工第一党支部", "一支部", "010101", "外语总支", "党支部", "老一支；外语一"],
    ["第一党小组", "", "01010101", "010101", "党小组", ""],
    ["外国语学院党总支", "外语总支", "0101", "01", "党总支", ""],
    ["图书馆党支部", "", "0102", "中共某校委员会", "直属党支部", ""],
    ["中共某校委员会", "", "01", "", "党委", ""],
]


def tree(*rows: list, base: list | None = None) -> bytes:
    return workbook([*(SCHOOL if base is None else base), *rows], TREE)


@pytest.mark.django_db
def test_parents_may_stand_below_their_children() -> None:
    assert counts(bring(tree(), "organizations")) == (5, 0, 0, 0)
    branch = Organization.objects.get(code="010101")
    assert branch.path == f"{branch.parent.path}{branch.pk}/"
    assert branch.aliases == ["老一支", "外语一"]
    assert counts(bring(tree(), "organizations")) == (0, 0, 5, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["另一个党委", "", "99", "", "党委", ""], "organization-second-root"),
        (["甲支部", "", "03", "04", "党支部", ""], "organization-circle"),
        (["某支部", "", "05", "没有的总支", "党支部", ""], "organization-unknown"),
        (["某支部", "", "05", "0101", "兴趣小组", ""], "category-unknown"),
        (["某支部", "", "05", "0101", "直属党支部", ""], "organization-shape"),
        (["某小组", "", "05", "0101", "党小组", ""], "organization-shape"),
        (["某总支", "", "05", "", "党总支", ""], "organization-missing"),
        (["某支部", "", "", "0101", "党支部", ""], "id-missing"),
        (["", "", "05", "0101", "党支部", ""], "name-missing"),
    ],
)
def test_a_broken_tree_is_named_and_nothing_is_written(row: list, code: str) -> None:
    rows = [row, ["乙支部", "", "04", "03", "党支部", ""]] if code == "organization-circle" else [row]
    reading = bring(tree(*rows), "organizations")
    assert (7, code) in [(finding["row"], finding["code"]) for finding in reading.report["findings"]]
    assert counts(reading)[:3] == (0, 0, 0)
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_a_code_that_stands_twice_is_named_in_both_rows() -> None:
    assert codes(bring(tree(SCHOOL[0]), "organizations")) == ["id-duplicate", "id-duplicate"]


def test_names_and_aliases_are_updated_by_code_and_people_follow_a_moved_branch(school) -> None:
    rows = [["外语一支部", "", "0600000101", "数学学院党总支", "党支部", "老一支"]]
    reading = bring(tree(base=rows), "organizations")
    assert counts(reading) == (0, 1, 0, 0)
    branch = Organization.objects.get(code="0600000101")
    assert (branch.name, branch.aliases, branch.parent) == ("外语一支部", ["老一支"], school.maths)
    assert branch.path.startswith(school.maths.path)
    assert Person.objects.get(pk=school.member.pk).path == branch.path
    assert Person.objects.get(pk=school.group_leader.pk).path.startswith(branch.path)
    assert counts(bring(roster(person(1, 所在党支部="老一支")))) == (1, 0, 0, 0)


@pytest.fixture
def newcomers(school):
    bring(roster(person(1, 姓名="甲"), person(2, 姓名="乙"), person(3, 姓名="丙")))
    return school


def office(n: int, **cells) -> dict:
    row = {
        "党组织": "数学学院教工党支部",
        "职务": "组织委员",
        "姓名": "甲乙丙"[n - 1],
        "身份证号": id_of(n),
        "任职起": "2024-03-01",
    }
    return row | cells


def posts(*rows: dict) -> bytes:
    return workbook(rows, OFFICES)


def test_posts_are_brought_in_once(newcomers) -> None:
    data = posts(office(1), office(2, 职务="党委审批人", 党组织="中共四川文理学院委员会", 任职方式="兼职"))
    assert counts(bring(data, "posts")) == (2, 0, 0, 0)
    assert counts(bring(data, "posts")) == (0, 0, 2, 0)
    post = Post.objects.get(person__name="乙")
    assert (post.role, post.manner, post.started_on) == ("PC", "part-time", dt.date(2024, 3, 1))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"身份证号": id_of(9)}, "person-unknown"),
        ({"姓名": "别人"}, "person-mismatch"),
        ({"职务": "书记"}, "post-overlap"),
        ({"身份证号": None}, "id-missing"),
        ({"身份证号": int(id_of(1)[:17] + "0")}, "id-digits-lost"),
        ({"党组织": "没有的"}, "organization-unknown"),
        ({"职务": "舵手"}, "label-unmatched"),
        ({"任职止": "2023-01-01"}, "date-order"),
        ({"任职起": None}, "date-invalid"),
        ({"分管": "没有的总支"}, "person-unknown"),
    ],
)
def test_a_wrong_post_is_named(newcomers, cells: dict, code: str) -> None:
    reading = bring(posts(office(1, **cells), office(2)), "posts")
    assert (codes(reading), counts(reading)) == ([code], (1, 0, 0, 1))


def test_a_secretary_follows_one_whose_last_day_stands_in_the_file(newcomers) -> None:
    school = newcomers
    old = {"党组织": "数学学院教工党支部", "职务": "书记", "姓名": "赵启文", "身份证号": school.outsider.number,
           "任职起": "2020-01-01", "任职止": "2024-02-29"}  # fmt: skip
    reading = bring(posts(office(1, 职务="书记"), old), "posts")
    assert (codes(reading), counts(reading)) == ([], (1, 1, 0, 0))
    assert [post.person.name for post in Post.objects.secretaries().in_force(ON).filter(
        organization=school.maths_branch)] == ["甲"]  # fmt: skip


def test_oversight_is_of_organisations_and_people(newcomers) -> None:
    leader = office(1, 职务="校级领导", 党组织="060000", 分管="数学学院党总支；乙")
    assert counts(bring(posts(leader), "posts")) == (1, 0, 0, 0)
    held = Oversight.objects.filter(leader__name="甲")
    assert {str(row.organization or row.person) for row in held} == {"数学学院党总支", "乙"}
    assert counts(bring(posts(leader), "posts")) == (0, 0, 1, 0)


def test_nobody_holds_two_of_the_three_separate_offices(newcomers) -> None:
    rows = [office(1, 职务=role, 党组织="060000") for role in ("系统管理员", "审计管理员")]
    assert codes(bring(posts(*rows), "posts")) == ["post-overlap"]


def test_nobody_brings_in_an_own_post(newcomers) -> None:
    school = newcomers
    own = office(1, 姓名="周启明", 身份证号=school.clerk.number, 职务="组织委员", 党组织="图书馆直属党支部")
    assert codes(bring(posts(own), "posts", by=school.user("clerk"))) == ["person-mismatch"]


def test_the_command_reports_as_the_contract_says(school, tmp_path) -> None:
    out = tmp_path / "out.json"
    call_command("import_roster", saved(tmp_path, roster(person(1))), report=out, on=ON, stdout=io.StringIO())
    report = json.loads(out.read_text())
    keys = "file sheet header_row rows new changed unchanged rejected missing refused findings"
    assert list(report) == keys.split()
    assert (report["file"], report["header_row"], report["rows"], report["refused"]) == ("名册.xlsx", 1, 1, None)


def test_the_command_exits_with_2_for_a_refused_file(school, tmp_path) -> None:
    with pytest.raises(CommandError, match="csv") as refused:
        call_command("import_roster", saved(tmp_path, b"a,b\n1,2\n"))
    assert refused.value.returncode == 2


@pytest.mark.parametrize("role", ["组织部经办", "财务处", "党委审批人", "安全管理员"])
def test_the_web_brings_in_no_office_that_goes_through_three_hands(newcomers, role: str) -> None:
    """The command line may (first set-up, by who runs the server); a party post comes in either way."""
    school = newcomers
    rows = posts(office(1, 职务=role, 党组织="060000"), office(2, 职务="组织委员", 党组织="图书馆直属党支部"))
    reading = bring(rows, "posts", by=school.user("clerk"))
    assert (codes(reading), counts(reading)) == (["post-restricted"], (1, 0, 0, 1))
    assert counts(bring(rows, "posts")) == (1, 0, 1, 0)


def test_who_watches_is_not_who_does(newcomers) -> None:
    rows = [office(1, 职务=role, 党组织="060000") for role in ("组织部负责人", "审计管理员")]
    assert codes(bring(posts(*rows), "posts")) == ["post-overlap"]
