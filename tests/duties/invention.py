"""Invented schools for comparing engine and oracle: moves, gaps, deaths, vacancies, late entries, changed settings.

Everything follows from one random source, so a seed names a school.
"""

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from django.db import connection
from django.utils import timezone

from carehub.duties.models import Excuse, RuleSetting
from members.models import Affiliation, Organization, Oversight, Person, Post
from talks.models import Participation, Talk

Kind, Role, Category = Organization.Kind, Post.Role, Person.Category
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2026, 12, 31)
DAYS = (LAST - FIRST).days
SETTINGS = {
    "entry-grace-days": ("0", "7", "10", "30"),
    "due-soon-days-year": ("10", "30", "60"),
    "due-soon-days-quarter": ("5", "20", "45"),
    "upcoming-days": ("10", "30"),
    "C-2.1-with": ("each", "any"),
    "C-2.2-direct-branch": ("none", "OH"),
    "C-2.3-late-joiner": ("12-01", "11-15", "06-30"),
    "C-2.3-other-branch": ("yes", "no"),
    "C-2.3-collective-share": ("none", "50", "30", "0"),
}


def days(n: int) -> dt.timedelta:
    return dt.timedelta(days=n)


@dataclass
class Invented:
    random: Random
    committee: Organization = None  # type: ignore[assignment]
    generals: list[Organization] = field(default_factory=list)
    branches: list[Organization] = field(default_factory=list)
    groups: dict[int, Organization] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    stays: list[Affiliation] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    oversights: list[Oversight] = field(default_factory=list)
    talks: list[tuple[Talk, list[Participation]]] = field(default_factory=list)

    def day(self, first: dt.date = FIRST, last: dt.date = LAST) -> dt.date:
        """Return a day, often one on which something turns."""
        turn = dt.date(first.year + self.random.randint(0, max(last.year - first.year, 0)), *self.random.choice(TURNS))
        if self.random.random() < 0.3 and first <= turn <= last:
            return turn
        return first + days(self.random.randint(0, max((last - first).days, 0)))

    def once_in(self, n: int) -> bool:
        return self.random.randrange(n) == 0

    def holder(self, organization: Organization, role: str, on: dt.date) -> Person | None:
        for post in self.posts:
            if post.organization_id == organization.pk and post.role == role and in_force(post, on):
                return post.person
        return None


TURNS = ((1, 1), (3, 31), (4, 1), (6, 30), (11, 30), (12, 1), (12, 31), (10, 1))


def in_force(row: Affiliation | Post | Oversight, on: dt.date) -> bool:
    return row.started_on <= on and (row.ended_on is None or row.ended_on >= on)


def invent(random: Random, *, people: int, generals: int, branches: int) -> Invented:
    """Put a school into the database."""
    school = Invented(random)
    found(school, generals, branches)
    settle(school, people)
    appoint(school)
    oversee(school)
    converse(school)
    excuse(school)
    for name, values in SETTINGS.items():
        if school.once_in(2):
            since = {school.day() for _ in range(school.random.randint(1, 3))}
            RuleSetting.objects.bulk_create(
                RuleSetting(name=name, value=random.choice(values), from_on=day) for day in sorted(since)
            )
    if connection.vendor == "postgresql" and people > 1000:
        # Inside one transaction no autovacuum can count the rows, and the planner would take the tables for empty.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE members_affiliation, members_person, members_post, talks_talk, talks_participation")
    return school


def found(school: Invented, generals: int, branches: int) -> None:
    def create(code: str, kind: str, parent: Organization | None) -> Organization:
        return Organization.objects.create(code=code, name=f"组织{code}", kind=kind, parent=parent)

    school.committee = create("06", Kind.COMMITTEE, None)
    school.branches.append(create("0600", Kind.BRANCH, school.committee))
    for g in range(generals):
        general = create(f"06{g + 1:02d}", Kind.GENERAL_BRANCH, school.committee)
        school.generals.append(general)
        for b in range(branches):
            branch = create(f"{general.code}{b + 1:02d}", Kind.BRANCH, general)
            school.branches.append(branch)
            if school.once_in(3):
                school.groups[branch.pk] = create(f"{branch.code}01", Kind.GROUP, branch)


def settle(school: Invented, people: int) -> None:
    school.people = Person.objects.bulk_create([_person(school, n) for n in range(people)])
    for person in school.people:
        school.stays += _stays(school, person)
    Affiliation.objects.bulk_create(school.stays)


def _person(school: Invented, n: int) -> Person:
    random = school.random
    weights = (80, 8, 4, 4, 2, 2)
    person = Person(
        name=f"人{n}",
        pinyin=f"ren {n:05d}",
        category=random.choices(list(Category), weights)[0],
        occupation=random.choice(list(Person.Occupation)),
        joined_on=random.choice([dt.date(1999, 7, 1), dt.date(2015, 6, 20), dt.date(2023, 12, 30), None]),
    )
    if school.once_in(12):
        person.joined_on = school.day()
    for name in ("lost_contact_on", "died_on", "left_party_on", "suspended_on"):
        if school.once_in(40):
            setattr(person, name, school.day(dt.date(2023, 6, 1)))
    return person


def _stays(school: Invented, person: Person) -> list[Affiliation]:
    """Return stays without overlap; most people stay, some move next day, some leave and come back."""
    if school.once_in(30):
        return []
    stays, start = [], dt.date(2020, 1, 1) if not school.once_in(5) else school.day()
    home = school.random.choice(school.branches)
    while start <= LAST:
        place = school.groups.get(home.pk, home) if school.once_in(3) else home
        stay = Affiliation(person=person, organization=place, branch=home, started_on=start)
        stays.append(stay)
        if not school.once_in(3):
            break
        stay.ended_on = school.day(max(start, FIRST))
        start = stay.ended_on + days(school.random.choice([1, 1, 1, 2, 40, 400]))
        home = home if school.once_in(4) else school.random.choice(school.branches)
        if school.once_in(12):
            home = school.random.choice([school.committee, *school.generals])
    return stays


def appoint(school: Invented) -> None:
    for branch in school.branches:
        locals_ = [stay.person for stay in school.stays if stay.branch_id == branch.pk] or school.people
        locals_ = [*locals_[:3], *(post.person for post in school.posts[-4:])] if school.once_in(2) else locals_
        _line_of_holders(school, branch, Role.SECRETARY, locals_)
    for general in school.generals:
        below = [post.person for post in school.posts if post.organization.parent_id == general.pk]
        _line_of_holders(school, general, Role.SECRETARY, [*school.random.sample(school.people, 3), *below[:2]])
    _line_of_holders(school, school.committee, Role.DEPARTMENT_HEAD, school.people)
    Post.objects.bulk_create(school.posts)


def _line_of_holders(school: Invented, place: Organization, role: str, people: list[Person]) -> None:
    """Appoint one holder after the other, with vacancies between some, for ever or until nobody follows."""
    start = dt.date(2021, 1, 1) if not school.once_in(6) else school.day()
    while start <= LAST:
        manner = school.random.choice(list(Post.Manner))
        post = Post(organization=place, role=role, person=school.random.choice(people), manner=manner, started_on=start)
        school.posts.append(post)
        if not school.once_in(2):
            return
        post.ended_on = school.day(max(start, FIRST))
        start = post.ended_on + days(school.random.choice([1, 1, 30, 120, 2000]))


def oversee(school: Invented) -> None:
    leaders = school.random.sample(school.people, min(5, len(school.people)))
    posts = []
    for leader in leaders:
        started_on = school.random.choice([dt.date(2022, 1, 1), school.day()])
        ended_on = school.day(max(started_on, FIRST)) if school.once_in(4) else None
        posts.append(
            Post(
                person=leader, organization=school.committee, role=Role.LEADER, started_on=started_on, ended_on=ended_on
            )
        )
        for _ in range(school.random.randint(1, 5)):
            _oversight(school, leader)
    school.posts += posts
    Post.objects.bulk_create(posts)
    Oversight.objects.bulk_create(school.oversights)


def _oversight(school: Invented, leader: Person) -> None:
    thing = {"organization": school.random.choice([*school.generals, *school.branches[:2]])}
    if school.once_in(2):
        holders = [post.person for post in school.posts[-20:]]
        thing = {"person": school.random.choice([leader, *holders, *school.random.sample(school.people, 2)])}
    start = school.random.choice([dt.date(2022, 1, 1), school.day()])
    first = Oversight(leader=leader, started_on=start, **thing)
    school.oversights.append(first)
    if school.once_in(3):
        first.ended_on = school.day(max(start, FIRST))
        again = first.ended_on + days(school.random.choice([1, 1, 50]))
        school.oversights.append(Oversight(leader=leader, started_on=again, **thing))


def converse(school: Invented) -> None:
    members: dict[int, list[Affiliation]] = {}
    for stay in school.stays:
        members.setdefault(stay.branch_id, []).append(stay)
    for branch in school.branches:
        for stay in members.get(branch.pk, []):
            for _ in range(school.random.choice([0, 1, 2, 3, 3])):
                on = school.day(max(stay.started_on, FIRST), stay.ended_on or LAST)
                converse_once(school, school.holder(branch, Role.SECRETARY, on), [stay.person], on)
        for _ in range(2):
            on, there = school.day(), members.get(branch.pk, [])
            listeners = [stay.person for stay in there if in_force(stay, on) or school.once_in(9)][:30]
            converse_once(school, school.holder(branch, Role.SECRETARY, on), listeners, on)
        _quarterly(school, branch)
    for oversight in school.oversights:
        _led(school, oversight)
    _save(school)


def _quarterly(school: Invented, branch: Organization) -> None:
    role = Role.SECRETARY if branch.parent.kind == Kind.GENERAL_BRANCH else Role.DEPARTMENT_HEAD
    for _ in range(8):
        on = school.day()
        listener = school.holder(branch, Role.SECRETARY, on)
        if listener:
            converse_once(school, school.holder(branch.parent, role, on), [listener], on)


def _led(school: Invented, oversight: Oversight) -> None:
    for _ in range(2):
        on = school.day()
        listener = oversight.person or school.holder(oversight.organization, Role.SECRETARY, on)
        if listener and listener != oversight.leader:
            converse_once(school, oversight.leader, [listener], on)


def converse_once(school: Invented, talker: Person | None, people: list[Person], on: dt.date) -> None:
    if school.once_in(15) or talker is None:
        talker = school.random.choice(school.people)
    if not people:
        return
    delay = school.random.choice([0, 0, 0, 0, 1, 3, 8, 30, 70, 300])
    until = school.random.choice([on + days(delay), dt.date(on.year + 1, 1, 3), dt.date(on.year + 1, 1, 8)])
    withdrawn = timezone.now() if school.once_in(20) else None
    talk = Talk(
        held_on=on,
        entered_on=max(on, until if school.once_in(4) else on + days(delay)),
        talker=talker,
        form=Talk.Form.COLLECTIVE if len(people) > 1 else Talk.Form.SINGLE,
        organization=school.committee,
        path=school.committee.path,
        once_key=UUID(int=school.random.getrandbits(128), version=4),
        withdrawn_at=withdrawn,
        withdrawn_because="记错" if withdrawn else "",
    )
    listeners = {person.pk: person for person in people}
    attended = [Participation(talk=talk, person=p, attended=not school.once_in(25)) for p in listeners.values()]
    school.talks.append((talk, attended))


def _save(school: Invented) -> None:
    Talk.objects.bulk_create([talk for talk, _ in school.talks], batch_size=5000)
    Participation.objects.bulk_create([row for _, rows in school.talks for row in rows], batch_size=5000)


def excuse(school: Invented) -> None:
    rows = {}
    for stay in school.random.sample(school.stays, len(school.stays) // 6):
        rows["C-2.3", str(school.day().year), stay.branch_id, stay.person_id] = _excuse(school)
    for branch in school.branches:
        window = f"{school.day().year}Q{school.random.randint(1, 4)}"
        rows["C-2.2", window, branch.parent_id, branch.pk] = _excuse(school)
    for oversight in school.oversights:
        if oversight.person_id:
            rows["C-2.1", str(school.day().year), oversight.leader_id, oversight.person_id] = _excuse(school)
    for (rule, window, owner, subject), made in rows.items():
        made.rule, made.window, made.owner_id, made.subject_id = rule, window, owner, subject
    Excuse.objects.bulk_create(rows.values())


def _excuse(school: Invented) -> Excuse:
    made_on = school.day()
    withdrawn = timezone.now() if school.once_in(6) else None
    until_on = made_on + days(school.random.choice([0, 10, 90, 400]))
    return Excuse(reason="长期外出", made_on=made_on, until_on=until_on, withdrawn_at=withdrawn)
