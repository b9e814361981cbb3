"""The audit page: everything but values to the audit administrator, security events to the two others."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from carehub.audit.models import Action, AuditEvent
from carehub.audit.seals import seal_new_rows
from carehub.audit.trail import record
from tests.audit.tampering import triggers_away
from tests.cast import School

pytestmark = pytest.mark.django_db
LIST, EXPORT, VERIFY = "audit:list", "audit:export", "audit:verify"
CANARY = "13999990000"


@pytest.fixture
def events(school: School) -> School:
    owner = school.user("owner")
    record(Action.LOGIN, by=owner, target=owner)
    record(Action.READ, by=owner, target=school.member, path=school.first.path, what="file")
    record(Action.EXPORT, by=school.user("clerk"), path=school.committee.path, what="roster", rows=30)
    record(Action.CHANGE, by=owner, target=school.member, what="unheard of", secret=CANARY)
    return school


def body(client: Client, name: str = LIST, **asked: object) -> str:
    return client.get(reverse(name), asked).content.decode()


def shown(client: Client, **asked: object) -> set[str]:
    return {line.deed for line in client.get(reverse(LIST), asked).context["lines"]}


def test_the_auditor_sees_who_did_what(as_, events: School):
    page = body(as_("auditor"))
    assert "林晓岚" in page
    assert "外国语学院教工第一党支部，支部书记" in page
    assert "看档案" in page
    assert f"人员档案 {events.member.pk} 号" in page


def test_the_name_and_the_values_of_whom_a_row_is_about_are_not_shown(as_, events: School):
    page = body(as_("auditor"))
    assert events.member.name not in page
    assert CANARY not in page, "a part of a row that is not known is not shown"


@pytest.mark.parametrize("key", ["system_admin", "security_admin"])
def test_the_two_others_see_security_events_only(as_, events: School, key: str):
    client = as_(key)
    assert shown(client) <= {"登录", "拒绝"}
    assert shown(client, kind="export") <= {"登录", "拒绝"}
    assert client.get(reverse(EXPORT)).status_code == 404
    assert client.post(reverse(VERIFY)).status_code == 404


@pytest.mark.parametrize("key", ["member", "owner", "clerk", "head", "leader", "discipline"])
def test_nobody_else_finds_the_page(as_, events: School, key: str):
    assert as_(key).get(reverse(LIST)).status_code == 404
    assert as_(key).get(reverse(EXPORT)).status_code == 404
    assert as_(key).post(reverse(VERIFY)).status_code == 404


def test_the_navigation_names_it_for_those_three(as_, events: School):
    assert "审计记录" in body(as_("auditor"), "members:organizations")
    assert "安全事件" in body(as_("security_admin"), "members:organizations")
    assert "/audit/" not in body(as_("owner"), "members:organizations")


def test_rows_are_filtered_by_kind_day_and_person(as_, events: School):
    client = as_("auditor")
    assert shown(client, kind="export") == {"导出名册"}
    assert "导出名册" in shown(client, person="周启明")
    assert "看档案" not in shown(client, person="周启明")
    assert "看档案" in shown(client, person="黎小满"), "rows about a person, by the full name"
    assert shown(client, person="黎") == set()
    assert shown(client, until_on="2020-01-01") == set()
    assert shown(client, since_on="nonsense") == shown(client)


def test_pages_are_keyed_and_ask_a_fixed_number_of_questions(as_, school: School):
    client = as_("auditor")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIST))
        return len(queries)

    record(Action.READ, by=school.user("owner"), target=school.member, path=school.first.path, what="file")
    asked()  # the first request of a session writes it
    few = asked()
    for key in ("owner", "clerk", "head") * 30:
        user = school.user(key)
        record(Action.LOGIN, by=user, target=user)
        record(Action.READ, by=user, target=school.member, path=school.first.path, what="file")
    assert asked() == few
    first = client.get(reverse(LIST))
    assert len(first.context["lines"]) == 50
    second = client.get(reverse(LIST), {"before": first.context["next"]})
    assert {line.id for line in first.context["lines"]} & {line.id for line in second.context["lines"]} == set()


def test_the_page_says_how_far_the_trail_is_sealed(as_, events: School):
    assert "还没有封条" in body(as_("auditor"))
    seal_new_rows()
    record(Action.LOGOUT, by=events.user("owner"))
    page = body(as_("auditor"))
    assert "封条 1 号" in page
    assert "其后 1 行" in page


def test_a_check_on_the_spot_says_what_it_found(as_, events: School):
    seal_new_rows()
    client = as_("auditor")
    assert "没有发现改动" in client.post(reverse(VERIFY), follow=True).content.decode()
    assert AuditEvent.objects.filter(detail__what="audit-verify", actor=events.user("auditor")).count() == 1
    number = AuditEvent.objects.filter(action=Action.EXPORT).get().pk
    with triggers_away() as cursor:
        cursor.execute("UPDATE audit_auditevent SET path = path || '9/' WHERE id = %s", [number])
    assert f"第 {number} 行被改过" in client.post(reverse(VERIFY), follow=True).content.decode()


def test_the_export_is_the_page_as_a_workbook(as_, events: School):
    response = as_("auditor").get(reverse(EXPORT), {"kind": "export"})
    sheet = load_workbook(io.BytesIO(response.content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert [row[5] for row in cells] == ["导出审计记录", "导出名册"], "its own row is in it"
    assert CANARY not in str(cells)


def test_looking_at_the_page_is_not_written_down_each_time(as_, events: School):
    before = AuditEvent.objects.count()
    body(as_("auditor"))
    assert AuditEvent.objects.count() == before
