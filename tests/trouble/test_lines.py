"""One line of log: what is taken out, and what stays."""

import io
import logging
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from gunicorn.config import Config

from carehub.trouble.lines import SafeFormatter
from carehub.trouble.scrubbing import GONE, scrubbed
from carehub.trouble.uncaught import tell
from carehub.trouble.weblog import WebLog
from tests.trouble.canaries import CARD, ID_NUMBER, MAIL, NAME, PHONE, SESSION, TYPED, found_in
from tests.trouble.conftest import Heard


@pytest.mark.parametrize(
    "value",
    [
        ID_NUMBER, ID_NUMBER.lower(), "511620199001011234", "511620900101123", "511620 1990 0101 123X", PHONE,
        "138-1234-5678", "+86 138 1234 5678", "1 3 8", CARD, "6222 0202 0011 2233 445", MAIL, SESSION,
        "0818-2790000", "１３８１２３４５６７８", "redis://:hunter2@redis:6379/0",
    ],
)  # fmt: skip
def test_what_looks_like_a_value_of_somebody_goes(value: str):
    if value == "1 3 8":
        assert scrubbed(value) == value
    else:
        said = scrubbed(f"before {value}, after")
        assert value not in said
        assert GONE in said
        assert said.startswith("before ")
        assert said.endswith((", after", "@redis:6379/0, after"))


@pytest.mark.parametrize(
    "line",
    [
        "import 17 could not be read",
        "2026-11-25 15:51:46 sweep",
        "C-2.3:2026:12:17",
        "took 1234567 ms",
        "celery@worker",
    ],
)
def test_what_somebody_needs_stays(line: str):
    assert scrubbed(line) == line


@pytest.mark.parametrize("address", ["/people/", "/talks/new/"])
def test_search_words_do_not_stand_in_the_log(address: str):
    assert scrubbed(f"GET {address}?q={NAME}&page=2 200") == f"GET {address}{GONE} 200"


def test_what_another_handler_cached_is_not_used():
    try:
        int(NAME)
    except ValueError as error:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": (ValueError, error, error.__traceback__)})
    logging.Formatter().format(record)
    assert NAME in (record.exc_text or "")
    assert NAME not in SafeFormatter().format(record)


def test_an_exception_as_an_argument_is_its_class():
    record = logging.makeLogRecord({"msg": "gave up: %r", "args": (ValueError(NAME),)})
    assert SafeFormatter("%(message)s").format(record) == "gave up: 'ValueError'"
    record = logging.makeLogRecord({"msg": KeyError(NAME)})
    assert SafeFormatter("%(message)s").format(record) == "KeyError"


def access_line(log_format: str) -> str:
    config = Config()
    config.set("accesslog", "-")
    config.set("access_log_format", log_format)
    web, stream = WebLog(config), io.StringIO()
    web.access_log.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": f"/people/?q={NAME}", "PATH_INFO": "/people/", "QUERY_STRING": f"q={NAME}",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_REFERER": f"https://care/people/?q={NAME}", "REMOTE_ADDR": "10.1.2.3",
        "HTTP_COOKIE": f"sessionid={SESSION}", "HTTP_USER_AGENT": "Firefox",
    }  # fmt: skip
    answer = SimpleNamespace(status="200 OK", sent=12, headers=[("Set-Cookie", f"sessionid={SESSION}")])
    web.access(answer, SimpleNamespace(headers=[("COOKIE", SESSION)]), environ, timedelta(seconds=1))
    web.access_log.handlers.clear()
    web.error_log.handlers.clear()
    return stream.getvalue()


def test_the_web_server_writes_no_query_and_no_cookie():
    line = access_line(
        '%(h)s %(t)s "%(r)s" %(s)s %(q)s "%(f)s" "%(a)s" %({cookie}i)s %({http_cookie}e)s %({set-cookie}o)s'
    )
    assert "GET /people/" in line
    assert f"{datetime.now():%Y}" in line
    assert found_in(line) == []


@pytest.mark.django_db
def test_a_refused_login_does_not_tell_what_was_typed(heard: Heard, settings: Any):
    settings.AXES_VERBOSE = True
    for _time in range(settings.AXES_FAILURE_LIMIT + 1):
        Client().post("/login/", {"username": TYPED, "password": NAME, "number": TYPED})
    assert "AXES" in heard.log
    assert found_in(heard.all) == []


def test_a_command_that_breaks_says_where(heard: Heard):
    try:
        int(NAME)
    except ValueError as error:
        tell(ValueError, error, error.__traceback__)
    assert "ValueError at tests/trouble/test_lines.py:" in heard.log
    assert found_in(heard.all) == []
