"""The overview by rule and organisation, and the names behind its numbers."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carehub.access.viewer import viewer_of
from carehub.dashboard.periods import offered, period_named
from carehub.duties.actions import excuse
from carehub.duties.duty import DutyKey
from members.models import Person, Post
from tests.cast import make_person
from tests.dashboard.crowd import crowd
from tests.talks.writing import talk_of

ON = dt.date(2026, 11, 23)


def text(client, address="/overview/", **query):
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def names(client, **query):
    return text(client, "/overview/names/", **query)


def test_organisations_stand_in_official_order(as_):
    html = text(as_("clerk"))
    heat = html[html.index("各党组织") :]
    assert heat.index("外国语学院党总支") < heat.index("数学学院党总支") < heat.index("图书馆直属党支部")


def test_a_logged_talk_changes_the_cell_and_the_line(as_, school):
    assert "0/6" in text(as_("clerk"))
    talk_of(school.owner, school.member)
    html = text(as_("clerk"))
    assert "1/6 <small>差 5</small>" in html


def test_a_year_counts_all_its_quarters_that_have_begun(as_, school):
    html = text(as_("general_secretary"), period="2026")
    assert "0/8 <small>逾期 6</small>" in html
    quarter = text(as_("general_secretary"), period="2026Q4")
    assert "0/2 <small>差 2</small>" in quarter
    assert "支部书记与本支部每一名党员" not in quarter


def test_a_directly_attached_branch_has_no_quarterly_talk(as_):
    html = text(as_("clerk"))
    line = html[html.index('<th scope="row">', html.index("图书馆直属党支部") - 200) :]
    assert "不适用" in line


def test_what_was_closed_last_year_is_overdue(as_):
    assert "逾期 6" in text(as_("clerk"), period="2025")


@pytest.mark.parametrize("period", ["", "x", "2026Q9", "1999", "2099", "2027Q1", "0000", "٢٠٢٦"])
def test_a_period_that_is_not_there_is_this_year(as_, period):
    assert "2026年，截至 11月23日" in text(as_("clerk"), period=period)


def test_the_periods_offered_are_this_quarter_this_year_and_last_year():
    assert [period.label for period in offered(ON)] == ["2026Q4", "2026", "2025"]
    assert period_named("2026Q3", ON).words == "2026年第三季度"


def test_a_general_branch_opens_into_its_branches(as_, school):
    html = text(as_("clerk"), within=school.languages.pk)
    assert "外国语学院教工第一党支部" in html
    assert "数学学院" not in html
    assert "0/4" in html
    own = text(as_("general_secretary"))
    assert "外国语学院教工第二党支部" in own
    assert "数学学院" not in own


@pytest.mark.parametrize("key", ["general_secretary", "owner", "maths_secretary"])
def test_what_lies_outside_is_not_found(as_, school, key):
    client = as_(key)
    outside = school.languages if key == "maths_secretary" else school.maths
    for unit in (outside.pk, 987654, "x", "9" * 30):
        assert client.get("/overview/", {"within": unit}).status_code == 404
        assert client.get("/overview/names/", {"rule": "C-2.3", "organization": unit}).status_code == 404


@pytest.mark.parametrize("key", ["member", "leader", "group_leader", "system_admin", "personnel"])
def test_who_watches_nobody_has_no_overview(as_, key):
    assert as_(key).get("/overview/").status_code == 404
    assert as_(key).get("/overview/names/", {"rule": "C-2.3"}).status_code == 404


def test_the_approver_sees_numbers_by_general_branch_and_no_names(as_, school):
    client = as_("approver")
    html = text(client)
    assert "外国语学院党总支" in html
    assert "0/6" in html
    for leak in ("黎小满", "林晓岚", "/overview/names/", "教工第一党支部", "within="):
        assert leak not in html
    assert client.get("/overview/", {"within": school.languages.pk}).status_code == 403
    refused = client.get("/overview/names/", {"rule": "C-2.3", "organization": school.languages.pk})
    assert refused.status_code in (403, 404)
    assert "黎小满" not in refused.content.decode()


def test_the_names_behind_a_cell_come_with_who_is_responsible(as_, school):
    html = names(as_("clerk"), rule="C-2.3", organization=school.languages.pk)
    assert "黎小满" in html
    assert "外国语学院教工第一党支部，林晓岚负责" in html
    assert "孙秉钧" not in html
    assert "应办 6，已办 0。还有 6 项：未到期 6。" in html


def test_a_vacant_post_is_said_with_who_answers_and_counts_as_missing_data(as_, school):
    Post.objects.filter(organization=school.second, role=Post.Role.SECRETARY).delete()
    html = names(as_("clerk"), rule="C-2.3", organization=school.languages.pk)
    assert "书记空缺，责任上移 外国语学院党总支书记 程立新" in html
    assert "缺数据 3" in text(as_("clerk"))
    vacant = names(as_("clerk"), rule="C-2.3", organization=school.languages.pk, shown="unknown")
    assert "何静怡" in vacant
    assert "黎小满" not in vacant
    pending = names(as_("clerk"), rule="C-2.3", organization=school.languages.pk, shown="pending")
    assert "黎小满" in pending
    assert "何静怡" not in pending


def test_the_names_can_be_those_that_are_done(as_, school):
    talk_of(school.owner, school.member, held_on=dt.date(2026, 3, 12))
    html = names(as_("clerk"), rule="C-2.3", shown="finished")
    assert "黎小满" in html
    assert "3月12日谈" in html
    assert "王志远" not in html


def test_the_list_of_names_is_paged_without_gap_or_double(as_, school):
    for i in range(45):
        make_person(f"党员甲{i:02d}", school.second, pinyin=f"a {i:02d}")
    seen = []
    for page in (1, 2, 3):
        html = names(as_("clerk"), rule="C-2.3", organization=school.second.pk, page=page)
        seen += [name for i in range(45) if (name := f"党员甲{i:02d}") in html]
    assert len(seen) == 45
    assert len(set(seen)) == 45


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", ""])
def test_a_page_that_is_none_is_the_first(as_, page):
    assert "黎小满" in names(as_("clerk"), rule="C-2.3", page=page)


@pytest.mark.parametrize("query", [{"rule": "C-9.9"}, {}, {"rule": "C-2.3", "shown": "x"}])
def test_a_list_that_is_none_is_not_found(as_, query):
    assert as_("clerk").get("/overview/names/", query).status_code == 404


def test_the_list_is_a_fragment_for_htmx_and_a_page_of_its_own_otherwise(as_):
    client, query = as_("clerk"), {"rule": "C-2.3"}
    assert "<html" in client.get("/overview/names/", query).content.decode()
    assert "<html" not in client.get("/overview/names/", query, headers={"HX-Request": "true"}).content.decode()


def test_the_leaders_talks_are_counted_by_rule_and_opened_by_name(as_):
    assert "程立新" in names(as_("clerk"), rule="C-2.1")
    assert "高建国负责" in names(as_("clerk"), rule="C-2.1")
    assert "校级领导" not in text(as_("general_secretary"))


def test_an_office_sees_its_own_group_only(as_, school):
    make_person("退休党员", school.first, occupation="retired")
    html = names(as_("retirees"), rule="C-2.3")
    assert "退休党员" in html
    assert "黎小满" not in html
    assert "0/1" in text(as_("retirees"))


def test_a_branch_secretary_sees_the_own_branch(as_):
    html = text(as_("owner"))
    assert "外国语学院教工第一党支部" in html
    assert "第二党支部" not in html


def test_an_empty_period_says_so(as_):
    assert "这个时段没有任务" in text(as_("students"))


def test_an_excuse_is_read_by_those_above_and_not_by_an_office_for_a_group(as_, school):
    person = make_person("退休党员", school.first, occupation="retired")
    key = DutyKey("C-2.3", "2026", school.first.pk, person.pk)
    excuse(key, reason="驻村", until_on=dt.date(2026, 12, 20), by=school.user("owner"), on=ON)
    assert "驻村" in names(as_("clerk"), rule="C-2.3")
    assert "已说明" in names(as_("retirees"), rule="C-2.3")
    assert "驻村" not in names(as_("retirees"), rule="C-2.3")


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("clerk", "/overview/"),
        ("clerk", "/overview/?period=2025"),
        ("general_secretary", "/overview/"),
        ("approver", "/overview/"),
        ("students", "/overview/"),
        ("clerk", "/overview/names/?rule=C-2.3"),
        ("clerk", "/overview/names/?rule=C-2.2&shown=all"),
    ],
)
def test_the_overview_asks_the_same_number_of_queries_for_2_and_20(as_, school, key, address):
    client, counts = as_(key), []
    client.get(address)
    for n in (2, 20):
        crowd(school, n)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 40


@pytest.mark.parametrize(
    "key", ["clerk", "head", "approver", "general_secretary", "general_officer", "owner", "retirees"]
)
def test_the_workbooks_are_offered_to_whoever_may_open_them(as_, school, key):
    may = viewer_of(school.user(key)).may("inspection", "v")
    assert (f'href="{reverse("reports:list")}"' in text(as_(key))) is may


def test_the_people_counted_are_those_in_view(as_, school):
    for key, place in (("general_secretary", school.languages), ("head", school.committee)):
        members = Person.objects.party_members().filter(path__startswith=place.path)
        assert f"{members.count()} 名党员" in text(as_(key)), key
