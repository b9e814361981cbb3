"""Two profiles of passwords: 等保 2.0 with kinds, history and 90 days; ASVS with length and nothing else."""

import importlib
import os
import subprocess
import sys

import pytest
import time_machine
from django.conf import settings as site
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from carehub.accounts.actions import change_own_password, issue_first_password
from carehub.accounts.models import FormerPassword
from tests.cast import PASSWORD

ASVS = [
    {"NAME": "carehub.accounts.passwords.NotTheOwnNumber"},
    {"NAME": "carehub.accounts.passwords.NotCommon"},
    {"NAME": "carehub.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
]
DAY = 86400


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-25T02:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def asvs(settings):
    settings.PASSWORD_MAX_DAYS = 0
    settings.AUTH_PASSWORD_VALIDATORS = ASVS


def change(client, new, old=PASSWORD):
    return client.post("/password/", {"old": old, "new": new, "again": new})


def sign_in(password=PASSWORD):
    client = Client()
    client.post("/login/", {"username": "owner", "password": password})
    return client


def refused(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return "".join(error.messages)
    return ""


@pytest.mark.parametrize(
    "good", ["Abcdefgh-x", "abcdefgh-1", "ABCDEFGH-1", "Bcadefghi1", "关怀帮扶abcdEF", "a1 b2 c3 d4"]
)
def test_three_kinds_of_four_will_do(good):
    assert refused(good) == ""


@pytest.mark.parametrize(
    ("bad", "words"), [("Abcdef-1x", "至少 10 位"), ("abcdefgh-x", "至少用三种"), ("1234567890-", "至少用三种")]
)
def test_less_will_not(bad, words):
    assert words in refused(bad)


def test_the_last_five_do_not_come_back_and_the_sixth_does(school):
    user = school.user("owner")
    passwords = [f"Good-password-{n}" for n in range(6)]
    for password in passwords:
        change_own_password(by=user, password=password)
    assert [bool(refused(password, user)) for password in passwords] == [False, True, True, True, True, True]
    assert FormerPassword.objects.filter(user=user).count() == 5
    assert not any(password in row.password for row in FormerPassword.objects.all() for password in passwords)


def test_a_reset_does_not_bring_the_old_one_back(school):
    user = school.user("owner")
    issue_first_password(user=user, by=None)
    user.refresh_from_db()
    assert "最近 5 次用过" in refused(PASSWORD, user)


def test_a_password_of_ninety_days_must_be_changed_first(clock, school):
    clock.shift(90 * DAY)
    assert sign_in().get("/policy/").status_code == 200
    clock.shift(1)
    client = sign_in()
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.get("/policy/", headers=headers)
        assert (answer.get("Location") or answer.get("HX-Redirect")) == "/password/"
    assert "用满 90 天" in client.get("/password/").content.decode()
    assert change(client, "Another-good-one-7").status_code == 302
    assert client.get("/policy/").status_code == 200


@pytest.mark.parametrize(("days", "said"), [(82, ""), (83, "还有 7 天到期"), (89, "还有 1 天到期")])
def test_it_is_said_a_week_before(clock, school, days, said):
    clock.shift(days * DAY + 1)
    page = sign_in().get("/policy/").content.decode()
    assert said in page if said else "天到期" not in page


def test_a_first_password_expires_unused_and_reads_like_a_wrong_one(clock, school):
    password = issue_first_password(user=school.user("owner"), by=None)
    clock.shift(14 * DAY)
    assert sign_in(password).get("/policy/").status_code == 302
    clock.shift(1)
    words = [
        Client().post("/login/", {"username": "owner", "password": typed}).context["form"].non_field_errors()
        for typed in (password, "wrong")
    ]
    assert words[0] == words[1]


def test_after_a_reset_no_address_lets_the_first_password_by(school):
    client = sign_in(issue_first_password(user=school.user("owner"), by=None))
    for address in ("/", "/mine/", "/devices/", "/second-factor/", "/people/search/?q=a", "/more/", "/talks/"):
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(address, headers=headers)
            assert (answer.get("Location") or answer.get("HX-Redirect")) == "/password/", address
    assert client.post("/large-type/").url == "/password/"


def test_asvs_asks_for_length_and_nothing_else(school, asvs):
    assert refused("correct horse") == ""
    assert refused("关" * 12) == ""
    assert refused("7" * 128) == ""
    assert "至少 12 位" in refused("Abcdef-1xyz")
    for common in ("passwordpassword", "Password123!", "!!qwertyuiop!!"):
        assert "用的人太多" in refused(common)


def test_asvs_never_makes_anybody_change(clock, school, asvs):
    clock.shift(4000 * DAY)
    assert sign_in().get("/policy/").status_code == 200


def test_any_128_signs_are_taken_and_open_again(school, asvs):
    long = " 密码 with ünï😀 " * 9
    long = long[:127] + "x"
    client = sign_in()
    assert change(client, long).status_code == 302
    assert sign_in(long).get("/policy/").status_code == 200


def test_the_form_says_what_the_profile_asks(school, settings):
    client = sign_in()
    assert "至少三种" in client.get("/password/").content.decode()
    settings.PASSWORD_MAX_DAYS = 0
    page = client.get("/password/").content.decode()
    assert "至少 12 位" in page
    assert "三种" not in page


@pytest.mark.parametrize(("profile", "wanted"), [("", "10 90 5"), ("dengbao", "10 90 5"), ("asvs", "12 0 3")])
def test_the_environment_chooses(profile, wanted, tmp_path):
    code = (
        "from carehub import settings as s; lengths = [v['OPTIONS']['min_length'] for v in s.AUTH_PASSWORD_VALIDATORS"
        " if 'OPTIONS' in v]; print(lengths[0], s.PASSWORD_MAX_DAYS, len(s.AUTH_PASSWORD_VALIDATORS))"
    )
    state = {"CAREHUB_STATE_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    chosen = {"CAREHUB_PASSWORD_PROFILE": profile} if profile else {}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=site.BASE_DIR, env=state | chosen, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == wanted, done.stderr


def test_real_passwords_are_hashed_with_argon2():
    real = importlib.import_module("carehub.settings")
    assert real.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
