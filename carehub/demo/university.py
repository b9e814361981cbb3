"""The invented university: organisations, people, affiliations, posts, accounts."""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from django.contrib.auth.hashers import make_password
from django.db.models import OuterRef, Subquery

from carehub.accounts.models import User
from carehub.calendar import DAY
from carehub.demo.invention import (
    COLLEGES,
    ORDINALS,
    PASSWORD,
    SCHOOL,
    any_day,
    invent_id_number,
    invent_name,
)
from carehub.sealing import keyed_hash
from members.actions import branch_of
from members.models import Affiliation, Organization, Oversight, Person, Post
from members.pinyin import spellings_of

Kind, Role, Manner = Organization.Kind, Post.Role, Post.Manner
BRANCHES = 80
YEARS = 2
ETHNICITIES = ("彝族", "藏族", "羌族", "土家族")
Occupation, Category, Ending = Person.Occupation, Person.Category, Affiliation.Ending


@dataclass
class University:
    """What has been invented so far, in memory, before it is written in bulk."""

    on: dt.date
    people_wanted: int
    chance: Random = field(default_factory=lambda: Random(50))  # nosec B311 # the same invention each time
    committee: Organization = field(default_factory=Organization)
    generals: list[Organization] = field(default_factory=list)
    branches: list[tuple[Organization, str]] = field(default_factory=list)  # with the occupation of its people
    people: list[Person] = field(default_factory=list)
    homes: dict[int, list[Person]] = field(default_factory=dict)  # branch → people
    logins: list[tuple[str, Person]] = field(default_factory=list)

    @property
    def begins_on(self) -> dt.date:
        """Return the first day of the two years that have talks."""
        return dt.date(self.on.year - YEARS + 1, 1, 1)


def found(university: University) -> None:
    """Create the committee, the general branches, the branches and their groups."""
    university.committee = _organize("990000", SCHOOL, Kind.COMMITTEE, None, "校党委")
    for n, (name, people) in enumerate(COLLEGES, 1):
        general = _organize(f"990000{n:02d}", name, Kind.GENERAL_BRANCH, university.committee)
        university.generals.append(general)
        _add_branches(university, general, people, _share(n))
    library = _organize("99000090", "图书馆直属党支部", Kind.BRANCH, university.committee)
    university.branches.append((library, Occupation.STAFF))
    for branch, _people in university.branches[::7]:
        for n in (1, 2):
            name = f"{branch.name}第{ORDINALS[n - 1]}党小组"
            _organize(f"{branch.code}{n:02d}", name, Kind.GROUP, branch, f"第{ORDINALS[n - 1]}党小组")


def _share(n: int) -> int:
    """Return how many branches the n-th general branch has, 79 in all."""
    return (BRANCHES - 1) // len(COLLEGES) + (n <= (BRANCHES - 1) % len(COLLEGES))


def _organize(code: str, name: str, kind: str, parent: Organization | None, short: str = "") -> Organization:
    return Organization.objects.create(code=code, name=name, short_name=short, kind=kind, parent=parent)


def _add_branches(university: University, general: Organization, people: str, count: int) -> None:
    unit = general.name.removesuffix("党总支")
    for n in range(1, count + 1):
        student = people == "mixed" and n > count // 2
        word = "离退休" if people == "retired" else "学生" if student else "教工"
        prefix = unit if people != "retired" else ""
        name = f"{prefix}{word}第{ORDINALS[n - 1]}党支部"
        branch = _organize(f"{general.code}{n:02d}", name, Kind.BRANCH, general)
        occupation = {"离退休": Occupation.RETIRED, "学生": Occupation.STUDENT}.get(word, Occupation.STAFF)
        university.branches.append((branch, occupation))


def settle(university: University) -> None:
    """Invent the people and write them and their affiliations."""
    groups: dict[int | None, list[Organization]] = {}
    for group in Organization.objects.filter(kind=Kind.GROUP).select_related("parent"):
        groups.setdefault(group.parent_id, []).append(group)
    for n in range(university.people_wanted):
        branch, occupation = university.branches[n % len(university.branches)]
        person = _invent_person(university, n, occupation)
        home = branch
        if n % 3 == 0 and branch.pk in groups:
            home = groups[branch.pk][n // 3 % 2]
        person.organization, person.path = home, home.path or ""
        university.people.append(person)
        university.homes.setdefault(branch.pk, []).append(person)
    Person.objects.bulk_create(university.people, batch_size=500)
    Affiliation.objects.bulk_create([_since(university, person) for person in university.people], batch_size=1000)
    _live(university)


def _invent_person(university: University, n: int, occupation: str) -> Person:
    chance, year = university.chance, university.on.year
    ages = {Occupation.STUDENT: (19, 26), Occupation.STAFF: (27, 59), Occupation.RETIRED: (61, 92)}
    low, high = ages[Occupation(occupation)]
    born_on = any_day(chance, dt.date(year - high, 1, 1), dt.date(year - low, 1, 1))
    male = chance.random() < 0.5
    name = invent_name(chance, n)
    spelled = spellings_of(name)
    number = invent_id_number(born_on, n, male=male)
    joined_on, confirmed_on = _party_dates(university, n, born_on)
    return Person(
        name=name, pinyin=spelled.spoken, pinyin_joined=spelled.joined, initials=spelled.initials,
        number=f"99{n:06d}", id_number=number, id_hash=keyed_hash(number),
        sex=Person.Sex.MALE if male else Person.Sex.FEMALE,
        ethnicity=chance.choice(ETHNICITIES) if n % 9 == 0 else "汉族",
        born_on=born_on, occupation=occupation, phone=f"199{n:08d}", joined_on=joined_on, confirmed_on=confirmed_on,
        category=Category.FULL if confirmed_on else Category.PROBATIONARY,
        lost_contact_on=dt.date(year, 3, 1) if n % 700 == 11 else None,
        education="大学" if n % 3 else "硕士研究生",
    )  # fmt: skip


def _party_dates(university: University, n: int, born_on: dt.date) -> tuple[dt.date, dt.date | None]:
    """Return 入党 and 转正; those who joined in 1969–1977 had no probation, one in twenty is probationary now."""
    chance, on = university.chance, university.on
    if n % 20 == 7 and born_on.year > on.year - 60:
        return any_day(chance, on - dt.timedelta(days=330), on - dt.timedelta(days=20)), None
    latest = min(dt.date(born_on.year + 35, 1, 1), on - dt.timedelta(days=500))
    joined_on = any_day(chance, min(dt.date(born_on.year + 18, 1, 2), latest), latest)
    if dt.date(1969, 4, 1) <= joined_on <= dt.date(1977, 8, 11):
        return joined_on, joined_on
    return joined_on, joined_on + dt.timedelta(days=365)


def _since(university: University, person: Person) -> Affiliation:
    home = person.organization
    assert home is not None  # nosec B101 # everybody invented has a home; this tells mypy
    longest = person.joined_on or university.begins_on
    return Affiliation(person=person, organization=home, branch=branch_of(home), started_on=longest)


def _live(university: University) -> None:
    """Let two years pass: some move between branches, some leave, a few die."""
    chance = university.chance
    for n, person in enumerate(university.people):
        if n % 37 == 5 and n > 400:
            _move(university, person, any_day(chance, university.begins_on, university.on - dt.timedelta(days=15)))
        elif n % 83 == 21 and n > 400:
            ending = Ending.DIED if person.occupation == Occupation.RETIRED else Ending.LEFT_SCHOOL
            _leave(university, person, any_day(chance, university.begins_on, university.on - DAY), ending)


def _move(university: University, person: Person, day: dt.date) -> None:
    same = [branch for branch, occupation in university.branches if occupation == person.occupation]
    new = university.chance.choice(same)
    affiliation = person.affiliations.get()
    if day <= affiliation.started_on or new == affiliation.branch:
        return
    university.homes[affiliation.branch_id].remove(person)
    university.homes[new.pk].append(person)
    Affiliation.objects.filter(pk=affiliation.pk).update(ended_on=day - DAY, ending=Ending.MOVED)
    Affiliation.objects.create(person=person, organization=new, branch=new, started_on=day)
    person.organization, person.path = new, new.path or ""
    Person.objects.filter(pk=person.pk).update(organization=new, path=person.path)


def _leave(university: University, person: Person, day: dt.date, ending: str) -> None:
    affiliation = person.affiliations.get()
    if day <= affiliation.started_on:
        return
    Affiliation.objects.filter(pk=affiliation.pk).update(ended_on=day, ending=ending)
    died = {"died_on": day} if ending == Ending.DIED else {}
    Person.objects.filter(pk=person.pk).update(organization=None, path="", **died)
    university.homes[affiliation.branch_id].remove(person)


def appoint(university: University) -> None:
    """Fill the posts: secretaries with a few changes and vacancies, officers, leaders with oversight, departments."""
    since = university.begins_on - dt.timedelta(days=400)
    posts: list[Post] = []
    for n, (branch, _occupation) in enumerate(university.branches):
        posts += _branch_posts(university, branch, n, since)
    for n, general in enumerate(university.generals):
        posts += _general_posts(university, general, n, since)
    posts += _committee_posts(university, since)
    Post.objects.bulk_create(posts)
    _hold_two_posts(university)
    for group in Organization.objects.filter(kind=Kind.GROUP):
        leader = group.people.order_by("pk").first()
        if leader:
            Post.objects.create(person=leader, organization=group, role=Role.GROUP_LEADER, started_on=since)
    _open_accounts(university)


def _branch_posts(university: University, branch: Organization, n: int, since: dt.date) -> list[Post]:
    people = university.homes[branch.pk]
    changed_on = dt.date(university.on.year, 6, 15)
    first = Post(person=people[1], organization=branch, role=Role.SECRETARY, started_on=since)
    posts = [first, Post(person=people[2], organization=branch, role=Role.ORGANIZER, started_on=since)]
    posts.append(Post(person=people[3], organization=branch, role=Role.PUBLICITY, started_on=since))
    if n % 13 == 6 and changed_on < university.on:  # a new secretary in the middle of the year
        first.ended_on = changed_on - DAY
        manner = Manner.ACTING if n % 2 else Manner.FORMAL
        posts.append(
            Post(person=people[4], organization=branch, role=Role.SECRETARY, manner=manner, started_on=changed_on)
        )
    if n % 27 == 20:  # a vacancy
        first.ended_on = dt.date(university.on.year, 3, 31) if university.on.month > 3 else since + DAY
    return posts


def _general_posts(university: University, general: Organization, n: int, since: dt.date) -> list[Post]:
    homes = [branch for branch, _occupation in university.branches if branch.parent_id == general.pk]
    people = university.homes[homes[0].pk]
    secretary = people[5]
    return [
        Post(person=secretary, organization=general, role=Role.SECRETARY, started_on=since),
        Post(person=people[6], organization=general, role=Role.ORGANIZING_CLERK, started_on=since),
        Post(person=secretary, organization=general, role=Role.CADRE, started_on=since),
        Post(person=people[7], organization=general, role=Role.CADRE, started_on=since),
    ]


def _hold_two_posts(university: University) -> None:
    """Let one general-branch secretary be the secretary of one of its branches as well (兼任)."""
    general = university.generals[3]
    above = Post.objects.secretaries().get(organization=general)
    last = [branch for branch, _occupation in university.branches if branch.parent_id == general.pk][-1]
    below = Post.objects.secretaries().filter(organization=last, ended_on=None)
    below.update(person=above.person_id, manner=Manner.PART_TIME)


def _committee_posts(university: University, since: dt.date) -> list[Post]:
    offices = [Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD, Role.APPROVER, Role.RETIREES_OFFICE, Role.STUDENTS_OFFICE]
    offices += [Role.PERSONNEL_OFFICE, Role.UNION, Role.FINANCE, Role.DISCIPLINE_OFFICE, Role.PUBLICITY_OFFICE]
    offices += [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]
    staff = university.homes[university.branches[1][0].pk][8:] + university.homes[university.branches[2][0].pk][8:]
    holders = iter(staff)
    committee = university.committee
    posts = [Post(person=next(holders), organization=committee, role=role, started_on=since) for role in offices]
    for n in range(6):
        leader = next(holders)
        posts.append(Post(person=leader, organization=committee, role=Role.LEADER, started_on=since))
        for general in university.generals[n::6]:
            Oversight.objects.create(leader=leader, organization=general, started_on=since)
    return posts


def _open_accounts(university: University) -> None:
    """Open an account for every holder of a post and some members; one hash serves all, this is a demonstration."""
    hashed = make_password(PASSWORD)
    plain = university.homes[university.branches[0][0].pk][-3:]
    holders = Person.objects.filter(posts__isnull=False, died_on=None).distinct()
    people = {person.pk: person for person in [*holders, *plain]}
    numbers = [person.number or "" for person in people.values()]
    User.objects.bulk_create(
        [User(number=n, password=hashed, email=f"{n}@example.invalid") for n in numbers], batch_size=500
    )
    account = User.objects.filter(number=OuterRef("number")).values("pk")[:1]
    Person.objects.filter(pk__in=list(people)).update(user=Subquery(account))
