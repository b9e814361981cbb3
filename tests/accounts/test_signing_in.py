"""Signing in by staff or student number, locking, signing out, idle sessions."""

import pytest
from django.test import Client
from django.urls import reverse

from carehub.audit.models import Action, AuditEvent
from tests.cast import PASSWORD

LOGIN = "/login/"


def sign_in(client, number="owner", password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": number, "password": password, **extra})


def test_a_number_and_a_password_open_the_portal(school, client):
    answer = sign_in(client)
    assert (answer.status_code, answer.url) == (302, "/")
    assert AuditEvent.objects.filter(action=Action.LOGIN, actor=school.user("owner")).exists()


@pytest.mark.parametrize(
    ("number", "password"), [("owner", "wrong"), ("nobody", PASSWORD), ("", ""), ("owner", ""), ("x" * 99, "y")]
)
def test_every_failure_reads_the_same(school, client, number, password):
    answer = sign_in(client, number, password)
    assert answer.status_code == 200
    words = [str(error) for error in answer.context["form"].non_field_errors()]
    assert words == [str(answer.context["form"].refusal)]
    assert not any(answer.context["form"][name].errors for name in ("username", "password"))
    assert AuditEvent.objects.filter(action=Action.LOGIN_FAILED).count() == 1


def test_a_deactivated_account_stays_out(school, client):
    type(school.user("owner")).objects.filter(number="owner").update(is_active=False)
    assert sign_in(client).status_code == 200


def test_the_password_typed_is_nowhere_in_the_answer(school, client):
    assert "secret-typed" not in sign_in(client, password="secret-typed").content.decode()


def test_the_sixth_try_is_locked_even_with_the_right_password(school, client):
    for _try in range(5):
        sign_in(client, password="wrong")
    answer = sign_in(client)
    assert answer.status_code == 429
    assert "暂时不能登录" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_lock_does_not_reach_another_account_or_another_address(school, client):
    for _try in range(6):
        sign_in(client, password="wrong")
    assert sign_in(Client(), "officer").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="10.9.9.9")).status_code == 302


@pytest.mark.parametrize("evil", ["https://example.invalid/", "//example.invalid/", "javascript:alert(1)"])
def test_next_never_leads_away_from_the_portal(school, client, evil):
    assert sign_in(client, next=evil).url == "/"


def test_next_leads_to_the_page_that_was_asked_for(school, client):
    asked = client.get("/policy/")
    assert asked.url == "/login/?next=/policy/"
    assert sign_in(client, next="/policy/").url == "/policy/"


def test_signing_out_needs_a_post_and_is_written_down(as_):
    client = as_("owner")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == LOGIN
    assert client.get("/policy/").status_code == 302
    assert AuditEvent.objects.filter(action=Action.LOGOUT).count() == 1


def test_half_an_hour_alone_ends_the_session(as_, monkeypatch):
    client = as_("owner")
    assert client.get("/policy/").status_code == 200
    import carehub.accounts.middleware as middleware

    now = middleware.time.time()
    monkeypatch.setattr(middleware.time, "time", lambda: now + 31 * 60)
    assert client.get("/policy/").status_code == 302


def test_twelve_hours_end_even_a_busy_session(as_, monkeypatch):
    client = as_("owner")
    import carehub.accounts.middleware as middleware

    start = middleware.time.time()
    answers = []
    for minute in range(0, 12 * 60 + 21, 20):
        monkeypatch.setattr(middleware.time, "time", lambda minute=minute: start + minute * 60)
        answers.append(client.get("/policy/").status_code)
    assert answers[:-1] == [200] * (len(answers) - 1)
    assert answers[-1] == 302


def test_the_first_password_must_be_changed_before_anything_else(school, as_):
    user = school.user("owner")
    user.must_change_password = True
    user.save()
    client = as_("owner")
    assert client.get("/policy/").url == reverse("accounts:password")
    new = {"old": PASSWORD, "new": "another-good-one-7", "again": "another-good-one-7"}
    assert client.post("/password/", new).status_code == 302
    assert client.get("/policy/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old": "wrong"}, "old"),
        ({"new": "short", "again": "short"}, "new"),
        ({"new": "12345678901234", "again": "12345678901234"}, "new"),
        ({"again": "something-else-8"}, "again"),
        ({"new": PASSWORD, "again": PASSWORD}, "new"),
    ],
)
def test_a_bad_new_password_is_refused_with_a_reason(as_, typed, field):
    good = {"old": PASSWORD, "new": "another-good-one-7", "again": "another-good-one-7"}
    answer = as_("owner").post("/password/", good | typed)
    assert answer.status_code == 200
    assert answer.context["form"][field].errors


def test_large_type_is_kept_with_the_account(school, as_):
    client = as_("owner")
    here = "http://testserver/policy/"
    assert client.post("/large-type/", headers={"Referer": here}).url == here
    assert client.post("/large-type/", headers={"Referer": "https://example.invalid/"}).url == "/"
    client.post("/large-type/")
    assert 'class="ch-elder"' in client.get("/policy/").content.decode()
    client.post("/large-type/")
    assert 'class="ch-elder"' not in client.get("/policy/").content.decode()


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short", "至少 10 位"),
        ("12345678901234", "种类太少"),
        ("password123", "用的人太多"),
        ("owner.account", "工号或学号"),
    ],
)
def test_the_reason_is_said_in_chinese(school, as_, new, words):
    type(school.user("owner")).objects.filter(number="owner").update(number="owner.account")
    client = Client()
    client.force_login(school.user("owner.account"))
    answer = client.post("/password/", {"old": PASSWORD, "new": new, "again": new})
    assert words in "".join(answer.context["form"]["new"].errors)
