"""Who sees what of the ledger: outsiders nothing, the committee numbers, early hints only the secretary."""

import datetime as dt
import uuid
from collections.abc import Callable
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from carehub.access.viewer import viewer_of
from carehub.audit.models import AuditEvent
from carehub.auditlog.words import DEEDS
from hardship.cases.hints import hints_for
from hardship.models import Case
from members.models import LifeEvent, Person, Post
from tests.cast import School, make_person
from tests.hardship.making import ON, closed, need_of, opened, put_down, recognised, registered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_november_23")]
As = Callable[[str], Client]
PAGES = ("", "edit/", "paper/", "withdraw/", "review/", "close/", "reopen/", "needs/new/")
STRANGERS = ("outsider", "colleague", "librarian", "maths_secretary", "outsider_member")


@pytest.mark.parametrize("page", PAGES)
def test_an_outsider_meets_nothing(school: School, as_: As, page: str):
    """404 out of scope, the same as for what does not exist; 403 where the page itself is for other offices."""
    case = recognised(school, "member", by="officer")
    for key in STRANGERS:
        client = as_(key)
        there = client.get(f"/hardship/{case.pk}/{page}").status_code
        assert there in (403, 404), key
        assert there == client.get(f"/hardship/999999/{page}").status_code, key


def test_an_outsider_meets_no_need(school: School, as_: As):
    need = need_of(recognised(school, "member", by="officer"), school, owner="owner", by="officer")
    for key in ("outsider", "colleague", "librarian"):
        for page in ("", "give/"):
            assert as_(key).get(f"/hardship/needs/{need.pk}/{page}").status_code == 404


def test_what_is_only_looked_at_is_not_handled_by_who_keeps_another_branch(school: School, as_: As):
    Post.objects.create(
        person=school.people["retirees"], organization=school.second, role=Post.Role.ORGANIZER, started_on=ON
    )
    need = need_of(recognised(school, "member", by="officer"), school, owner="owner", by="officer")
    Person.objects.filter(pk=school.member.pk).update(occupation="retired")
    assert as_("retirees").get(need.case.get_absolute_url()).status_code == 200
    for page in ("", "give/"):
        assert as_("retirees").get(f"/hardship/needs/{need.pk}/{page}").status_code == 403


def test_an_outsider_decides_nothing(school: School, as_: As):
    case = opened(school, "member", by="officer")
    for key in ("outsider", "colleague", "maths_secretary"):
        for verb in ("step", "recuse"):
            data = {"verb": "pass", "seen": "1", "once_key": str(uuid.uuid4())}
            assert as_(key).post(f"/hardship/{case.pk}/{verb}/", data).status_code == 404
    assert Case.objects.get().application.version == 1


def test_the_lists_end_where_the_office_ends(school: School, as_: As):
    recognised(school, "member", by="officer")
    recognised(school, "outsider_member", by="outsider")
    seen = {key: as_(key).get("/hardship/").content.decode() for key in ("owner", "outsider", "clerk", "member")}
    assert ["黎小满" in seen[key] for key in ("owner", "outsider", "clerk")] == [True, False, True]
    assert ["孙秉钧" in seen[key] for key in ("owner", "outsider", "clerk")] == [False, True, True]
    assert "孙秉钧" not in seen["member"]


def test_the_committee_reads_numbers_and_no_name(school: School, as_: As):
    recognised(school, "member", by="officer")
    recognised(school, "outsider_member", by="outsider", degree="severe")
    opened(school, "direct_member", by="librarian")
    text = as_("approver").get("/hardship/").content.decode()
    assert "特别困难 不足 5 人，比较困难 不足 5 人" in text
    assert "特别困难 1 人，比较困难 1 人" in as_("clerk").get("/hardship/").content.decode()
    assert not [name for name in ("黎小满", "孙秉钧", "袁梦") if name in text]


def test_a_department_sees_its_own_group(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    assert as_("retirees").get(case.get_absolute_url()).status_code == 404
    Person.objects.filter(pk=school.member.pk).update(occupation="retired")
    assert "透析" in as_("retirees").get(case.get_absolute_url()).content.decode()
    assert as_("students").get(case.get_absolute_url()).status_code == 404


def test_who_may_see_it_stands_on_the_page(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    text = as_("member").get(case.get_absolute_url()).content.decode()
    for name in ("林晓岚（支部书记）", "王志远（支部组织委员）", "程立新（总支书记）", "周启明（组织部经办）"):
        assert name in text
    assert "赵启文" not in text


def test_the_ledger_is_filtered(school: School, as_: As):
    recognised(school, "member", by="officer", degree="severe", categories=["alone"])
    opened(school, "group_leader", by="officer")
    owner = as_("owner")
    for query, there in (
        ("", True), ("degree=severe", True), ("degree=hard", False), ("category=alone", True),
        ("category=living", False), ("q=lxm", True), ("q=nobody", False), ("show=steps", False), ("show=odd", True),
    ):  # fmt: skip
        text = owner.get(f"/hardship/?{query}").content.decode()
        assert ("黎小满" in text) is there, query


def happened(school: School, person: Person, kind: str, days: int, place: str = "first") -> None:
    organization = school.organizations[place]
    LifeEvent.objects.create(
        person=person, kind=kind, happened_on=ON - dt.timedelta(days), organization=organization,
        path=organization.path, source="branch",
    )  # fmt: skip


def hinted(school: School, key: str) -> dict[str, tuple[str, ...]]:
    return {hint.person.name: hint.facts for hint in hints_for(school.user(key), ON)}


def test_hints_come_from_recorded_facts_of_the_last_year(school: School):
    happened(school, school.member, "hospitalised", 30)
    happened(school, school.group_leader, "accident", 400)
    happened(school, school.officer, "honoured", 3)
    make_person("高寿", school.first, occupation="retired", born_on=dt.date(1946, 11, 23))
    make_person("未满", school.first, occupation="retired", born_on=dt.date(1946, 11, 24))
    make_person("在职", school.first, born_on=dt.date(1940, 1, 1))
    assert hinted(school, "owner") == {"黎小满": ("2026年10月24日患病住院",), "高寿": ("离退休，年满 80 岁",)}


def test_hints_are_the_secretarys_alone(school: School):
    happened(school, school.member, "hospitalised", 30)
    happened(school, school.owner, "hospitalised", 30, "languages")
    for key in ("officer", "general_officer", "colleague", "clerk", "head", "member"):
        assert hinted(school, key) == {}, key
    assert set(hinted(school, "owner")) == {"黎小满"}
    assert set(hinted(school, "general_secretary")) == {"林晓岚"}


def test_who_is_in_the_ledger_needs_no_hint(school: School, as_: As):
    happened(school, school.member, "hospitalised", 30)
    assert "可以看看是否需要登记" in as_("owner").get("/hardship/").content.decode()
    opened(school, "member", by="officer")
    assert "可以看看是否需要登记" not in as_("owner").get("/hardship/").content.decode()


def test_the_workbook_tells_no_word_of_the_hardship(school: School, as_: As):
    recognised(school, "member", by="officer")
    answer = as_("clerk").get("/hardship/export/")
    sheet = load_workbook(BytesIO(answer.content)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "黎小满" in cells
    assert "比较困难" in cells
    assert not [cell for cell in cells if "透析" in cell or "肾病" in cell or school.member.id_number in cell]
    assert AuditEvent.objects.filter(action="export", detail__what="hardship").count() == 1
    read = as_("member").get("/mine/").content.decode(), as_("group_leader").get("/mine/").content.decode()
    assert ["导出困难党员台账" in text for text in read] == [True, False]
    for key, status in (("owner", 403), ("general_secretary", 403), ("member", 403), ("approver", 403)):
        assert as_(key).get("/hardship/export/").status_code == status


def test_the_paper_is_written_down_before_it_is_drawn(school: School, as_: As):
    case = recognised(school, "member", by="officer")
    assert "（签字、盖章）" in as_("owner").get(f"/hardship/{case.pk}/paper/").content.decode()
    assert AuditEvent.objects.filter(action="read", detail__what="case-form").count() == 1


def fill(school: School, start: int, stop: int) -> None:
    clerk, head = school.user("clerk"), school.user("head")
    post = Post.objects.get(person=school.owner)
    for n in range(start, stop):
        case = registered(make_person(f"同志{n}", school.first), clerk, on=dt.date(2026, 1, 5))
        if n % 2:
            put_down(case, head, dt.date(2026, 1, 5))
        need_of(case, school, owner="owner", by="officer")
        happened(school, make_person(f"邻人{n}", school.first), "accident", 10)
    assert post


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("owner", "/hardship/"),
        ("owner", "/hardship/?show=steps"),
        ("clerk", "/hardship/"),
        ("clerk", "/hardship/export/"),
    ],
)
def test_the_number_of_queries_does_not_grow(school: School, as_: As, key: str, address: str):
    counts = []
    for start, stop in ((0, 2), (2, 20)):
        fill(school, start, stop)
        client = as_(key)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 40


def test_every_deed_of_the_ledger_has_words(school: School):
    deeds = "open-case review-case close-case case case-form hardship add-need give-need finish-need".split()
    assert [deed for deed in deeds if deed not in DEEDS] == []


def test_the_reach_of_the_department_is_the_whole_ledger(school: School):
    """An empty condition means everybody: it must not be lost beside the condition of the own step."""
    closed(school, "outsider_member", by="outsider")
    recognised(school, "member", by="officer")
    assert viewer_of(school.user("clerk")).reach("hardship", "v").everything
    assert Case.objects.visible_to(school.user("clerk")).count() == 2
    assert Case.objects.in_organizations_of(school.user("head")).count() == 2
