"""A3: no write across scope. Every id that a form sends is replaced by one out of reach, of nothing, of another kind.

A field that stands neither in IDS nor in PLAIN fails: whoever adds one says what it is.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve, reverse

from hardship.models import Helper, Waiver
from hardship.waivers.chain import COMMITTEE
from members.models import Post
from talks.models import Talk
from tests.access.probing import CAST, MISSING, expected, known_routes, targets_of
from tests.crawl.canaries import Canaries, people_in
from tests.crawl.judging import Judge, World
from tests.crawl.reading import Page
from tests.crawl.test_same_answer import NONCES
from tests.crawl.walking import Walk
from tests.figures import Figure

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

# field → what its number names
IDS = {
    "people": "person", "person": "person", "talker": "person", "matter_person": "person",
    "organization": "organization", "within": "organization", "assignee": "post", "matter_to": "post",
    "to": "account", "target": "organization", "leader": "person", "owner": "post", "deputy": "person",
    "waiver": "waiver", "waivers": "waiver",
    "responsible": "post", "helper": "helper",
}  # fmt: skip
# A department names somebody by number and name together (members/events_forms.py): tests/events tries both apart.
PLAIN = set(
    """csrfmiddlewaretoken once_key version next again q sort page period show all late withdrawn whose category
    occupation state held held_on form channel reasons place line because matter matter_due what due_on shared result
    possible reason answer decision until_on month_on kind file value from_on username password old new
    rule shown persona code role started_on ended_on note purpose masked
    why since_on revision seen on verified number name sex ethnicity education position joined_on confirmed_on
    standing_correction_months is_floating floating_to lost_contact_on phone address born_on id_number
    outside manner replace words elected_on term_years usual verb seen meeting meeting_on present opinion back income
    standard new_amount first_month last_month cause consent signed_on dues title from_month chosen
    categories degree category cause_words health household income_source income_on has_allowance
    has_preference is_veteran allowances consent_on help_from_on help_to_on on_day next_review_on outcome
    need measures task planned_end_on review_on from_on to_on how done given amount quiet partner partner_name agreed_on
    together beneficiaries hours headcount in_charge""".split()
) | {f"family_{name}_{n}" for name in ("relation", "health", "income", "unit") for n in range(1, 7)}
# chosen: pairs of request and version (tests/waivers/test_meeting.py tries others)
WHOSE_TALKER_IS_TYPED = "talks:list"  # the filter's talker is a name
# Shown and never read: the talker of a recorded talk stays.
NOT_READ = {("talks:correct", "talker")}
# Another list of the same page names every organisation, the wrong ones too: no write, but no like answer either.
LISTED_BESIDE = {("pairing:exchange-new", "organization")}
WRITERS = ("M", "BS", "BO", "GS", "GO", "OD", "OH", "PC", "LD", "LT", "XG", "SYS", "SEC", "AUD")
# Sessions, the trail and the pace of signing in are written by every request.
NOT_COUNTED = ("audit_auditevent", "django_session", "accounts_session", "axes_", "accounts_user")
WORDS = {"because": "原因写在这里", "reason": "有人反映这位同志近来处境不好", "what": "协调课表", "result": "办好了"}
WORDS |= {"need": "复查没有人陪", "measures": "每月陪同", "task": "陪同复查", "done": "电话问候"}
WORDS |= {"place": "办公室", "answer": "同意", "value": "7", "opinion": "情况属实", "present": "到会 3 人"}
WORDS |= {"title": "党委会", "why": "家里的事已经解决"}
OF_MATTERS = {"matter": "协调课表"}  # written only where its own fields are tried: it belongs to the people chosen


def classes_of_forms() -> Iterator[type[forms.BaseForm]]:
    """Yield every form class of the portal."""
    for package in ("carehub", "members", "talks", "hardship"):
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if "forms" in module.name or module.name.endswith(("lists", "views")):
                importlib.import_module(module.name)
    waiting = list(forms.Form.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.split(".")[0] in ("carehub", "members", "talks", "hardship"):
            yield one


def test_every_field_of_every_form_is_known():
    fields = {(one.__name__, name) for one in classes_of_forms() for name in one.base_fields}
    assert len(fields) > 40
    assert {(one, name) for one, name in fields if name not in PLAIN and name not in IDS} == set()


@contextmanager
def noting_writes() -> Iterator[list[str]]:
    """Note every statement that writes a row of the school; take all of it back."""
    written: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        verb = sql.lstrip().partition(" ")[0].upper()
        result = execute(sql, params, many, context)
        # An INSERT that returns its number has counted nothing yet on SQLite.
        counts = verb == "INSERT" or (verb in ("UPDATE", "DELETE") and context["cursor"].rowcount != 0)
        if counts and not any(name in sql for name in NOT_COUNTED):
            written.append(f"{sql[:80]} … {params}")
        return result

    with transaction.atomic(), connection.execute_wrapper(note):
        yield written
        transaction.set_rollback(True)


def wrong_ids(canaries: Canaries, kind: str) -> list[object]:
    """Return numbers that nobody below the school's own offices may name, and numbers that name nothing."""
    school = canaries.school
    nothing = [MISSING, 0, -1, 2**63, "x"]
    if kind == "person":
        far = [people_in(canaries, "physics_students")[3], people_in(canaries, "direct")[4]]
        gone = [one for one in canaries.people.values() if one.organization_id is None]
        return [*(one.pk for one in (*far, gone[0], gone[-1])), *nothing]
    if kind == "post":
        posts = Post.objects.filter(organization__in=[school.physics_first, school.third, school.maths])
        return [*posts.values_list("pk", flat=True), school.member.pk + 5000, *nothing]
    if kind == "waiver":  # of the first branch's own hands, and of one that is over
        elsewhere = Waiver.objects.exclude(application__stage=COMMITTEE).order_by("pk")
        return [*elsewhere.values_list("pk", flat=True)[:3], *nothing]
    if kind == "helper":
        far = Helper.objects.filter(pairing__case__person__organization__in=[school.physics_students, school.direct])
        return [*far.values_list("pk", flat=True), *nothing]
    if kind == "account":
        return [school.user("closed").number, "99999999", *nothing]
    return [school.physics.pk, school.committee.pk, school.maths_group.pk, *nothing]


def reachable(canaries: Canaries, kind: str, persona: str, value: object) -> bool:
    """Return whether an office of the whole school may name it after all."""
    if kind == "post" and persona == "OH":
        return isinstance(value, int) and value < 2**63 and Post.objects.filter(pk=value).exists()
    return kind == "organization" and persona in ("OD", "OH") and value not in (MISSING, 0, -1, 2**63, "x")


def pages_with_forms(canaries: Canaries, persona: str, client: Client) -> Iterator[tuple[str, Page]]:
    """Yield the pages that a persona may open, of things in reach."""
    kinds = targets_of(canaries.school)
    for route in (route for route in known_routes().values() if "GET" in route.methods and not route.public):
        found = kinds[route.target](persona) if route.target else [None]
        wanted = [one for one in found if 200 in expected(canaries.school, persona, route, "GET", one)]
        for target in (*wanted[:2], *wanted[-1:]):
            address = reverse(route.name, args=[target.argument] if target else []) + route.query
            answer = client.get(with_people(canaries, persona, route.name, address))
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                yield address, Page(answer.content.decode())


def with_people(canaries: Canaries, persona: str, route: str, address: str) -> str:
    """Return the address of the log form with somebody chosen whom the persona may choose."""
    own = {"LD": canaries.school.general_secretary}.get(persona, people_in(canaries, "first")[4])
    return f"{address}?people={own.pk}" if route == "talks:new" else address


def filled(form: dict[str, Any]) -> dict[str, Any]:
    """Return a form as somebody would send it who changes nothing but empty words."""
    data = {}
    for name, values in form["fields"].items():
        chosen = [value for value in values if value]
        data[name] = WORDS.get(name) if name in WORDS and not chosen else (chosen[:1] or [""])[0]
    return {name: value for name, value in data.items() if name != "again"} | {
        name: WORDS[name] for name in form["names"] if name in WORDS and not data.get(name)
    }


def route_of(address: str) -> str:
    return resolve(address.partition("?")[0]).view_name


@pytest.mark.parametrize("persona", WRITERS)
def test_nothing_out_of_scope_is_accepted(canaries: Canaries, world: World, persona: str, figure: Figure):
    client = Client(raise_request_exception=False)
    client.force_login(canaries.school.user(CAST[persona]))
    judged = Walk(Judge(world, persona), client)
    done: set[tuple[str, str]] = set()
    wrong: list[str] = []
    for address, page in list(pages_with_forms(canaries, persona, client)):
        for form in page.forms:
            action = form["action"] or address
            unknown = set(form["names"]) - PLAIN - IDS.keys()
            assert not unknown, f"{address}: {unknown} is neither in IDS nor in PLAIN"
            ids = [name for name in form["names"] if name in IDS and route_of(action) != WHOSE_TALKER_IS_TYPED]
            for name in dict.fromkeys(ids):
                if (route_of(action), name) in done:
                    continue
                done.add((route_of(action), name))
                wrong += attack(canaries, persona, judged, form, action, name, figure)
    figure("A3 leaks in the answers", len(judged.leaks))
    assert not wrong, "\n".join(wrong)
    assert not judged.leaks, "\n".join(judged.leaks[:20])


def attack(
    canaries: Canaries, persona: str, judged: Walk, form: dict[str, Any], action: str, name: str, figure: Figure
) -> list[str]:
    """Send the form with each wrong number in one field; return what was accepted, broke, or told too much."""
    wrong, answers = [], {}
    unread = (route_of(action), name) in NOT_READ
    usual = written_by(judged, action, filled(form)) if unread else []
    for value in wrong_ids(canaries, IDS[name]):
        if reachable(canaries, IDS[name], persona, value):
            continue
        data = filled(form) | (OF_MATTERS if name.startswith("matter") else {}) | {name: str(value)}
        if form["method"] == "get":
            judged.read(f"{action.partition('?')[0]}?{urlencode(data)}")
            continue
        judged.client.cookies.pop("messages", None)  # what the page before had to say
        with noting_writes() as written:
            answer = judged.read(action, method="POST", data=data)
        figure("A3 posts", 1)
        what = f"{persona} {action} {name}={value}"
        if written and not (unread and mentions(written, value) <= mentions(usual, value)):
            wrong.append(f"{what}: {answer.status_code} wrote {written[0]}")
        if answer.status_code not in (200, 302, 400, 403, 404, 409, 422):
            wrong.append(f"{what}: {answer.status_code}")
        answers[value] = without(NONCES.sub("…", answer.content.decode()), value)
    # Small numbers stand all over a page.
    if answers and IDS[name] not in ("post", "helper", "waiver") and (route_of(action), name) not in LISTED_BESIDE:
        first = next(iter(answers))
        if answers[first] != answers[MISSING]:
            apart = [
                pair
                for pair in zip(answers[first].split(), answers[MISSING].split(), strict=False)
                if len(set(pair)) > 1
            ]
            wrong.append(f"{persona} {action} {name}: {first} is answered otherwise than nothing: {apart[:6]}")
    return wrong


def without(text: str, value: object) -> str:
    """Return a text without a number that was sent: forms say again what was typed."""
    drawn = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)  # an icon is full of small numbers
    drawn = re.sub(r'aria-label="消息[^"]*"', "", drawn)  # how many wait to be read may be that very number
    return re.sub(rf"(?<!\d){re.escape(str(value))}(?!\d)", "…", drawn)


def written_by(judged: Walk, action: str, data: dict[str, Any]) -> list[str]:
    """Return what is written by a form whose numbers are its own."""
    with noting_writes() as written:
        judged.read(action, method="POST", data=data)
    return written


def mentions(statements: list[str], value: object) -> int:
    """Return how often the values of statements have a number, some by chance; small ones stand everywhere."""
    values = " ".join(statement.partition("…")[2] for statement in statements)
    return len(re.findall(rf"(?<!\d){re.escape(str(value))}(?!\d)", values)) if len(str(value)) > 2 else 0


def test_an_accepted_number_would_be_seen(canaries: Canaries, world: World, monkeypatch: pytest.MonkeyPatch, figure):
    """Negative control: the same form with a number in reach is accepted, and with the check gone a far one is, too."""
    from django.db.models import Q

    client = Client(raise_request_exception=False)
    client.force_login(canaries.school.user("owner"))
    address = with_people(canaries, "BS", "talks:new", reverse("talks:new"))
    form = next(one for one in Page(client.get(address).content.decode()).forms if "people" in one["names"])
    with noting_writes() as written:
        assert client.post("/talks/new/", filled(form)).status_code == 302
    assert any("talks_talk" in sql for sql in written)
    assert Talk.objects.count() == len(canaries.talks)
    monkeypatch.setattr("talks.forms.reachable", lambda talker, on: Q())
    monkeypatch.setattr("talks.offices.Office.people", lambda self, on: Q())
    monkeypatch.setattr("talks.offices.OfficeBook.covers", lambda self, office, person, on: True)
    found = attack(canaries, "BS", Walk(Judge(world, "BS"), client), form, "/talks/new/", "people", figure)
    assert any("wrote" in one for one in found), found
