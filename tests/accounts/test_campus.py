"""The campus sign-on: a full ticket round trip against a small CAS server on this machine."""

import importlib
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import django_cas_ng
import pytest
from django.conf import settings
from django.test import Client
from django.urls import clear_url_caches

import carehub.accounts.urls
import carehub.urls
from carehub.accounts.actions import begin_second_factor, close_account
from carehub.accounts.models import SecondFactor, Session, User
from carehub.audit.models import Action, AuditEvent

NAMES = 'xmlns:cas="http://www.yale.edu/tp/cas"'
LOGOUT = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="1" Version="2.0">'
    "<samlp:SessionIndex>{}</samlp:SessionIndex></samlp:LogoutRequest>"
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


class Campus:
    """A CAS server: gives tickets for a service, each good once and for that service alone."""

    def __init__(self):
        self.tickets, self.asked = {}, []

    def ticket(self, number, service):
        name = f"ST-{len(self.tickets)}-{number}"
        self.tickets[name] = (number, service)
        return name

    def answer(self, query):
        self.asked.append(query)
        number, service = self.tickets.pop(query["ticket"][0], ("", ""))
        if not number or service != query["service"][0]:
            return (
                f'<cas:serviceResponse {NAMES}><cas:authenticationFailure code="INVALID_TICKET"/></cas:serviceResponse>'
            )
        return (
            f"<cas:serviceResponse {NAMES}><cas:authenticationSuccess><cas:user>{number}</cas:user>"
            "<cas:attributes><cas:phone>13800001234</cas:phone></cas:attributes>"
            "</cas:authenticationSuccess></cas:serviceResponse>"
        )


@pytest.fixture
def server():
    known = Campus()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = known.answer(parse_qs(urlsplit(self.path).query)).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    known.address = f"http://127.0.0.1:{http.server_port}/cas/"
    yield known
    http.shutdown()
    http.server_close()


def read_urls_again():
    importlib.reload(carehub.accounts.urls)
    importlib.reload(carehub.urls)
    clear_url_caches()


@pytest.fixture
def campus(server, settings, school):
    settings.CAS_SERVER_URL = server.address
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "carehub.accounts.campus.CampusBackend"]
    importlib.reload(django_cas_ng)  # it writes its defaults into the settings that hold when it is read
    read_urls_again()
    yield server
    settings.CAS_SERVER_URL = ""
    read_urls_again()


def go(client, after="/policy/"):
    """Return the service that the browser is sent to the campus with."""
    answer = client.get("/campus/", {"next": after})
    there = urlsplit(answer.url)
    assert there.path == "/cas/login"
    return parse_qs(there.query)["service"][0]


def come_back(client, service, ticket):
    parts = urlsplit(service)
    return client.get(f"{parts.path}?{parts.query}&{urlencode({'ticket': ticket})}")


def round_trip(campus, number="owner", after="/policy/"):
    client = Client()
    service = go(client, after)
    return client, come_back(client, service, campus.ticket(number, service))


def test_a_ticket_opens_the_portal(campus):
    client, answer = round_trip(campus)
    assert answer.url == "/policy/"
    assert client.get("/policy/").status_code == 200
    event = AuditEvent.objects.get(action=Action.LOGIN)
    assert (event.actor.number, event.detail) == ("owner", {"how": "campus"})
    assert len(campus.asked) == 1


def test_what_the_campus_tells_of_a_person_is_not_kept(campus):
    client, _answer = round_trip(campus)
    assert "13800001234" not in str(dict(client.session.items()))


def test_a_ticket_counts_once_and_for_its_service_alone(campus):
    client = Client()
    service = go(client)
    other = campus.ticket("owner", "http://testserver/campus/?next=%2F&state=other")
    assert come_back(client, service, other).url.startswith("/login/")
    client, _answer = round_trip(campus)
    assert "_auth_user_id" in client.session


def test_a_ticket_in_somebody_elses_link_opens_nothing(campus):
    stranger, victim = Client(), Client()
    service = go(stranger)
    assert come_back(victim, service, campus.ticket("owner", service)).url.startswith("/login/")
    assert "_auth_user_id" not in victim.session
    assert campus.asked == []


def test_no_account_is_made_and_every_refusal_reads_the_same(campus, school):
    close_account(user=school.user("member"))
    before, pages = User.objects.count(), set()
    for number in ("unknown-number", "member"):
        client, answer = round_trip(campus, number)
        page = client.get(answer.url).content.decode()
        assert "没有登录成功" in page
        pages.add(page.count("没有登录成功"))
        assert "_auth_user_id" not in client.session
    assert User.objects.count() == before
    assert len(pages) == 1
    assert AuditEvent.objects.filter(action=Action.LOGIN_FAILED, detail__why="campus").count() == 2


@pytest.mark.parametrize("body", ["", "no xml", "<a/>", BOMB])
def test_an_answer_that_is_none_is_a_refusal(campus, body):
    campus.answer = lambda query: body
    _client, answer = round_trip(campus)
    assert answer.url.startswith("/login/")


def test_a_campus_server_that_is_away_leaves_the_other_way_open(campus, settings):
    client = Client()
    service = go(client)
    settings.CAS_SERVER_URL = "http://127.0.0.1:9/cas/"
    answer = come_back(client, service, "ST-1")
    assert "统一身份认证登录" in client.get(answer.url).content.decode()


def test_the_campus_ends_a_session(campus):
    client, _answer = round_trip(campus)
    ticket = parse_qs(urlencode({k: v[0] for k, v in campus.asked[0].items()}))["ticket"][0]
    colleague, _answer = round_trip(campus, "officer")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/campus/", {"logoutRequest": LOGOUT.format(ticket)}).status_code == 200
    assert client.get("/policy/").status_code == 302
    assert colleague.get("/policy/").status_code == 200
    assert AuditEvent.objects.get(action=Action.LOGOUT).detail == {"why": "campus"}


@pytest.mark.parametrize("message", ["", "no xml", "<a>", BOMB, "<a>" * 9999])
def test_a_message_that_is_none_is_refused(campus, message):
    assert Client().post("/campus/", {"logoutRequest": message}).status_code == 400


def test_a_message_without_a_ticket_ends_nothing(campus):
    client = Client()
    client.post("/login/", {"username": "owner", "password": "correct-horse-battery"})
    Client().post("/campus/", {"logoutRequest": LOGOUT.format("")})
    assert client.get("/policy/").status_code == 200
    assert Session.objects.exclude(user=None).count() == 1


def test_signing_out_here_leads_to_signing_out_there(campus):
    client, _answer = round_trip(campus)
    answer = client.post("/logout/")
    assert answer.url.startswith(campus.address + "logout?")


def started(code, tmp_path):
    """Run a line of Python with the settings of a site that has a campus server."""
    told = {"CAREHUB_STATE_DIR": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"}
    told |= {"CAS_SERVER_URL": "https://cas.example.edu.cn"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=told, capture_output=True, text=True, check=False)


def test_a_site_with_a_campus_server_lets_its_forms_lead_there(tmp_path):
    form_action = "s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'][1:]"
    done = started(f"from carehub import settings as s; print({form_action})", tmp_path)
    assert done.stdout.strip() == "['https://cas.example.edu.cn/']", done.stderr


def test_without_the_package_it_does_not_start_and_says_what_to_install(tmp_path):
    done = started("import importlib.util as u; u.find_spec = lambda *a: None; import carehub.settings", tmp_path)
    assert done.returncode
    assert "make setup EXTRAS=sso" in done.stderr


def test_the_campus_has_a_password_of_its_own(campus, school):
    User.objects.filter(number="owner").update(must_change_password=True)
    client, _answer = round_trip(campus)
    assert client.get("/policy/").status_code == 200


def test_a_code_is_asked_after_the_campus_only_where_it_is_an_obligation(campus, school, settings):
    for key in ("owner", "auditor"):
        begin_second_factor(by=school.user(key))
    SecondFactor.objects.update(confirmed_at="2026-01-01T00:00Z")
    assert round_trip(campus, "auditor")[1].url == "/policy/"
    settings.SECOND_FACTOR = "admins"
    assert round_trip(campus, "owner")[1].url == "/policy/"
    client, answer = round_trip(campus, "auditor")
    assert answer.url.startswith("/login/code/")
    assert "_auth_user_id" not in client.session


def test_without_a_server_there_is_no_such_door(school, client):
    assert client.get("/campus/").status_code == 404
    assert "统一身份认证" not in client.get("/login/").content.decode()
