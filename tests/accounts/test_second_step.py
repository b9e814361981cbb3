"""The second step: enrol, confirm, sign in with a code once, recovery codes, turning off, obligation, reset."""

import base64
import threading
import time

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils.http import urlencode
from django_otp.oath import TOTP

from carehub.accounts.actions import begin_second_factor, confirm_second_factor, reset_second_factor
from carehub.accounts.models import RecoveryCode, SecondFactor, Session
from carehub.accounts.second_factor import take_code
from carehub.audit.models import Action, AuditEvent
from tests.cast import PASSWORD

LOGIN, STEP, OWN = "/login/", "/login/code/", "/second-factor/"


@pytest.fixture(autouse=True)
def the_clock_stands():
    with time_machine.travel("2026-11-25T02:00:00Z", tick=False) as clock:
        yield clock


def code_of(user, *, later=0):
    totp = TOTP(base64.b32decode(SecondFactor.objects.get(user=user).secret))
    totp.time = time.time() + 30 * later
    return f"{totp.token():06d}"


@pytest.fixture
def enrolled(school, the_clock_stands):
    """Return the owner with a second factor in use, and the recovery codes; the clock has moved on a minute."""
    user = school.user("owner")
    begin_second_factor(by=user)
    codes = confirm_second_factor(by=user, code=code_of(user))
    the_clock_stands.shift(60)
    return user, codes


def first_step(client, number="owner"):
    return client.post(LOGIN, {"username": number, "password": PASSWORD, "next": "/policy/"})


def test_the_page_leads_from_nothing_to_ten_codes_shown_once(school, as_):
    client, user = as_("owner"), school.user("owner")
    assert "开始设置" in client.get(OWN).content.decode()
    client.post("/second-factor/start/")
    page = client.get(OWN).content.decode()
    assert 'src="data:image/png;base64,' in page
    assert "对不上" in client.post(OWN, {"code": "000000"}).content.decode()
    shown = client.post(OWN, {"code": code_of(user)}).content.decode()
    codes = RecoveryCode.objects.filter(user=user)
    assert shown.count("<li><code>") == codes.count() == 10
    after = client.get(OWN).content.decode()
    assert "还有 10 个备用码" in after
    assert "data:image/png" not in after
    assert AuditEvent.objects.filter(action=Action.ACCOUNT, detail__what="second factor on").count() == 1


def test_neither_secret_nor_codes_stand_in_the_database(enrolled):
    user, codes = enrolled
    secret = SecondFactor.objects.get(user=user).secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_secondfactor")
        assert secret not in cursor.fetchone()[0]
    assert not set(codes) & set(RecoveryCode.objects.values_list("code", flat=True))


def test_the_password_alone_signs_nobody_in(enrolled, client):
    assert first_step(client).url == f"{STEP}?{urlencode({'next': '/policy/'})}"
    assert "_auth_user_id" not in client.session
    assert client.get("/mine/").url.startswith(LOGIN)
    assert Session.objects.exclude(user=None).count() == 0


def test_a_code_signs_in_under_a_new_key(enrolled, client):
    first_step(client)
    before = client.session.session_key
    answer = client.post(STEP, {"code": code_of(enrolled[0]), "next": "/policy/"})
    assert answer.url == "/policy/"
    assert client.session.session_key != before
    assert client.get("/policy/").status_code == 200
    assert AuditEvent.objects.get(action=Action.LOGIN).detail == {"how": "password and code"}


def test_no_code_is_taken_twice(enrolled, client):
    code = code_of(enrolled[0])
    first_step(client)
    assert client.post(STEP, {"code": code}).status_code == 302
    other = Client()
    first_step(other)
    assert "已经用过" in other.post(STEP, {"code": code}).content.decode()
    assert "_auth_user_id" not in other.session


def test_a_recovery_code_is_taken_once_however_it_is_typed(enrolled, client):
    _user, codes = enrolled
    typed = f" {codes[0].upper().replace('-', ' ')} "
    for wanted in (302, 200):
        fresh = Client()
        first_step(fresh)
        assert fresh.post(STEP, {"code": typed}).status_code == wanted
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_wrong_codes_lock_like_wrong_passwords_and_the_password_does_not_wipe_them_off(enrolled, client):
    user, _codes = enrolled
    for _try in range(4):
        assert first_step(client).status_code == 302
        assert client.post(STEP, {"code": "000000"}).status_code == 200
    first_step(client)
    assert client.post(STEP, {"code": "000000"}).status_code == 429
    assert client.post(STEP, {"code": code_of(user)}).status_code == 429
    assert first_step(client).status_code == 429


def test_the_first_step_is_forgotten_after_ten_minutes(enrolled, client, the_clock_stands):
    first_step(client)
    the_clock_stands.shift(601)
    assert client.post(STEP, {"code": code_of(enrolled[0])}).url == "/"
    assert "_auth_user_id" not in client.session


def test_a_new_password_or_a_closed_account_ends_the_wait(enrolled, client):
    user, _codes = enrolled
    first_step(client)
    user.set_password("Another-good-one-7")
    user.save()
    client.post(STEP, {"code": code_of(user)})
    assert "_auth_user_id" not in client.session


def test_turning_off_asks_for_password_and_code(enrolled, client, the_clock_stands):
    user, _codes = enrolled
    first_step(client)
    client.post(STEP, {"code": code_of(user)})
    the_clock_stands.shift(60)
    off = "/second-factor/off/"
    assert "密码不对" in client.post(off, {"password": "wrong", "code": code_of(user)}).content.decode()
    assert client.post(off, {"password": PASSWORD, "code": "000000"}).status_code == 200
    assert SecondFactor.objects.count() == 1
    assert client.post(off, {"password": PASSWORD, "code": code_of(user)}).status_code == 302
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert first_step(Client()).url == "/policy/"


def test_new_recovery_codes_make_the_old_ones_worthless(enrolled, client, the_clock_stands):
    user, codes = enrolled
    first_step(client)
    client.post(STEP, {"code": code_of(user)})
    the_clock_stands.shift(60)
    assert client.post("/second-factor/codes/", {"code": code_of(user)}).content.decode().count("<li><code>") == 10
    assert take_code(user, codes[0]) == ""


def test_who_must_have_one_enrols_before_anything_else(school, as_, settings):
    settings.SECOND_FACTOR = "admins"
    assert as_("owner").get("/policy/").status_code == 200
    for key in ("system_admin", "security_admin", "auditor", "head", "clerk"):
        client = as_(key)
        assert client.get("/policy/").url == OWN
        assert client.get("/policy/", headers={"HX-Request": "true"})["HX-Redirect"] == OWN
    client.post("/second-factor/start/")
    client.post(OWN, {"code": code_of(school.user("clerk"))})
    assert client.get("/policy/").status_code == 200
    assert "关闭两步验证" not in client.get(OWN).content.decode()
    client.post("/second-factor/off/", {"password": PASSWORD, "code": code_of(school.user("clerk"), later=1)})
    assert SecondFactor.objects.filter(user=school.user("clerk")).exists()


def test_all_means_everybody(school, as_, settings):
    settings.SECOND_FACTOR = "all"
    assert as_("member").get("/mine/").url == OWN


def test_off_means_that_nobody_is_asked_and_there_is_no_page(enrolled, as_, settings):
    settings.SECOND_FACTOR = "off"
    assert first_step(Client()).url == "/policy/"
    assert as_("owner").get(OWN).status_code == 404


def test_the_security_administrator_resets_it(enrolled, school, as_):
    user, _codes = enrolled
    client = as_("owner")
    assert reset_second_factor(user=user, by=school.user("security_admin"))
    assert not reset_second_factor(user=user, by=school.user("security_admin"))
    assert client.get("/mine/").status_code == 302
    assert first_step(Client()).url == "/policy/"


def test_what_waits_for_a_code_cannot_be_forged(enrolled, client):
    client.cookies["sessionid"] = signing.dumps({"waiting": {"user": enrolled[0].pk}})
    assert client.get(STEP).status_code == 302


def at_once(count, work):
    start, done = threading.Barrier(count), []

    def run():
        start.wait()
        try:
            done.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _n in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return done


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_one_code_given_eight_times_at_once_counts_once(enrolled, the_clock_stands):
    user, codes = enrolled
    counted = []
    for round_ in range(10):
        the_clock_stands.shift(30)
        code = code_of(user)
        counted.append(at_once(8, lambda code=code: take_code(user, code)).count("code"))
        counted.append(at_once(8, lambda n=round_: take_code(user, codes[n])).count("recovery code"))
    assert counted == [1] * 20


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_looked_at_and_then_written_down_would_count_twice(enrolled, the_clock_stands):
    """Negative control: the same race against "read, compare, save"."""
    user, _codes = enrolled

    def careless(code):
        factor = SecondFactor.objects.get(user=user)
        fits = factor.last_counter < int(time.time()) // 30
        threading.Event().wait(0.02)
        factor.last_counter = int(time.time()) // 30
        factor.save()
        return "code" if fits else ""

    the_clock_stands.shift(30)
    assert at_once(8, lambda: careless(code_of(user))).count("code") > 1
