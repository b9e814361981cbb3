"""The rule settings: who sees them, who changes them, what is refused, and that the engine follows from the day on."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from carehub.audit.models import Action, AuditEvent
from carehub.duties.models import RuleSetting
from carehub.duties.settings import SETTINGS
from carehub.rulebook import views
from tests.duties.asking import setting, state, talk

pytestmark = pytest.mark.django_db
TODAY = "2026-11-23"


@pytest.fixture(autouse=True)
def a_november_morning():
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC), tick=True):
        yield


def put(client, name, value, from_on=TODAY, key=""):
    fields = {"value": value, "from_on": from_on, "once_key": key or str(uuid.uuid4())}
    return client.post(f"/rules/{name}/set/", fields)


def values(name):
    return list(RuleSetting.objects.filter(name=name).order_by("from_on").values_list("value", flat=True))


@pytest.mark.parametrize("key", ["member", "owner", "general_secretary", "leader", "approver", "system_admin"])
def test_whoever_is_not_concerned_finds_nothing(as_, key):
    client = as_(key)
    assert client.get("/rules/").status_code == 404
    assert client.get("/rules/talk-text/").status_code == 404
    assert put(client, "talk-text", "line").status_code == 404
    assert "规则" not in [link.label for link in client.get("/more/").context["frame"].links]
    assert values("talk-text") == []


def test_the_auditor_sees_every_change_and_makes_none(as_):
    setting("talk-text", "line")
    client = as_("auditor")
    page = client.get("/rules/").content.decode()
    assert "另记一句话要点" in page
    assert "看记录" in page
    assert "登记新规则</button>" not in client.get("/rules/talk-text/").content.decode()
    assert put(client, "talk-text", "none").status_code == 403
    assert values("talk-text") == ["line"]


def test_the_department_finds_the_page_in_its_navigation(as_):
    page = as_("clerk").get("/rules/")
    assert "规则" in [link.label for link in page.context["frame"].links if link.current]


def test_every_setting_stands_in_words(as_):
    page = as_("clerk").get("/rules/").content.decode()
    words = ["每人", "7 天", "12月1日", "只记事实与办理事项", "不作要求", "算数", "还没有登记", "起始值"]
    assert [word for word in words if word not in page] == []
    assert [name for name in SETTINGS if f"/rules/{name}/" not in page] == []


def test_a_setting_that_is_not_there_is_not_found(as_):
    assert as_("clerk").get("/rules/no-such/").status_code == 404
    assert put(as_("clerk"), "no-such", "1").status_code == 404


def test_a_new_value_holds_from_its_day_and_says_who(as_, school):
    client = as_("head")
    assert put(client, "C-2.1-with", "any", "2027-01-01")["Location"] == "/rules/C-2.1-with/"
    page = client.get("/rules/C-2.1-with/").content.decode()
    assert "今天是“每人”" in page
    assert "2027年1月1日起（还没有到）" in page
    assert "唐婉清登记" in page
    event = AuditEvent.objects.get(action=Action.CHANGE, detail__what="rule setting")
    assert event.actor == school.user("head")
    assert event.detail == {"what": "rule setting", "name": "C-2.1-with", "value": "any", "on": "2027-01-01"}


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("entry-grace-days", "007", ["7"]),
        ("entry-grace-days", "１０", ["10"]),
        ("C-2.3-late-joiner", "11月5日", ["11-05"]),
        ("C-2.3-late-joiner", "9.1", ["09-01"]),
        ("in-use-since", "2026-09-01", ["2026-09-01"]),
        ("talk-text", "line", ["line"]),
    ],
)
def test_what_is_typed_is_kept_in_one_way(as_, name, typed, kept):
    put(as_("clerk"), name, "3" if typed == "007" else typed)
    put(as_("clerk"), name, typed, "2026-11-24")
    assert values(name)[-1:] == kept


@pytest.mark.parametrize(
    ("name", "value", "from_on", "words"),
    [
        ("entry-grace-days", "", TODAY, "还没有填"),
        ("entry-grace-days", "-1", TODAY, "0 至 999"),
        ("entry-grace-days", "1000", TODAY, "0 至 999"),
        ("entry-grace-days", "七", TODAY, "0 至 999"),
        ("C-2.1-with", "all", TODAY, "没有这一项"),
        ("C-2.3-late-joiner", "2月29日", TODAY, "每年都有"),
        ("C-2.3-late-joiner", "年底前的某一天都可以的意思", TODAY, "每年都有"),
        ("in-use-since", "2027-01-01", TODAY, "不能晚于今天"),
        ("in-use-since", "someday", TODAY, "日期无法识别"),
        ("talk-text", "line", "2026-11-22", "已经过了"),
        ("talk-text", "line", "2999-01-01", "太远了"),
        ("talk-text", "line", "tomorrow", "日期无法识别"),
        ("talk-text", "line", "", "还没有选日期"),
        ("talk-text", "none", TODAY, "本来就是“只记事实与办理事项”"),
        ("entry-grace-days", "7", "2027-01-01", "本来就是“7 天”"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(as_, name, value, from_on, words):
    answer = put(as_("clerk"), name, value, from_on)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert str(answer.context["form"]["value"].value()) == value
    assert answer.context["form"]["from_on"].value() == from_on
    assert values(name) == []


def test_a_form_that_is_not_from_the_page_is_refused(as_):
    assert put(as_("clerk"), "talk-text", "line", key="no-key").status_code == 422
    assert values("talk-text") == []


def test_the_same_form_twice_sets_once(as_):
    client, key = as_("clerk"), str(uuid.uuid4())
    assert [put(client, "talk-text", "line", key=key).status_code for _n in range(2)] == [302, 302]
    assert values("talk-text") == ["line"]
    assert AuditEvent.objects.filter(detail__what="rule setting").count() == 1
    assert "没有重复" in client.get("/rules/").content.decode()


def test_a_day_that_is_taken_is_not_changed(as_):
    put(as_("clerk"), "entry-grace-days", "5")
    answer = put(as_("head"), "entry-grace-days", "6")
    assert answer.status_code == 422
    assert "已经登记过“5 天”" in answer.content.decode()
    assert values("entry-grace-days") == ["5"]


@pytest.mark.parametrize("trouble", [ValueError("taken"), IntegrityError("taken")])
def test_two_at_the_same_moment_do_not_break_the_page(as_, monkeypatch, trouble):
    def taken(*_args, **_named):
        raise trouble

    monkeypatch.setattr(views, "set_rule", taken)
    answer = put(as_("clerk"), "talk-text", "line")
    assert answer.status_code == 422
    assert "刚刚有人登记过" in answer.content.decode()


def test_the_engine_follows_from_the_day_on_and_past_windows_keep_the_old_rule(as_, school):
    talk(school.owner, school.member, on="2025-12-31", entered="2026-01-20")
    talk(school.owner, school.member, on="2026-12-31", entered="2027-01-20")
    assert state("C-2.3", school.member, on="2027-02-01", window="2026") == "late_entry"
    put(as_("clerk"), "entry-grace-days", "30")
    assert state("C-2.3", school.member, on="2027-02-01", window="2026") == "done"
    assert state("C-2.3", school.member, on="2027-02-01", window="2025") == "late_entry"


def test_the_page_asks_the_same_number_of_questions_for_any_history(as_, school):
    client = as_("clerk")

    def asked(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def grow(first, last):
        for n in range(first, last):
            by = school.user("head" if n % 2 else "clerk")
            RuleSetting.objects.create(
                name="entry-grace-days", value=str(n), from_on=dt.date(2026, 1, 1) + dt.timedelta(days=n), by=by
            )

    grow(0, 2)
    asked("/rules/")
    few = [asked("/rules/"), asked("/rules/entry-grace-days/")]
    grow(2, 20)
    assert [asked("/rules/"), asked("/rules/entry-grace-days/")] == few
    assert max(few) < 15
