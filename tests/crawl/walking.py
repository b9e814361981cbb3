"""One visitor reads everything that is offered, and asks for everything that is not."""

import os
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tests.access.probing import CAST, known_routes, targets_of
from tests.crawl.canaries import Canaries, values_of
from tests.crawl.judging import OUTSIDE, Judge
from tests.crawl.reading import TYPED, Page, texts_of
from tests.crawl.signs import ANY, Canary, canaries_in

# A bigger walk on demand: CAREHUB_CRAWL=20 follows twenty times as many addresses.
MORE = int(os.environ.get("CAREHUB_CRAWL", "1"))
PER_ROUTE, PER_KIND, IN_ALL, TARGETS = 4 * MORE, MORE, 70 * MORE, 2 * MORE
STAY_OUT = ("accounts:logout",)


@dataclass
class Walk:
    """What was read, and what should not have been there."""

    judge: Judge
    client: Client
    pages: int = 0
    size: int = 0
    seen: int = 0
    leaks: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    by_route: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    waiting: deque[str] = field(default_factory=deque)

    def read(self, address: str, *, fragment: bool = False, method: str = "GET", data: Any = None) -> Any:
        """Ask for one address and judge every byte of the answer."""
        headers = {"HX-Request": "true"} if fragment else {}
        send = self.client.post if method == "POST" else self.client.get
        answer = send(address, data or {}, headers=headers)
        self.pages += 1
        self.note(f"{method} {address}", answer)
        return answer

    def note(self, what: str, answer: Any) -> None:
        assert answer.status_code != 500, what
        typed = echo_of(what)
        for text in texts_of(answer):
            self.size += len(text)
            found = set(canaries_in(text)) - typed
            self.seen += len(found)
            self.leaks += [f"{what}: {kind} {n}" for kind, n in self.judge.leaks(found)]
        self.clean_address(what, answer.headers.get("Location", ""))

    def clean_address(self, what: str, address: str) -> None:
        """No address carries a value of anybody, unless somebody typed it into a search."""
        kept = [(key, value) for key, value in parse_qsl(urlsplit(address).query) if key not in TYPED]
        whole = f"{urlsplit(address).path}?{urlencode([pair for pair in kept if pair[0] != 'next'])}"
        for _next, address_after in (pair for pair in kept if pair[0] == "next"):
            self.clean_address(what, address_after)  # back to the search after signing in
        self.leaks += [f"{what}: in the address {address}" for _match in ANY.finditer(whole)]

    def open(self, address: str, *, offered: bool = False) -> None:
        """Read a page and queue what it offers; what a page offers must not be refused."""
        answer = self.read(address)
        if offered and answer.status_code in (403, 404):
            self.refused.append(f"{address}: {answer.status_code}, and a page offered it")
        if not answer.get("Content-Type", "").startswith("text/html") or answer.streaming:
            if answer.status_code in (301, 302):
                self.offer(address, answer["Location"])
            return
        page = Page(answer.content.decode())
        for offered in page.addresses:
            self.clean_address(address, offered)
        for link in (*page.links, *page.fragments, *self.filled_in(page)):
            self.offer(address, link)

    def filled_in(self, page: Page) -> Iterator[str]:
        """Yield the addresses of the forms by GET, one choice at a time."""
        for form in page.forms:
            if form["method"] != "get":
                continue
            for name, choices in form["fields"].items():
                spread = [*choices[:2], *choices[2 :: max(len(choices) // 3, 1)]]
                typed = self.words() if name in TYPED else spread
                yield from (f"{form['action']}?{urlencode({name: value})}" for value in typed)

    def words(self) -> list[str]:
        """Return what is typed into a search box: of somebody far away, and of everybody at once."""
        far = values_of(max(self.judge.world.canaries.people) - 40)
        return ["z", far["name"], far["pinyin_joined"], far["number"][:6], "7701", far["phone"], far["id_number"]]

    def offer(self, base: str, link: str) -> None:
        """Queue an address of ours that was not asked for, as many of each kind as the walk takes."""
        address = urljoin(base, link).partition("#")[0]
        parts = urlsplit(address)
        if parts.netloc or not parts.path.startswith("/") or parts.path.startswith("/static/"):
            return
        try:
            route = resolve(parts.path).view_name
        except Resolver404:
            self.leaks.append(f"{base}: a dead link to {link}")
            return
        kind = f"{route}?{'&'.join(sorted(key for key, _value in parse_qsl(parts.query)))}"
        if route in STAY_OUT or address in self.asked or self.by_route[route] >= PER_ROUTE:
            return
        if self.by_kind[kind] >= PER_KIND:
            return
        self.asked.add(address)
        self.by_route[route] += 1
        self.by_kind[kind] += 1
        self.waiting.append(address)

    def follow(self) -> None:
        """Follow what is offered, page after page."""
        while self.waiting and self.pages < IN_ALL:
            self.open(self.waiting.popleft(), offered=True)

    def knock(self) -> None:
        """Ask for every route with every kind of target, offered or not, as page and as fragment."""
        persona = "M" if self.judge.viewer in OUTSIDE else self.judge.viewer
        kinds = targets_of(self.judge.world.canaries.school)
        for route in known_routes().values():
            if "GET" not in route.methods or route.name in STAY_OUT:
                continue
            targets = thinned(kinds[route.target](persona)) if route.target else [None]
            for n, target in enumerate(targets):
                address = reverse(route.name, args=[target.argument] if target else []) + route.query
                self.open(address)
                if n == 0:
                    self.read(address, fragment=True)


def echo_of(address: str) -> set[Canary]:
    """Return what the visitor typed into a search: the box shows it again, whether or not there is such a person."""
    pairs = parse_qsl(urlsplit(address.partition(" ")[2]).query)
    return {canary for key, value in pairs if key in TYPED for canary in canaries_in(value)}


def thinned(targets: list[Any]) -> list[Any]:
    """Return some of many targets, evenly spread; the last is the one that does not exist."""
    step = max(len(targets) // TARGETS, 1)
    return [*targets[:-1:step], targets[-1]]


def walk(canaries: Canaries, judge: Judge) -> Walk:
    """Let one viewer read."""
    client = Client(raise_request_exception=False)
    if judge.viewer != "nobody":
        client.force_login(canaries.school.user(CAST.get(judge.viewer, judge.viewer)))
    walked = Walk(judge, client)
    walked.offer("/", "/")
    for word in walked.words():
        for name in ("members:people", "members:people-search", "talks:people"):
            walked.read(f"{reverse(name)}?{urlencode({'q': word})}")
    walked.follow()
    walked.knock()
    walked.follow()
    return walked
