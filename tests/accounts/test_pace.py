"""Guessing at one account from many addresses is slowed, nobody sleeps, and nobody locks a colleague out."""

import re
import threading
import time
from statistics import median

import pytest
import time_machine
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client

from carehub.accounts.addresses import address_of
from carehub.accounts.models import KnownAddress, Pace, User
from carehub.accounts.pace import FREE, forget_old, note_failure, seconds_to_wait, wait_after
from tests.cast import PASSWORD

LOGIN, CAMPUS = "/login/", "10.20.30.40"
AFTER = FREE - 1


@pytest.fixture(autouse=True)
def the_clock_stands():
    with time_machine.travel("2026-11-25T02:00:00Z", tick=False) as clock:
        yield clock


def try_from(address, number="owner", password="wrong"):
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": number, "password": password})


def fail_from_many(times, number="owner", first=1):
    return [try_from(f"203.0.113.{n}", number) for n in range(first, first + times)]


def words(answer):
    return "".join(str(error) for error in answer.context["form"].non_field_errors())


def test_two_behind_one_address_do_not_lock_each_other(school):
    for _try in range(6):
        locked = try_from(CAMPUS, "owner")
    assert locked.status_code == 429
    assert try_from(CAMPUS, "officer", PASSWORD).status_code == 302
    assert try_from(CAMPUS, "owner", PASSWORD).status_code == 429
    assert try_from("10.20.30.41", "owner", PASSWORD).status_code == 302


def test_the_lock_is_over_after_a_quarter_of_an_hour_though_somebody_kept_trying(school, the_clock_stands):
    for _try in range(5):
        try_from(CAMPUS)
    the_clock_stands.shift(14 * 60)
    assert try_from(CAMPUS).status_code == 429
    the_clock_stands.shift(61)
    assert try_from(CAMPUS, password=PASSWORD).status_code == 302


def test_signing_in_wipes_off_what_failed_here_and_nothing_elsewhere(school):
    for address in (CAMPUS, "10.9.9.9"):
        for _try in range(2):
            try_from(address)
    try_from(CAMPUS, "officer")
    assert try_from(CAMPUS, password=PASSWORD).status_code == 302
    left = AccessAttempt.objects.values_list("username", "ip_address", "failures_since_start")
    assert sorted(row[2] for row in left) == [1, 2]


def test_after_some_failures_from_anywhere_the_password_is_not_looked_at(school, monkeypatch):
    fail_from_many(AFTER)
    assert words(try_from("198.51.100.1", password="wrong")) != ""
    monkeypatch.setattr("carehub.accounts.tries.authenticate", lambda *args, **kw: pytest.fail("looked at"))
    answer = try_from("198.51.100.2", password=PASSWORD)
    assert "请等 1 秒再试" in words(answer)


def test_the_wait_grows_to_a_minute_and_ends(school, the_clock_stands):
    assert [wait_after(n) for n in range(AFTER, FREE + 8)] == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    fail_from_many(FREE)
    waits = []
    for n in range(8):
        waits.append(seconds_to_wait("owner", "198.51.100.9"))
        the_clock_stands.shift(waits[-1])
        try_from(f"198.51.100.{n}")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    the_clock_stands.shift(60)
    assert try_from("198.51.100.99", password=PASSWORD).status_code == 302


def test_what_is_tried_while_waiting_does_not_make_the_wait_longer(school):
    fail_from_many(FREE)
    before = Pace.objects.get().failures
    fail_from_many(5, first=100)
    assert Pace.objects.get().failures == before


def test_a_quarter_of_an_hour_without_a_failure_forgets_all(school, the_clock_stands):
    fail_from_many(FREE)
    the_clock_stands.shift(15 * 60)
    fail_from_many(1, first=50)
    assert Pace.objects.get().failures == 1


def test_nobody_locks_a_colleague_out_of_the_own_address(school):
    assert try_from(CAMPUS, password=PASSWORD).status_code == 302
    fail_from_many(FREE)
    assert seconds_to_wait("owner", "10.20.30.99") > 0
    assert try_from(CAMPUS, password=PASSWORD).status_code == 302


def test_after_thirty_days_an_address_is_known_no_longer(school, the_clock_stands):
    try_from(CAMPUS, password=PASSWORD)
    the_clock_stands.shift(30 * 86400)
    fail_from_many(FREE)
    assert seconds_to_wait("owner", CAMPUS) > 0
    forget_old()
    assert KnownAddress.objects.count() == 0


def test_a_colleagues_known_address_is_not_mine(school):
    try_from(CAMPUS, "officer", PASSWORD)
    fail_from_many(FREE)
    assert seconds_to_wait("owner", CAMPUS) > 0


def test_a_number_that_is_no_account_is_slowed_and_locked_in_the_same_words(school):
    def told(number):
        fail_from_many(FREE, number)
        return words(try_from("198.51.100.1", number))

    assert told("owner") == told("no-such-number")
    for number in ("officer", "no-such-number-2"):
        assert {try_from(CAMPUS, number).status_code for _try in range(6)} == {200, 429}


def test_neither_numbers_nor_addresses_stand_in_the_tables(school):
    try_from(CAMPUS, "my-Password-typed-here")
    try_from(CAMPUS, password=PASSWORD)
    kept = ""
    with connection.cursor() as cursor:
        for table in ("axes_accessattempt", "accounts_pace", "accounts_knownaddress"):
            cursor.execute(f"SELECT * FROM {table}")
            kept += repr(cursor.fetchall())
    assert len(kept) > 200
    assert "my-Password-typed-here" not in kept
    assert CAMPUS not in kept


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "1.1.1.1", "10.0.0.1"),
        (1, "9.9.9.9, 1.1.1.1", "1.1.1.1"),
        (2, "9.9.9.9, 1.1.1.1", "9.9.9.9"),
        (2, "1.1.1.1", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:1.1.1.1", "1.1.1.1"),
    ],
)
def test_only_what_a_trusted_proxy_saw_is_believed(rf, settings, proxies, forwarded, seen):
    settings.TRUSTED_PROXIES = proxies
    assert address_of(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)) == seen


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_failures_at_once_all_count():
    start = threading.Barrier(8)

    def run():
        start.wait()
        for _n in range(5):
            note_failure("owner")
        connection.close()

    threads = [threading.Thread(target=run) for _n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Pace.objects.get().failures == 40


class TestNoEnumeration:
    """With the hasher of a real site: an account and no account answer alike, and take as long."""

    TRIES = 9

    @pytest.fixture(autouse=True)
    def a_real_site(self, settings, the_clock_stands):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        settings.AXES_FAILURE_LIMIT = 10_000

    def asked(self, school, numbers):
        """Return the answers' bodies and the processor time of each try, taken in turn."""
        user = school.user("owner")
        user.set_password(PASSWORD)
        user.save()
        bodies, took = {number: set() for number in numbers}, {number: [] for number in numbers}
        for n in range(self.TRIES):
            for number in numbers:
                Pace.objects.all().delete()
                client = Client(REMOTE_ADDR=f"203.0.113.{n}")
                begun = time.process_time_ns()
                answer = client.post(LOGIN, {"username": number, "password": "wrong"})
                took[number].append((time.process_time_ns() - begun) / 1e6)
                bodies[number].add(_without_passing_things(answer, number))
        return bodies, {number: median(times) for number, times in took.items()}

    def test_same_body_and_about_the_same_time(self, school):
        bodies, took = self.asked(school, ("owner", "no-such-number"))
        apart = abs(took["owner"] - took["no-such-number"])
        print(f"login: {took}, medians {apart:.2f} ms apart")
        assert bodies["owner"] == bodies["no-such-number"]
        assert len(bodies["owner"]) == 1
        assert apart < 5 + 0.1 * took["owner"]

    def test_a_site_that_looks_up_first_would_be_seen(self, school, monkeypatch):
        """Negative control: without hashing for nobody, no account answers at once."""
        real = User.set_password
        monkeypatch.setattr(User, "set_password", lambda user, raw: real(user, raw) if user.pk else None)
        took = self.asked(school, ("owner", "no-such-number"))[1]
        assert took["owner"] - took["no-such-number"] > 5 + 0.1 * took["owner"]


def _without_passing_things(answer, number):
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return body.replace(number, "NUMBER")
