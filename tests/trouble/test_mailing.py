"""Error mails: a storm is one mail, a hanging server holds up nobody, and nobody named is nobody told."""

import logging
import threading
import time
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from carehub.trouble import mailing
from tests.trouble.conftest import Heard

log = logging.getLogger("carehub.somewhere")
answering = threading.Event()


class Hanging(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        answering.wait(10)
        raise OSError


def break_once(kind: type[Exception]) -> None:
    try:
        raise kind
    except kind:
        log.exception("failed")


def test_a_storm_of_the_same_error_is_one_mail(heard: Heard):
    for _time in range(200):
        break_once(ValueError)
        heard.mailer.wait()
    assert len(heard.mails) == 1
    assert heard.log.count("ValueError") == 200


def test_an_hour_later_it_is_said_again(heard: Heard, monkeypatch: Any):
    break_once(ValueError)
    assert len(heard.mails) == 1
    later = time.time() + mailing.AGAIN_AFTER + 1
    monkeypatch.setattr(mailing.time, "time", lambda: later)
    break_once(ValueError)
    assert len(heard.mails) == 2


def test_a_storm_of_many_errors_is_ten_mails_an_hour(heard: Heard):
    for number in range(40):
        break_once(type(f"Error{number}", (Exception,), {}))
        heard.mailer.wait()
    assert len(heard.mails) == mailing.MOST_AN_HOUR


def test_a_hanging_mail_server_holds_up_nobody(heard: Heard, settings: Any):
    settings.EMAIL_BACKEND = "tests.trouble.test_mailing.Hanging"
    begun = time.monotonic()
    for number in range(5):
        break_once(type(f"Error{number}", (Exception,), {}))
    took = time.monotonic() - begun
    answering.set()
    heard.mailer.wait()
    assert took < 1
    assert heard.log.count("ERROR carehub.somewhere failed") == 5


def test_nobody_named_is_nobody_told(heard: Heard, settings: Any):
    settings.ADMINS = []
    break_once(ValueError)
    heard.mailer.wait()
    assert mail.outbox == []


def test_a_warning_is_no_mail(heard: Heard):
    log.warning("the doorbell did not answer")
    assert heard.mails == []


@pytest.mark.parametrize("reason", ["no-folder", "file-in-the-way"])
def test_a_state_folder_that_takes_nothing_breaks_nothing(heard: Heard, settings: Any, tmp_path: Any, reason: str):
    settings.STATE_DIR = tmp_path / "gone" if reason == "no-folder" else tmp_path
    if reason == "file-in-the-way":
        (tmp_path / "trouble").write_text("")
    break_once(ValueError)
    assert len(heard.mails) == 1, "said once all the same"
