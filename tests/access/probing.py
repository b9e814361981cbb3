"""Every URL × method × persona × target: what trust.md allows, worked out without the product's own scope code.

The routes and the right that each asks for stand in routes.toml. Scope is decided here by walking from organisation to
parent, not by paths; the product compares paths.
"""

import datetime as dt
import tomllib
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse

from carehub.access.matrix import matrix
from members.models import Organization, OrganizationGrant, Person, PersonGrant
from talks.models import Talk
from tests.access import authority
from tests.access.happenings import MADE, Grouped, Row, closed_periods, transfers
from tests.access.hardships import LEDGER
from tests.access.layers import follow_ups, text_requests
from tests.access.own_things import devices, inspections, messages
from tests.access.pairings import PAIRED, TWO_SIDED
from tests.access.uploads import uploads
from tests.access.waivers import kinships, meetings, waivers
from tests.cast import School

MISSING = 999_999
TODAY = dt.date(2026, 11, 23)
CAST = {
    "M": "member", "GL": "group_leader", "BS": "owner", "BO": "officer", "GS": "general_secretary",
    "GO": "general_officer", "OD": "clerk", "OH": "head", "PC": "approver", "LD": "leader", "LT": "retirees",
    "XG": "students", "RS": "personnel", "GH": "union", "CW": "finance", "JW": "discipline", "XC": "publicity",
    "SYS": "system_admin", "SEC": "security_admin", "AUD": "auditor",
}  # fmt: skip
SEATS = {  # persona → the organisation of the post
    "GL": "first_group", "BS": "first", "BO": "first", "GS": "languages", "GO": "languages",
}  # fmt: skip
RELATIONS = {"LD": {"general_secretary"}}
GROUPS = {"LT": Person.Occupation.RETIRED, "XG": Person.Occupation.STUDENT}


@dataclass(frozen=True)
class Route:
    """One route of routes.toml."""

    name: str
    resource: str = ""
    methods: dict[str, tuple[str, ...]] = field(default_factory=dict)
    target: str = ""
    seen_by: tuple[str, ...] = ("v",)
    public: bool = False
    own_only: bool = False
    keepers: bool = False
    scopes: str = "bsurgo"
    narrow: int = 404
    moves: bool = False
    query: str = ""
    seen_in: str = ""
    talker_only: bool = False
    second_person: bool = False
    on_target: bool = False
    others_only: bool = False
    able: bool = False

    @property
    def sight(self) -> str:
        """Return the row that shows the thing at all."""
        return self.seen_in or self.resource


@dataclass(frozen=True)
class Target:
    """A thing that a route is asked for: its argument, where it lies, whom it concerns, who made it."""

    argument: Any
    organization: Organization | None = None
    people: frozenset[int] = frozenset()
    occupation: str = ""
    occupations: frozenset[str] = frozenset()  # of everybody in it, where there are several
    made_by: int | None = None
    leader: int | None = None
    exists: bool = True
    has_words: bool = False
    other_side: Organization | None = None  # a transfer lies in two places
    shared: bool = False  # whoever has the right for the whole school sees it besides its maker
    able: frozenset[int] = frozenset()  # who has the step of a request
    at_committee: bool = True
    of_every_unit: bool = False  # a closed period: each sees the own part of it


NOBODY = Target(MISSING, exists=False)


def known_routes() -> dict[str, Route]:
    """Return the routes of routes.toml by name."""
    raw = tomllib.loads(Path(__file__).with_name("routes.toml").read_text("utf-8"))
    return {name: _route(name, row) for name, row in raw.items()}


def _route(name: str, row: dict[str, Any]) -> Route:
    methods = {method: tuple(codes.split()) for method, codes in row.get("methods", {}).items()}
    seen_by = tuple(row.get("seen_by", "v").split())
    return Route(name, **{**row, "methods": methods, "seen_by": seen_by})


def _above(organization: Organization | None) -> Iterator[Organization]:
    while organization is not None:
        yield organization
        organization = organization.parent


def covers(school: School, persona: str, scope: str, target: Target) -> bool:
    """Return whether a scope letter of a persona covers a target."""
    own = school.people[CAST[persona]].pk
    if scope == "u" or (target.of_every_unit and scope in "bsg"):
        return True
    if scope in "bs":
        return school.organizations[SEATS[persona]] in {*_above(target.organization), *_above(target.other_side)}
    if scope == "r":
        return bool(target.people & {own, *(school.people[key].pk for key in RELATIONS.get(persona, ()))})
    if scope == "g":
        return GROUPS[persona] in target.occupations | {target.occupation}
    return own in target.people


def has_right(school: School, persona: str, resource: str, codes: tuple[str, ...], target: Target | None) -> bool:
    """Return whether the matrix gives the persona (or the member that each is) one of the codes on the target."""
    return any(target is None or covers(school, persona, scope, target) for scope in _scopes(persona, resource, codes))


def _scopes(persona: str, resource: str, codes: tuple[str, ...]) -> set[str]:
    cells = [matrix()[resource].get(role, {}) for role in (persona, "M")]
    return {cell[code] for cell in cells for code in codes if code in cell}


def knows(persona: str, resource: str) -> bool:
    """Return whether anything at all stands in the matrix."""
    return bool(matrix()[resource].get(persona) or matrix()[resource].get("M"))


def expected(school: School, persona: str, route: Route, method: str, target: Target | None) -> set[int]:
    """Return the statuses that may be answered; where something is refused there is exactly one."""
    if route.public or not route.resource:
        seen = target is None or (target.exists and _is_own(school, persona, target))
        return answers(route, method) if seen else {404}
    refusal = refused_at_the_door(school, persona, route)
    if refusal:
        return {refusal}
    codes = route.methods[method]
    if not _scopes(persona, route.resource, codes):
        return {403}
    opening = _scopes(persona, route.sight, route.seen_by) if target else _scopes(persona, route.resource, codes)
    if target is None or not opening & set(route.scopes):
        return answers(route, method) if opening & set(route.scopes) else {route.narrow}
    if not target.exists or not _seen(school, persona, route, target):
        return {404}
    return answers(route, method) if route.own_only or _may(school, persona, route, method, target) else {403}


def answers(route: Route, method: str) -> set[int]:
    """Return how a request that is allowed may be answered: a form with nothing in it comes back."""
    if method == "GET":
        return {200, 302} if route.moves else {200}
    return {200, 204, 302, 409, 422}


def refused_at_the_door(school: School, persona: str, route: Route) -> int:
    """Return 404 for who knows nothing of the resource, 403 for who has no right to it anywhere, else 0.

    The door is the same for every method and comes before the thing itself is looked for.
    """
    if not route.resource:
        return 0
    if not knows(persona, route.resource):
        return 404
    every = tuple(code for codes in route.methods.values() for code in codes)
    return 0 if _scopes(persona, route.resource, every) else 403


def expected_without(school: School, persona: str, route: Route, method: str, target: Target | None) -> set[int]:
    """Return how a method is answered that the route does not have. HEAD may be answered as GET is."""
    refusal = refused_at_the_door(school, persona, route)
    if refusal:
        return {refusal}
    like_get = expected(school, persona, route, "GET", target) if method == "HEAD" and "GET" in route.methods else set()
    return {405} | like_get


def _may(school: School, persona: str, route: Route, method: str, target: Target) -> bool:
    """Return whether the very thing may be had; of another's work only its keepers in the same organisation may."""
    codes = route.methods[method]
    if route.able:
        return own_of(school, persona) in target.able or may_prepare(school, persona, route, codes, target)
    if route.talker_only:
        return school.people[CAST[persona]].pk == target.leader
    if route.second_person and _is_own(school, persona, target):
        return False
    if route.seen_in and not route.keepers and not route.on_target:
        return has_right(school, persona, route.resource, codes, None)
    if route.keepers:
        own = school.people[CAST[persona]].pk == target.leader
        seat = SEATS.get(persona)
        keeper = seat is not None and school.organizations[seat] == target.organization
        return has_right(school, persona, route.resource, codes, None) and (own or keeper)
    return has_right(school, persona, route.resource, codes, target)


def may_prepare(school: School, persona: str, route: Route, codes: tuple[str, ...], target: Target) -> bool:
    """Return whether an officer may put minutes down: before the committee, of anybody but himself."""
    others = "e" in codes and not target.at_committee and own_of(school, persona) not in target.people
    return others and has_right(school, persona, route.resource, ("e",), target)


def own_of(school: School, persona: str) -> int:
    return school.people[CAST[persona]].pk


def _is_own(school: School, persona: str, target: Target) -> bool:
    return school.people[CAST[persona]].user_id == target.made_by


def _seen(school: School, persona: str, route: Route, target: Target) -> bool:
    if route.own_only:
        of_school = target.shared and "u" in _scopes(persona, route.sight, route.seen_by)
        return of_school or _is_own(school, persona, target)
    if route.others_only and target.people == {school.people[CAST[persona]].pk}:
        return False
    if persona == "PC" and not target.at_committee:
        return False
    scopes = _scopes(persona, route.sight, route.seen_by) & set(route.scopes)
    own = school.people[CAST[persona]].pk in target.people and "o" in route.scopes
    return own or any(covers(school, persona, scope, target) for scope in scopes)


def targets_of(school: School) -> dict[str, Callable[[str], list[Target]]]:
    """Return, by kind of thing, the function that lists a persona's six targets."""
    return {
        "organization": lambda persona: _organizations(school),
        "branch": lambda persona: _branches(school),
        "person": lambda persona: _people(school, persona),
        "duty": lambda persona: _duties(school),
        "talk": lambda persona: _talks(school),
        "follow-up": lambda persona: follow_up_targets(school),
        "text": lambda persona: [target for target in _talks(school) if target.has_words or not target.exists],
        "text-request": lambda persona: text_request_targets(school),
        "undecided-text": lambda persona: text_request_targets(school, "asked"),
        "running-text": lambda persona: text_request_targets(school, "approved"),
        "import": lambda persona: _imports(),
        "own-import": lambda persona: [replace(target, shared=False) for target in _imports()],
        "unit": lambda persona: [*_branches(school)[:4], Target(school.languages.pk, school.languages), NOBODY],
        "calendar": lambda persona: [replace(NOBODY, argument="nothing")],
        "template": lambda persona: [Target("roster", school.first), replace(NOBODY, argument="nothing")],
        "message": lambda persona: [*messages(Target), NOBODY],
        "device": lambda persona: [*devices(Target), replace(NOBODY, argument=uuid.UUID(int=0))],
        "inspection": lambda persona: [*inspections(Target), NOBODY],
        "account": lambda persona: [*(Target(pk) for pk in authority.accounts(school)), NOBODY],
        "office": lambda persona: _offices(school),
        "proposal": lambda persona: [*(Target(pk, made_by=by) for pk, by in authority.proposals()), NOBODY],
        "file-grant": lambda persona: [*(Target(pk) for pk in authority.grants(PersonGrant)), NOBODY],
        "acting-grant": lambda persona: [*(Target(pk) for pk in authority.grants(OrganizationGrant)), NOBODY],
        "closed-period": lambda persona: [*(Target(pk, of_every_unit=True) for pk in closed_periods()), NOBODY],
        "waiver": lambda persona: [*waivers(Target, "running"), NOBODY],
        "held-waiver": lambda persona: [*waivers(Target, "approved"), NOBODY],
        "kinship": lambda persona: [*(Target(pk, made_by=by) for pk, by in kinships()), NOBODY],
        "meeting": lambda persona: [*(Target(pk) for pk in meetings()), NOBODY],
        "setting": lambda persona: [Target("entry-grace-days"), replace(NOBODY, argument="nothing")],
    } | listers()


def listers() -> dict[str, Callable[[str], list[Target]]]:
    """Return the kinds of things whose rows the modules beside this one know, each list read once."""
    plain = {
        name: cache(lambda persona, rows=rows: _made(rows())) for name, rows in {**MADE, **LEDGER, **PAIRED}.items()
    }
    return plain | {name: _sided(rows) for name, rows in {"transfer": transfers, **TWO_SIDED}.items()}


def _sided(rows: Callable[[], Iterable[tuple[Row, Organization | None]]]) -> Callable[[str], list[Target]]:
    return cache(lambda persona: [*(replace(_made([row])[0], other_side=to) for row, to in rows()), NOBODY])


def _made(rows: Iterable[Row | Grouped]) -> list[Target]:
    return [*(Target(pk, place, people, *group, made_by=by) for pk, place, people, by, *group in rows), NOBODY]


def _offices(school: School) -> list[Target]:
    ours, others = authority.offices(school)
    return [*(Target(pk) for pk in ours), *(replace(NOBODY, argument=pk) for pk in others), NOBODY]


def _organizations(school: School) -> list[Target]:
    keys = "first first_group second maths_branch committee direct".split()
    return [Target(school.organizations[key].pk, school.organizations[key]) for key in keys] + [NOBODY]


def _branches(school: School) -> list[Target]:
    keys = ("first", "second", "maths_branch", "direct")
    branches = [Target(school.organizations[key].pk, school.organizations[key]) for key in keys]
    others = [replace(NOBODY, argument=school.organizations[key].pk) for key in ("first_group", "committee")]
    return [*branches, *others, NOBODY]


def _duties(school: School) -> list[Target]:
    """Return duties that nobody has done yet, one of every side, and names of none."""
    pairs = (("first", "group_leader"), ("second", "general_officer"), ("maths_branch", "maths_secretary"))
    found = [_annual(school, branch, person) for branch, person in (*pairs, ("direct", "clerk"))]
    quarterly = f"C-2.2:2026Q4:{school.languages.pk}:{school.second.pk}"
    found.append(Target(quarterly, school.languages, frozenset({school.colleague.pk}), Person.Occupation.STAFF))
    strangers = f"C-2.3:2026:{school.first.pk}:{school.outsider.pk}"
    return [*found, replace(NOBODY, argument=strangers), replace(NOBODY, argument="nothing")]


def _annual(school: School, branch: str, key: str) -> Target:
    person, organization = school.people[key], school.organizations[branch]
    name = f"C-2.3:2026:{organization.pk}:{person.pk}"
    return Target(name, organization, frozenset({person.pk}), person.occupation)


def _people(school: School, persona: str) -> list[Target]:
    keys = (CAST[persona], "member", "colleague_member", "outsider_member", "general_secretary", "direct_member")
    people = [school.people[key] for key in keys]
    return [Target(p.pk, p.organization, frozenset({p.pk}), p.occupation) for p in people] + [NOBODY]


def _talks(school: School) -> list[Target]:
    rows = Talk.objects.select_related("organization").prefetch_related("people").order_by("pk")
    return [_talk_target(talk) for talk in rows] + [NOBODY]


def _talk_target(talk: Talk) -> Target:
    people = frozenset({talk.talker_id, *(person.pk for person in talk.people.all())})
    occupations = frozenset(person.occupation for person in talk.people.all())
    return Target(
        talk.pk, talk.organization, people, occupations=occupations, leader=talk.talker_id, has_words=bool(talk.line)
    )


def follow_up_targets(school: School) -> list[Target]:
    """Return matters of every side; `people` are those to whom each is given, handed up, shared or left."""
    return [Target(item.pk, item.organization, people) for item, people in follow_ups(school)] + [NOBODY]


def text_request_targets(school: School, *states: str) -> list[Target]:
    """Return the head's requests; `people` are the requester and who may decide or decided."""
    rows = [(one, people) for one, people in text_requests(school) if not states or one.state in states]
    return [Target(one.pk, people=people, made_by=one.requester_id) for one, people in rows] + [NOBODY]


def _imports() -> list[Target]:
    found = (Target(row.pk, row.organization, made_by=row.uploaded_by_id, shared=all_see) for row, all_see in uploads())
    return [*found, NOBODY]


def ask(client: Client, route: Route, method: str, target: Target | None) -> int:
    """Send one probe and return the status; being sent to sign in counts as 401."""
    address = reverse(route.name, args=[target.argument] if target else []) + route.query
    response = client.generic(method, address)
    sent_away = response.status_code == 302 and response["Location"].startswith("/login/") and not route.public
    return 401 if sent_away else response.status_code
