"""One branch on one screen."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from carehub.audit.models import AuditEvent
from members.models import LifeEvent, Organization, Person, Post
from tests.cast import make_person
from tests.dashboard.crowd import crowd
from tests.talks.writing import talk_of


def screen(client, school, query="", **headers):
    answer = client.get(f"/branch/{school.first.pk}/{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_person_stands_with_the_state_in_words(as_, school):
    talk_of(school.owner, school.member, held_on=dt.date(2026, 3, 12))
    talk_of(school.owner, school.officer, held_on=dt.date(2025, 10, 9))
    make_person("失联的人", school.first, lost_contact_on=dt.date(2026, 1, 5))
    make_person("新来的人", school.first, since=dt.date(2026, 11, 16))
    html = screen(as_("owner"), school)
    assert "3月12日" in html
    assert "2025年10月9日" in html
    assert "未谈" in html
    assert "失联" in html
    assert "不适用" in html
    assert "11月16日起" in html
    assert "支部组织委员" in html
    assert '今年应谈 <span class="ch-nowrap">5 人</span>' in html


def test_last_years_gap_is_overdue_beside_this_years_state(as_, school):
    html = screen(as_("owner"), school)
    assert "2025年未谈" in html
    assert "逾期 327 天" in html


def let_happen(school, key, kind="honoured"):
    return LifeEvent.objects.create(
        person=school.people[key], kind=kind, happened_on=dt.date(2026, 11, 10), organization=school.first,
        path=school.first.path, source="branch", entered_by=school.user("officer"),
    )  # fmt: skip


def test_what_an_event_asks_for_stands_beside_the_person_without_saying_what_happened(as_, school):
    let_happen(school, "member", "sanctioned")
    html = screen(as_("owner"), school)
    line = html[html.index("黎小满</a></td>") :]
    assert "五必谈，11月25日前" in line[: line.index("</tr>")]
    assert "处分" not in html


def test_nobody_meets_an_event_of_his_own_on_the_screen(as_, school):
    let_happen(school, "officer", "sanctioned")
    assert "五必谈，" not in screen(as_("officer"), school)
    assert "五必谈，" in screen(as_("owner"), school)


def test_people_with_an_event_can_be_picked_out(as_, school):
    let_happen(school, "member")
    html = screen(as_("owner"), school, "?show=event")
    assert "黎小满</a></td>" in html
    assert "陈立群</a></td>" not in html


@pytest.mark.parametrize(
    "key", ["outsider", "maths_secretary", "librarian", "colleague", "member", "leader", "auditor"]
)
def test_a_stranger_finds_no_branch(as_, school, key):
    client = as_(key)
    for verb in ("", "record/", "export/"):
        assert client.get(f"/branch/{school.first.pk}/{verb}").status_code in (403, 404)
    assert client.get(f"/branch/{school.first.pk}/").status_code == 404
    assert client.get("/branch/987654/").status_code == 404


def test_only_branches_have_a_screen(as_, school):
    assert as_("clerk").get(f"/branch/{school.languages.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("?show=left", "王志远", "预备的人"),
        ("?show=probationary", "预备的人", "王志远"),
        ("?show=overdue", "王志远", "新来的人"),
        ("?show=lost", "失联的人", "王志远"),
        ("?show=nonsense", "王志远", "没有这样的人"),
    ],
)
def test_a_chip_narrows_the_list(as_, school, query, inside, outside):
    probationary = make_person("预备的人", school.first, category=Person.Category.PROBATIONARY, confirmed_on=None)
    make_person("新来的人", school.first, since=dt.date(2026, 11, 16))
    make_person("失联的人", school.first, lost_contact_on=dt.date(2024, 1, 5))
    talk_of(school.owner, probationary)
    html = screen(as_("owner"), school, query, **{"HX-Request": "true"})
    assert inside in html
    assert outside not in html
    assert "<h1" not in html


def test_ticked_people_go_to_a_collective_talk_and_back(as_, school):
    people = [school.member.pk, school.officer.pk, school.member.pk]
    answer = as_("owner").get(f"/branch/{school.first.pk}/record/", {"people": [*people, "x", "-1"]})
    expected = f"/talks/new/?people={school.member.pk},{school.officer.pk}&next=/branch/{school.first.pk}/"
    assert (answer.status_code, answer.url) == (302, expected)
    nobody = as_("owner").get(f"/branch/{school.first.pk}/record/")
    assert nobody.url == f"/branch/{school.first.pk}/"


def test_only_those_whose_talks_count_here_can_tick(as_, school):
    assert "data-bar" in screen(as_("owner"), school)
    assert "data-bar" in screen(as_("officer"), school)
    assert "data-bar" not in screen(as_("general_secretary"), school)
    assert "data-bar" not in screen(as_("clerk"), school)


def test_a_branch_without_secretary_says_so(as_, school):
    Post.objects.filter(organization=school.first, role=Post.Role.SECRETARY).delete()
    assert "书记空缺，责任上移" in screen(as_("general_secretary"), school)


def test_an_empty_branch_says_what_the_place_is_for(as_, school):
    empty = Organization.objects.create(
        code="0600000109", name="新建党支部", kind=Organization.Kind.BRANCH, parent=school.languages
    )
    assert "支部里还没有人" in as_("clerk").get(f"/branch/{empty.pk}/").content.decode()


def test_the_own_branch_is_where_the_entry_leads(as_, school):
    assert as_("owner").get("/branch/").url == f"/branch/{school.first.pk}/"
    assert as_("librarian").get("/branch/").url == f"/branch/{school.direct.pk}/"


def test_who_has_several_branches_chooses(as_, school):
    html = as_("general_secretary").get("/branch/").content.decode()
    assert "您的范围内有 2 个支部" in html
    assert "谭明" in html
    everything = as_("clerk").get("/branch/").content.decode()
    assert "您的范围内有 4 个支部" in everything


@pytest.mark.parametrize("key", ["member", "approver", "leader", "retirees"])
def test_who_has_no_branch_finds_none(as_, key):
    assert as_(key).get("/branch/").status_code in (403, 404)


def test_the_export_holds_what_the_screen_shows_and_leaves_a_trace(as_, school):
    talk_of(school.owner, school.member, held_on=dt.date(2026, 3, 12))
    answer = as_("owner").get(f"/branch/{school.first.pk}/export/?show=left")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    names = [row[1] for row in rows]
    assert "王志远" in names
    assert "黎小满" not in names
    trace = AuditEvent.objects.get(detail__what="branch")
    assert trace.detail["rows"] == 3
    assert trace.detail["filters"] == ["left"]


@pytest.mark.parametrize("path", ["/branch/{}/", "/branch/{}/export/", "/branch/"])
def test_the_screen_asks_the_same_number_of_queries_for_2_and_20(as_, school, path):
    client, counts = as_("general_secretary"), []
    client.get(path.format(school.first.pk))
    for n in (2, 20):
        crowd(school, n)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path.format(school.first.pk)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 40
