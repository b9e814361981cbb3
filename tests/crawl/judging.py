"""Who may meet which canary, worked out from the handbook's table by walking from organisation to parent.

Nothing here asks the product's scope code; the product compares paths, this walks up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from carehub.access.matrix import matrix
from hardship.models import Waiver
from hardship.waivers.chain import COMMITTEE
from members.models import Affiliation, LifeEvent, Organization, OrganizationGrant, Oversight, Person, PersonGrant, Post
from talks.models import Correction, Participation, TextRequest
from tests.access.probing import CAST, GROUPS, SEATS, TODAY
from tests.crawl.canaries import Canaries
from tests.crawl.signs import Canary

OUTSIDE = ("former", "closed", "nobody")  # a post that ended, an account that is closed, a visitor
VIEWERS = (*CAST, *OUTSIDE)
WITHOUT_A_SESSION = ("closed", "nobody")


@dataclass(frozen=True)
class Place:
    """Where something lies: organisations from it to the root, the people it is about, their group."""

    organizations: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    occupations: frozenset[str] = frozenset()


@dataclass
class World:
    """The school as plain facts."""

    canaries: Canaries
    parents: dict[int, int | None] = field(default_factory=dict)
    ever: dict[int, set[int]] = field(default_factory=dict)  # person → every organisation belonged to, and those above
    holders: set[int] = field(default_factory=set)  # whoever holds or held a post: named on the organisation's page
    present: dict[int, set[int]] = field(default_factory=dict)  # talk → everybody in it
    granted: set[int] = field(default_factory=set)  # to whom a file or an office is open, and whose file
    asked: dict[int, int] = field(default_factory=dict)  # request → talk
    earlier: dict[int, set[int]] = field(default_factory=dict)  # talk → whom a correction took out

    def __post_init__(self) -> None:
        self.parents = {one.pk: one.parent_id for one in self.canaries.school.organizations.values()}
        for person, place in Affiliation.objects.values_list("person", "organization"):
            self.ever.setdefault(person, set()).update(self.above(place))
        self.holders = set(Post.objects.values_list("person", flat=True))
        for talk, person in Participation.objects.values_list("talk", "person"):
            self.present.setdefault(talk, set()).add(person)
        shares = PersonGrant.objects.values_list("content_object", "user__person")
        self.granted = {pk for pair in shares for pk in pair if pk}
        self.granted |= set(OrganizationGrant.objects.values_list("user__person", flat=True))
        requests = dict(TextRequest.objects.values_list("pk", "talk"))
        self.asked = {n: requests[target.argument] for n, target in self.canaries.requests.items()}
        for talk, changed in Correction.objects.values_list("talk", "changed"):
            self.earlier.setdefault(talk, set()).update(changed.get("people", [[]])[0])

    def above(self, organization: int | None) -> Iterator[int]:
        """Yield an organisation and everything above it."""
        while organization is not None:
            yield organization
            organization = self.parents[organization]

    def place_of(self, person: Person) -> Place:
        return Place(
            frozenset(self.above(person.organization_id)), frozenset({person.pk}), frozenset({person.occupation})
        )

    @cached_property
    def by_pk(self) -> dict[int, Person]:
        return {person.pk: person for person in self.canaries.people.values()}


@dataclass
class Judge:
    """What one viewer may meet."""

    world: World
    viewer: str
    as_member: str = "M"

    @cached_property
    def me(self) -> Person | None:
        key = CAST.get(self.viewer, self.viewer)
        return None if self.viewer in WITHOUT_A_SESSION else self.world.canaries.school.people[key]

    @property
    def personas(self) -> tuple[str, ...]:
        if self.me is None:
            return ()
        return ("M",) if self.viewer in OUTSIDE else (self.viewer, "M")

    def may(self, resource: str, codes: str, place: Place, scopes: str = "bsurgo") -> bool:
        """Return whether the table gives the viewer one of the codes there."""
        cells = [(persona, matrix().get(resource, {}).get(persona, {})) for persona in self.personas]
        return any(
            self.covers(persona, cell[code], place)
            for persona, cell in cells
            for code in codes.split()
            if code in cell and cell[code] in scopes
        )

    def covers(self, persona: str, scope: str, place: Place) -> bool:
        assert self.me is not None
        if scope == "u":
            return True
        if scope in "bs":
            seat = SEATS.get(persona)
            return seat is not None and self.world.canaries.school.organizations[seat].pk in place.organizations
        if scope == "g":
            return GROUPS[persona] in place.occupations
        if scope == "r":
            return bool(place.people & (self.overseen | {self.me.pk}))
        return self.me.pk in place.people

    @cached_property
    def told_of(self) -> set[int]:
        """Return of whom a department has told something: it reads its own words again."""
        told = LifeEvent.objects.filter(source="department", entered_by=self.me.user_id if self.me else 0)
        return set(told.values_list("person", flat=True))

    @cached_property
    def overseen(self) -> set[int]:
        """Return whom a leader oversees: the people named, and the secretaries of the organisations named."""
        rows = Oversight.objects.filter(leader=self.me)
        units = [row.organization_id for row in rows if row.organization_id]
        posts = Post.objects.filter(organization__in=units, role="secretary", ended_on=None)
        return {row.person_id for row in rows if row.person_id} | set(posts.values_list("person", flat=True))

    def allows(self, canary: Canary) -> bool:
        """Return whether the viewer may meet this canary."""
        if self.me is None:
            return False
        kind, n = canary
        if kind.startswith("talk-") or kind in ("withdrawn", "corrected"):
            return self.allows_of_talk(kind, n)
        if kind in ("matter", "request"):
            return self.allows_layer(kind, n)
        if kind == "event":
            return self.allows_event(n)
        if kind == "hardship":
            return self.allows_hardship(n)
        if kind == "pairing":
            return self.reads_pairing(n)
        person = self.world.canaries.people.get(n)
        if person is None:
            return False
        place = self.world.place_of(person)
        rules = {
            "name": lambda: self.allows_name(person, place),
            "pinyin": lambda: self.allows_name(person, place),
            "number": lambda: self.may("person", "v", place) or self.may("account", "v e a", place),
            "position": lambda: self.may("person", "v", place),
            "floating": lambda: self.may("person", "v", place),
            "phone": lambda: self.may("contact", "v", place),
            "phone-masked": lambda: self.may("contact", "m v", place),
            "address": lambda: self.may("contact", "v", place),
            "email": lambda: person.pk == self.me.pk if self.me else False,
            "id": lambda: self.typed(n),  # handed back in the rows to be put right, to nobody else
            "id-masked": lambda: self.may("identity", "m v", place),
            "id-masked-for-export": lambda: self.may("identity", "m v", place) and self.may("person", "x X", place),
            "id-shortened": lambda: self.typed(n),
            "excuse": lambda: self.allows_excuse(n),
            "wish": lambda: self.allows_wish(n),
            "transfer": lambda: self.allows_transfer(n),
            "asked": lambda: self.may("person", "e", place) or person.pk == self.me.pk,
            "ground": lambda: self.allows_ground(n),
            "record-change": lambda: self.may("person", "v", place),
        }
        return rules[kind]()

    def typed(self, n: int) -> bool:
        """Return whether the viewer's own file had the number of this person in it."""
        return n in self.world.canaries.typed.get(CAST.get(self.viewer, ""), ())

    def allows_name(self, person: Person, place: Place) -> bool:
        """A name stands on a file, with a post (the whole school reads those), on a duty, with a talk."""
        if self.met_in_a_transfer(person) or self.met_in_a_pairing(person) or self.met_with_the_committee(person):
            return True
        if person.pk in self.world.holders and self.may("organization", "v", Place()):
            return True
        if self.may("person", "v", place) or self.named_by_an_office(person) or person.pk in self.told_of:
            return True
        was = Place(frozenset(self.world.ever.get(person.pk, ())), place.people, place.occupations)
        return self.may("duty", "v", was) or self.met_in_a_talk(person)

    def named_by_an_office(self, person: Person) -> bool:
        """Accounts and grants are seen with their holders; who decides on a talk's words sees who was there."""
        if person.user_id and self.may("account", "v", Place()):
            return True
        if person.pk in self.world.granted and self.may("grant", "v", Place()):
            return True
        return any(
            self.allows_layer("request", n)
            for n, talk in self.world.asked.items()
            if person.pk in self.world.present.get(talk, ())
        )

    def met_in_a_talk(self, person: Person) -> bool:
        """Return whether the viewer sees everybody of a talk that has the person, or had before a correction."""
        return any(
            self.sees_talk_of(n, everybody=True)
            for n, talk in self.world.canaries.talks.items()
            if person.pk in self.world.present.get(talk.pk, set()) | self.world.earlier.get(talk.pk, set())
        )

    def sees_talk_of(self, n: int, *, everybody: bool) -> bool:
        """Return whether the fact of a talk may be seen; an office for a group sees no others' names in it."""
        talk = self.world.canaries.talks[n]
        there = self.world.present.get(talk.pk, set()) | {talk.talker_id}
        occupations = frozenset(self.world.by_pk[pk].occupation for pk in there - {talk.talker_id})
        where = Place(frozenset(self.world.above(talk.organization_id)), frozenset(there), occupations)
        assert self.me is not None
        return self.me.pk in there or self.may("talk", "v F", where, "bsu" if everybody else "bsug")

    def allows_of_talk(self, kind: str, n: int) -> bool:
        talk = self.world.canaries.talks[n]
        if kind == "talk-line":
            assert self.me is not None
            shared = Participation.objects.filter(talk=talk, person=self.me, text_shared_at__isnull=False).exists()
            recorded = talk.recorded_by_id is not None and talk.recorded_by_id == self.me.user_id
            return talk.talker_id == self.me.pk or recorded or shared
        return self.sees_talk_of(n, everybody=False)

    def allows_layer(self, kind: str, n: int) -> bool:
        """Return whether a matter or a request may be read: by the office, or by those whom it was given to."""
        layer = self.world.canaries.matters if kind == "matter" else self.world.canaries.requests
        place = layer[n].organization
        where = Place(frozenset(self.world.above(place.pk)) if place else frozenset(), layer[n].people)
        return self.may("follow_up" if kind == "matter" else "text_request", "v", where)

    def allows_excuse(self, n: int) -> bool:
        """Return whether the words of an excuse may be read: where the duty lies, never by an office for a group."""
        excuse = self.world.canaries.excuses[n]
        return self.may("duty", "v", Place(frozenset(self.world.above(excuse.owner_id))), "bsu")

    def allows_wish(self, n: int) -> bool:
        """Return whether the words of who asks for a talk may be read: its own, and its unit's secretary's."""
        assert self.me is not None
        one = self.world.canaries.asking[n]
        unit = one.organization
        while unit.parent and not (secretaries := self.secretaries_of(unit)):  # a vacant post passes it on
            unit = unit.parent
        answers = self.me.pk in secretaries if unit.parent else "OH" in self.personas
        return one.person_id == self.me.pk or answers

    def secretaries_of(self, unit: Organization) -> set[int]:
        posts = Post.objects.filter(organization=unit, role="secretary", started_on__lte=TODAY)
        standing = [post for post in posts if post.ended_on is None or post.ended_on >= TODAY]
        return {post.person_id for post in standing if post.person.user and post.person.user.is_active}

    def allows_hardship(self, n: int) -> bool:
        """Return whether a word of a case may be read: of a closed one by its person and the department alone."""
        case = self.world.canaries.cases[n]
        place = self.world.place_of(case.person)
        return self.may("hardship", "v", place, "bsurgo" if case.is_open else "uo")

    def reads_pairing(self, n: int) -> bool:
        """Return whether a word of a pairing may be read: as the hardship, and by who helps as long as it runs."""
        one = self.world.canaries.pairings[n]
        place = self.world.place_of(one.case.person)
        helpers = {helper.person_id for helper in one.helpers.all() if helper.to_on is None}
        there = Place(place.organizations, place.people | helpers, place.occupations)
        return self.may("pairing", "v", there, "bsurgo" if one.case.is_open else "uo")

    def met_in_a_pairing(self, person: Person) -> bool:
        """Return whether somebody is helped, or helps, in a pairing that the viewer reads."""
        return any(
            self.reads_pairing(n)
            for n, one in self.world.canaries.pairings.items()
            if person.pk in {one.case.person_id, *(helper.person_id for helper in one.helpers.all())}
        )

    def allows_transfer(self, n: int) -> bool:
        """Return whether somebody keeps the roster of one of its two sides."""
        one = self.world.canaries.transfers[n]
        sides = [frozenset(self.world.above(place.pk)) for place in (one.origin, one.target) if place]
        return any(self.may("person", "e", Place(side)) for side in sides)

    def met_in_a_transfer(self, person: Person) -> bool:
        on_the_way = {one.person_id: n for n, one in self.world.canaries.transfers.items()}
        return person.pk in on_the_way and self.allows_transfer(on_the_way[person.pk])

    def allows_ground(self, n: int) -> bool:
        """Return whether the ground of a waiver may be read; of what is over only by the person and the department."""
        one = self.world.canaries.grounds[n]
        place = Place(frozenset(self.world.above(one.organization_id)), frozenset({one.person_id}))
        if self.may("waiver", "v", place, "uo") or self.before_the_committee(one):
            return True
        over = one.application.state == "approved" and one.last_month < TODAY
        return not over and self.may("waiver", "v", place)

    def before_the_committee(self, one: Waiver) -> bool:
        return one.application.stage >= COMMITTEE and self.may("waiver", "c", Place())

    def met_with_the_committee(self, person: Person) -> bool:
        asked = Waiver.objects.filter(person=person).select_related("application")
        return any(self.before_the_committee(one) for one in asked)

    def allows_event(self, n: int) -> bool:
        """Return whether the words of an event may be read: sensitive ones only where the own post answers."""
        event = self.world.canaries.events[n]
        sensitive = event.kind in ("complaint", "hospitalised", "sanctioned")
        seats = {SEATS.get(persona, "committee") for persona in self.personas if persona != "M"}
        own = event.organization_id in {self.world.canaries.school.organizations[seat].pk for seat in seats}
        inside = self.may("life_event", "v", Place(frozenset(self.world.above(event.organization_id))))
        return inside and (own or not sensitive)

    def leaks(self, found: Iterable[Canary]) -> list[Canary]:
        """Return the canaries that this viewer must not meet."""
        return [canary for canary in set(found) if not self.knows(canary)]

    def knows(self, canary: Canary) -> bool:
        if canary not in self._known:
            self._known[canary] = self.allows(canary)
        return self._known[canary]

    @cached_property
    def _known(self) -> dict[Canary, bool]:
        return {}
