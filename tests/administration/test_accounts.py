"""The security administrator's accounts: a reason for everything, nothing to the own one, no business content."""

import uuid

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.accounts.actions import end_sessions
from carehub.accounts.models import SecondFactor, Session, User
from carehub.audit.models import AuditEvent
from carehub.calendar import today
from carehub.reminders.models import InboxItem
from members.models import Post
from members.roles_actions import approve, propose
from tests.cast import PASSWORD, START, School, make_person

pytestmark = pytest.mark.django_db
WHY = {"why": "asked"}


def address(school: School, key: str, verb: str = "") -> str:
    return f"/accounts/{school.user(key).pk}/{verb}"


def test_the_list_says_number_name_posts_and_state_and_nothing_of_the_file(school: School, as_):
    User.objects.filter(number="finance").update(is_active=False, closed_because="by-hand")
    page = as_("security_admin").get("/accounts/").content.decode()
    assert "finance" in page
    assert "财务处" in page
    assert "停用" in page
    for secret in (school.member.id_number, school.member.phone, "138****", "正式党员"):
        assert secret not in page


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("q=黎小满", "member", "owner"), ("q=lxm", "member", "owner"), ("q=finan", "finance", "member"),
        ("state=closed", "finance", "member"), ("state=office", "clerk", "member"), ("state=first", "member", "clerk"),
        ("q=没有这个人", "没有这样的账号", "member"), ("state=nonsense", "member", "没有这样的账号"),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(school: School, as_, query, there, not_there):
    User.objects.filter(number="finance").update(is_active=False, closed_because="by-hand")
    User.objects.filter(number="member").update(must_change_password=True)
    rows = as_("security_admin").get(f"/accounts/?{query}").content.decode().split('<form class="ch-filter')[1]
    assert f"{there}<" in rows or there in rows
    assert f">{not_there}<" not in rows


def test_closing_ends_every_sign_in_and_reopening_lets_in_again(school: School, as_):
    client, theirs = as_("security_admin"), as_("finance")
    assert theirs.get("/mine/").status_code == 200
    assert client.post(address(school, "finance", "close/"), WHY).status_code == 302
    assert theirs.get("/mine/").status_code == 302
    client.post(address(school, "finance", "close/"), WHY)
    assert AuditEvent.objects.filter(detail__what="administer close").count() == 1
    client.post(address(school, "finance", "reopen/"), WHY)
    assert school.user("finance").is_active


def test_nothing_happens_without_a_reason(school: School, as_):
    answer = as_("security_admin").post(address(school, "finance", "close/"), {"why": ""})
    assert answer.status_code == 422
    assert "还没有选事由" in answer.content.decode()
    assert school.user("finance").is_active


@pytest.mark.parametrize("verb", ["close", "reopen", "unlock", "end-sessions", "second-factor", "first-password"])
def test_nobody_administers_the_own_account(school: School, as_, verb: str):
    before = school.user("security_admin").password
    assert as_("security_admin").post(address(school, "security_admin", f"{verb}/"), WHY).status_code == 403
    assert (school.user("security_admin").password, school.user("security_admin").is_active) == (before, True)


def test_a_first_password_is_shown_once_and_works(school: School, as_):
    client, user = as_("security_admin"), school.user("finance")
    sent = WHY | {"seen": user.password_set_at.isoformat()}
    page = client.post(address(school, "finance", "first-password/"), sent).content.decode()
    made = page.split('<code class="ch-password">')[1].split("<")[0]
    assert school.user("finance").check_password(made)
    assert school.user("finance").must_change_password
    assert not school.user("finance").check_password(PASSWORD)
    assert made not in client.get(address(school, "finance")).content.decode()
    assert made not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
    again = client.post(address(school, "finance", "first-password/"), sent)
    assert again.status_code == 302
    assert school.user("finance").check_password(made)


def test_a_locked_account_is_shown_and_unlocked(school: School, as_):
    for _try in range(5):
        Client().post("/login/", {"username": "finance", "password": "wrong"})
    client = as_("security_admin")
    assert "锁定" in client.get(address(school, "finance")).content.decode()
    assert client.post(address(school, "finance", "unlock/"), WHY).status_code == 302
    assert not AccessAttempt.objects.exists()
    assert Client().post("/login/", {"username": "finance", "password": PASSWORD}).status_code == 302


def test_sign_ins_and_the_second_step_are_ended(school: School, as_):
    as_("finance").get("/mine/")
    SecondFactor.objects.create(user=school.user("finance"), secret="x" * 32)
    client = as_("security_admin")
    client.post(address(school, "finance", "second-factor/"), WHY)
    assert not SecondFactor.objects.exists()
    end_sessions(school.user("finance"))
    as_("finance").get("/mine/")
    client.post(address(school, "finance", "end-sessions/"), WHY)
    assert not Session.objects.filter(user=school.user("finance")).exists()


def test_who_is_concerned_is_told(school: School, as_):
    as_("security_admin").post(address(school, "finance", "close/"), WHY)
    item = InboxItem.objects.get(recipient=school.user("finance"))
    assert "停用账号" in item.title
    assert "当面核实" in item.text


def test_the_auditor_looks_and_does_nothing(school: School, as_):
    client = as_("auditor")
    page = client.get(address(school, "finance")).content.decode()
    assert "停用账号" not in page
    assert client.post(address(school, "finance", "close/"), WHY).status_code == 403


def test_nobody_else_learns_that_there_is_a_list(school: School, as_):
    for key in ("member", "owner", "system_admin", "finance"):
        assert as_(key).get("/accounts/").status_code == 404
        assert as_(key).get(address(school, "member")).status_code == 404
        assert as_(key).post(address(school, "member", "close/"), WHY).status_code == 403


def test_the_list_asks_a_fixed_number_of_questions(school: School, as_):
    client = as_("security_admin")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/accounts/").status_code == 200
        return len(queries)

    asked()
    few = asked()
    for n in range(20):
        user = User.objects.create_user(f"n{n}", uuid.uuid4().hex)
        person = make_person(f"新人{n}", school.first, user=user)
        Post.objects.create(person=person, organization=school.first, role="commissioner", started_on=START)
    assert asked() == few


def test_only_the_security_administrator_is_told_what_waits_to_be_carried_out(school: School, as_):
    proposal = propose(
        person=school.colleague_member, organization=school.committee, role="GH", started_on=today(), ended_on=None,
        reason="岗位调整", once_key=uuid.uuid4(), by=school.user("clerk"), on=today(),
    )  # fmt: skip
    approve(proposal=proposal, revision=proposal.revision, by=school.user("head"))
    assert "等您办理" in as_("security_admin").get("/accounts/").content.decode()
    for key in ("auditor", "clerk", "head"):
        assert "等您办理" not in as_(key).get("/accounts/").content.decode()
