"""Sessions: half an hour alone, twelve hours in all, to the second; the list of the own ones; keys kept as hashes."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carehub.accounts.actions import forget_what_is_over
from carehub.accounts.devices import device_words
from carehub.accounts.models import Session
from carehub.audit.models import Action, AuditEvent
from tests.cast import PASSWORD

IDLE, WHOLE = 30 * 60, 12 * 3600
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 MicroMessenger/8.0.40"


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-25T02:00:00Z", tick=False) as clock:
        yield clock


def sign_in(key="owner", agent=EDGE, **extra):
    client = Client(HTTP_USER_AGENT=agent, **extra)
    assert client.post("/login/", {"username": key, "password": PASSWORD}).status_code == 302
    return client


def is_in(client):
    return client.get("/policy/").status_code == 200


def test_alone_for_thirty_minutes_it_holds_and_a_second_later_it_does_not(school, clock):
    client, other = sign_in(), sign_in()
    clock.shift(IDLE)
    assert is_in(client)
    clock.shift(1)
    assert not is_in(other)
    assert is_in(client)


def test_busy_for_twelve_hours_it_holds_and_a_second_later_it_does_not(school, clock):
    client = sign_in()
    for _step in range(WHOLE // 1200):
        clock.shift(1200)
        assert is_in(client)
    clock.shift(1)
    assert not is_in(client)


def test_the_row_ends_by_itself_even_if_nothing_looks_at_the_clock(school, clock, monkeypatch):
    monkeypatch.setattr("carehub.accounts.middleware.end_when_over", lambda request: None)
    client = sign_in()
    clock.shift(IDLE + 1)
    assert not is_in(client)


def test_a_page_tells_who_was_signed_in_why_it_asks_again(school, clock):
    client = sign_in()
    clock.shift(IDLE + 1)
    assert "登录已经失效" in client.get("/policy/", follow=True).content.decode()
    assert "登录已经失效" not in Client().get("/policy/", follow=True).content.decode()


def test_the_key_is_new_at_every_sign_in(school):
    client = Client()
    client.get("/login/")
    first = sign_in().session.session_key
    client.cookies["sessionid"] = first
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    planted = Client()
    planted.cookies["sessionid"] = "k" * 32
    planted.post("/login/", {"username": "owner", "password": PASSWORD})
    assert planted.session.session_key not in ("k" * 32, first)


def test_no_key_stands_in_the_database(school):
    key = sign_in().session.session_key
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_session")
        kept = repr(cursor.fetchall())
    assert key not in kept
    assert "10.20.30" not in kept


def test_the_page_lists_the_own_ones_and_marks_this(school, clock):
    here = sign_in()
    sign_in(agent=PHONE, REMOTE_ADDR="10.20.30.40")
    sign_in("officer", agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0")
    page = here.get("/devices/").content.decode()
    assert page.count("就是这台") == 1
    assert "Windows 电脑，Edge 浏览器" in page
    assert "苹果手机，微信" in page
    assert "10.20.30.*" in page
    assert "10.20.30.40" not in page
    assert "火狐" not in page


def test_one_is_ended_and_its_very_next_request_is_a_visitors(school):
    here, there = sign_in(), sign_in(agent=PHONE)
    row = Session.objects.get(device__startswith="苹果")
    assert here.post(f"/devices/{row.name}/end/").status_code == 302
    assert not is_in(there)
    assert is_in(here)
    assert AuditEvent.objects.filter(action=Action.LOGOUT, detail__why="ended from the list").count() == 1


def test_all_others_are_ended_at_once(school):
    here, others = sign_in(), [sign_in(agent=PHONE) for _n in range(3)]
    colleague = sign_in("officer")
    here.post("/devices/end-others/")
    assert [is_in(client) for client in (here, colleague, *others)] == [True, True, False, False, False]
    assert AuditEvent.objects.get(detail__why="all others ended").detail["sessions"] == 3


def test_nobody_ends_anothers(school):
    colleague = sign_in("officer")
    row = Session.objects.get(user=school.user("officer"))
    assert sign_in().post(f"/devices/{row.name}/end/").status_code == 404
    assert is_in(colleague)


def test_ending_this_one_signs_out(school):
    here = sign_in()
    row = Session.objects.get(user=school.user("owner"))
    assert here.post(f"/devices/{row.name}/end/").url == "/login/"
    assert not is_in(here)


def test_a_new_password_ends_the_others(school):
    here, there = sign_in(), sign_in(agent=PHONE)
    new = "Another-good-one-7"
    assert here.post("/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert Session.objects.filter(user=school.user("owner")).count() == 1


def test_the_sweep_clears_what_is_over(school, clock):
    sign_in()
    clock.shift(IDLE + 2)
    sign_in("officer")
    forget_what_is_over()
    assert [row.user.number for row in Session.objects.all()] == ["officer"]


def questions(client, address, to=""):
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return sum(to in query["sql"] for query in asked.captured_queries)


def test_a_page_asks_the_table_of_sessions_once(school, clock):
    assert questions(sign_in(), "/policy/", to="accounts_session") == 1


def test_the_list_asks_the_same_whatever_its_length(school):
    here = sign_in()
    sign_in(agent=PHONE)
    two = questions(here, "/devices/")
    for _n in range(18):
        sign_in(agent=PHONE)
    assert questions(here, "/devices/") == two


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (EDGE, "Windows 电脑，Edge 浏览器"),
        (PHONE, "苹果手机，微信"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/120 Mobile wxwork/4.1", "安卓手机，企业微信"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_machine_is_said_in_words(agent, words):
    assert device_words(agent) == words
