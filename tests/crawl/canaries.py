"""A school of more than 400 people in which every value is a canary: it says of whom it is, wherever it turns up.

The cast (tests/cast.py) stands in the middle of it, so that personas and targets of tests/access serve here too.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.utils import timezone

from carehub.accounts.models import User
from carehub.duties.models import Excuse, RuleSetting
from carehub.duties.settings import TALK_TEXT
from carehub.masking import masked_phone
from carehub.reports import building
from carehub.reports.models import Inspection
from carehub.sealing import keyed_hash
from carehub.sweep import remind
from hardship.models import Case, Pairing, Waiver
from members.importing import batch as importing
from members.models import (
    Affiliation,
    ChangeRequest,
    LifeEvent,
    Organization,
    Oversight,
    Person,
    PersonChange,
    Post,
    Transfer,
)  # fmt: skip
from talks.models import Correction, FollowUp, Participation, Talk, TalkRequest, TextRequest
from tests.access.furnishing import furnish
from tests.access.layers import make_talk
from tests.access.probing import TODAY, Target, follow_up_targets, text_request_targets
from tests.access.waivers import ask_for_waiver
from tests.cast import Category, Kind, Role, School, assemble
from tests.crawl.hardships import speak_of_hardship
from tests.crawl.pairings import speak_of_pairings
from tests.crawl.signs import letters_of, name_of
from tests.imports import making

MORE = (  # key, code, name, kind, parent
    ("third", "0600000103", "外国语学院离退休党支部", Kind.BRANCH, "languages"),
    ("maths_students", "0600000202", "数学学院学生党支部", Kind.BRANCH, "maths"),
    ("maths_group", "060000020101", "数学学院教工党支部第一党小组", Kind.GROUP, "maths_branch"),
    ("maths_retired", "0600000203", "数学学院离退休党支部", Kind.BRANCH, "maths"),
    ("physics", "06000004", "物理学院党总支", Kind.GENERAL_BRANCH, "committee"),
    ("physics_first", "0600000401", "物理学院教工党支部", Kind.BRANCH, "physics"),
    ("physics_students", "0600000402", "物理学院学生党支部", Kind.BRANCH, "physics"),
    ("physics_third", "0600000403", "物理学院第三党支部", Kind.BRANCH, "physics"),
)
Occupation = Person.Occupation
PLACES = {  # organisation → how many, what they are
    "first": (38, Occupation.STAFF), "first_group": (14, Occupation.STAFF), "second": (38, Occupation.STAFF),
    "third": (38, Occupation.RETIRED), "maths_branch": (34, Occupation.STAFF), "maths_group": (12, Occupation.STAFF),
    "maths_students": (36, Occupation.STUDENT), "maths_retired": (30, Occupation.RETIRED),
    "physics_first": (36, Occupation.STAFF), "physics_students": (36, Occupation.STUDENT),
    "physics_third": (30, Occupation.RETIRED), "direct": (36, Occupation.STAFF),
}  # fmt: skip
TALKERS = {
    "first": "owner", "first_group": "owner", "second": "colleague", "maths_branch": "outsider",
    "maths_group": "outsider", "direct": "librarian",
}  # fmt: skip
GONE = 14


@dataclass
class Canaries:
    """The school, and the numbers that the canaries carry."""

    school: School
    people: dict[int, Person] = field(default_factory=dict)  # the number in the canary → the person
    talks: dict[int, Talk] = field(default_factory=dict)
    excuses: dict[int, Excuse] = field(default_factory=dict)
    matters: dict[int, Target] = field(default_factory=dict)
    requests: dict[int, Target] = field(default_factory=dict)
    events: dict[int, LifeEvent] = field(default_factory=dict)
    asking: dict[int, TalkRequest] = field(default_factory=dict)
    transfers: dict[int, Transfer] = field(default_factory=dict)
    grounds: dict[int, Waiver] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    pairings: dict[int, Pairing] = field(default_factory=dict)
    typed: dict[str, set[int]] = field(default_factory=dict)  # uploader → whose ID numbers stood in the own file


def values_of(n: int) -> dict[str, str]:
    """Return everything that is kept of one person, each with the person's number in it."""
    return {
        "name": name_of(n),
        "pinyin": f"zzq {letters_of(n)}",
        "pinyin_joined": f"zzq{letters_of(n)}",
        "initials": f"z{letters_of(n)[0]}",
        "number": f"7701{n:04d}",
        "phone": f"1660{n:07d}",
        "address": f"天枢巷{n:04d}号",
        "position": f"织网岗{n:04d}",
        "floating_to": f"浮云镇{n:04d}",
        "id_number": id_number_of(n),
    }


def id_number_of(n: int) -> str:
    from members.identity import check_digit

    body = f"99010119700307{n:03d}"
    return body + check_digit(body)


def build() -> Canaries:
    """Build the school; a few seconds."""
    canaries = Canaries(assemble())
    school = canaries.school
    for key, code, name, kind, parent in MORE:
        school.organizations[key] = Organization.objects.create(
            code=code, name=name, kind=kind, parent=school.organizations[parent]
        )
    _rename_the_cast(canaries)
    _settle(canaries)
    _appoint_two_more(canaries)
    _let_some_go(canaries)
    RuleSetting.objects.create(name=TALK_TEXT.name, value="line", from_on=dt.date(2025, 1, 1))
    furnish(school)
    _talk(canaries)
    _excuse(canaries)
    _open_layers(canaries)
    _let_happen(canaries)
    _change_records(canaries)
    _send_elsewhere(canaries)
    _ask_for_talks(canaries)
    _apply_for_waivers(canaries)
    canaries.cases = speak_of_hardship(school, [one for key in PLACES for one in people_in(canaries, key)[5:7]])
    helpers = [person for person in canaries.people.values() if person.organization_id][7::29]
    canaries.pairings = speak_of_pairings(school, canaries.cases.values(), helpers)
    _bring_workbooks_in(canaries)
    _freeze_inspections(school)
    remind(on=TODAY)
    return canaries


def _rename_the_cast(canaries: Canaries) -> None:
    for n, person in enumerate(canaries.school.people.values()):
        for name, value in values_of(n).items():
            setattr(person, name, value)
        person.id_hash = keyed_hash(person.id_number)
        person.save()
        User.objects.filter(pk=person.user_id).update(email=f"zz{n:04d}@canary.invalid")
        canaries.people[n] = person


def _settle(canaries: Canaries) -> None:
    people = []
    for key, (count, occupation) in PLACES.items():
        place = canaries.school.organizations[key]
        for _ in range(count):
            n = len(canaries.people)
            values = values_of(n)
            canaries.people[n] = Person(
                **values, id_hash=keyed_hash(values["id_number"]), organization=place, path=place.path or "",
                occupation=occupation, category=Category.PROBATIONARY if n % 17 == 3 else Category.FULL,
                joined_on=dt.date(1990, 7, 1), confirmed_on=dt.date(1991, 7, 1), is_floating=n % 11 == 5,
                born_on=dt.date(1970, 3, 7), lost_contact_on=dt.date(2026, 3, 1) if n % 40 == 9 else None,
            )  # fmt: skip
            people.append(canaries.people[n])
    Person.objects.bulk_create(people)
    Affiliation.objects.bulk_create(_since(person, dt.date(2021, 1, 1)) for person in people)


def _since(person: Person, day: dt.date) -> Affiliation:
    place = person.organization
    assert place is not None
    branch = place.parent if place.kind == Kind.GROUP else place
    return Affiliation(person=person, organization=place, branch=branch, started_on=day)


def _appoint_two_more(canaries: Canaries) -> None:
    """A secretary whose post ended yesterday, and a closed account whose post still runs."""
    school = canaries.school
    yesterday = TODAY - dt.timedelta(days=1)
    third, physics = people_in(canaries, "third"), people_in(canaries, "physics_first")
    for key, person, organization, ended_on in (
        ("former", third[0], school.third, yesterday),
        ("closed", physics[0], school.physics_first, None),
    ):
        person.user = User.objects.create_user(key, is_active=key != "closed")
        person.save(update_fields=["user"])
        school.people[key] = person
        Post.objects.create(
            person=person, organization=organization, role=Role.SECRETARY, started_on=dt.date(2022, 1, 1),
            ended_on=ended_on,
        )  # fmt: skip
    Oversight.objects.create(leader=school.leader, person=people_in(canaries, "physics_third")[1], started_on=TODAY)


def people_in(canaries: Canaries, key: str) -> list[Person]:
    """Return the people of an organisation who are none of the cast."""
    cast = {person.pk for person in canaries.school.people.values()}
    place = canaries.school.organizations[key]
    return [one for one in canaries.people.values() if one.organization_id == place.pk and one.pk not in cast]


def _let_some_go(canaries: Canaries) -> None:
    """Some die, some leave the school, some move to another general branch."""
    for n, (key, other) in enumerate((("first", "physics_third"), ("maths_branch", "second"), ("third", "direct"))):
        for person in people_in(canaries, key)[-GONE // 2 :]:
            if person.pk % 3 == 0:
                _move(person, canaries.school.organizations[other])
            else:
                _leave(person, died=n == 2 or person.pk % 3 == 1)


def _move(person: Person, place: Organization) -> None:
    day = dt.date(2026, 9, 1)
    person.affiliations.update(ended_on=day - dt.timedelta(days=1), ending=Affiliation.Ending.MOVED)
    person.organization, person.path = place, place.path or ""
    person.save(update_fields=["organization", "path"])
    _since(person, day).save()


def _leave(person: Person, *, died: bool) -> None:
    day = dt.date(2026, 8, 1)
    ending = Affiliation.Ending.DIED if died else Affiliation.Ending.LEFT_SCHOOL
    person.affiliations.update(ended_on=day, ending=ending)
    person.organization, person.path, person.died_on = None, "", day if died else None
    person.save(update_fields=["organization", "path", "died_on"])


def _talk(canaries: Canaries) -> None:
    """Talks with some of everybody, alone and together; each with its own place, words and corrections."""
    school = canaries.school
    for key, talker in TALKERS.items():
        place = school.organizations[key]
        ledger = place.parent if place.kind == Kind.GROUP else place
        for person in people_in(canaries, key)[::3]:
            make_talk(school.people[talker], [person], ledger)
    mixed = [people_in(canaries, key)[2] for key in ("first", "second", "third", "physics_students")]
    make_talk(school.general_secretary, mixed, school.languages, form=Talk.Form.COLLECTIVE)
    make_talk(school.leader, [school.general_secretary, *mixed[2:]], school.committee, form=Talk.Form.COLLECTIVE)
    for key in ("third", "maths_students", "maths_retired", "physics_students", "physics_third"):
        head = school.general_secretary if key == "third" else school.maths_secretary
        for person in people_in(canaries, key)[::4]:
            make_talk(head, [person], school.organizations[key].parent)
    talks = list(Talk.objects.order_by("pk"))
    for n, talk in enumerate(talks):
        talk.place, talk.line = f"晴岚亭{n:04d}", f"心语{n:04d}"
        if n % 3 == 0 and talk.path.startswith(school.first.path):
            talk.recorded_by = school.user("officer")
        if n % 11 == 10:
            talk.withdrawn_at, talk.withdrawn_because = timezone.now(), f"撤因{n:04d}"
        canaries.talks[n] = talk
    Talk.objects.bulk_update(talks, ["place", "line", "recorded_by", "withdrawn_at", "withdrawn_because"], 200)
    _correct(canaries)


def _correct(canaries: Canaries) -> None:
    """Correct every fifth talk and the collective ones: somebody else had been written down first."""
    for n, talk in canaries.talks.items():
        present = list(Participation.objects.filter(talk=talk).values_list("person", flat=True))
        if n % 5 and len(present) == 1:
            continue
        before = people_in(canaries, "second" if talk.path.startswith(canaries.school.languages.path) else "direct")[5]
        changed = {"people": [[before.pk], present], "place": [f"晴岚亭{n:04d}", f"晴岚亭{n:04d}"]}
        Correction.objects.create(talk=talk, by=talk.talker.user, because=f"更因{n:04d}", changed=changed)


def _open_layers(canaries: Canaries) -> None:
    """Matters and requests with words of their own; one talk's words are shared with the person talked to."""
    for n, target in enumerate(follow_up_targets(canaries.school)[:-1]):
        matter = FollowUp.objects.get(pk=target.argument)
        matter.what = f"要事{n:04d}"
        matter.save(update_fields=["what"])
        canaries.matters[n] = target
    for n, target in enumerate(text_request_targets(canaries.school)[:-1]):
        asked = TextRequest.objects.get(pk=target.argument)
        asked.reason = f"急因{n:04d}，有人处境危险"
        asked.save(update_fields=["reason"])
        canaries.requests[n] = target
    Participation.objects.filter(talk=canaries.talks[0]).update(text_shared_at=timezone.now())


def _excuse(canaries: Canaries) -> None:
    for key in PLACES:
        place = canaries.school.organizations[key]
        owner = place.parent if place.kind == Kind.GROUP else place
        for person in people_in(canaries, key)[1::6]:
            n = next(number for number, one in canaries.people.items() if one.pk == person.pk)
            canaries.excuses[n] = Excuse.objects.create(
                rule="C-2.3", window="2026", owner_id=owner.pk, subject_id=person.pk, reason=f"缘由{n:04d}",
                made_on=dt.date(2026, 11, 1), until_on=dt.date(2026, 12, 31),
            )  # fmt: skip


def _let_happen(canaries: Canaries) -> None:
    """Something happened to some of everybody, half of it sensitive; each with words of its own."""
    kinds = ("retired", "complaint", "honoured", "hospitalised", "sanctioned")
    for key in PLACES:
        place = canaries.school.organizations[key]
        unit = place.parent if place.kind == Kind.GROUP else place
        for person in people_in(canaries, key)[2::7]:
            n = len(canaries.events)
            canaries.events[n] = LifeEvent.objects.create(
                person=person, kind=kinds[n % len(kinds)], happened_on=dt.date(2026, 11, 10), organization=unit,
                path=unit.path, source="branch", note=f"事注{n:04d}",
            )  # fmt: skip


def _change_records(canaries: Canaries) -> None:
    """Some records were corrected, and their people ask for more: each with words of its own."""
    for key in PLACES:
        for person in people_in(canaries, key)[3::7]:
            n = next(number for number, one in canaries.people.items() if one.pk == person.pk)
            masked = ["phone", "", masked_phone(person.phone)]
            PersonChange.objects.create(
                person=person, revision=1, source="hand", because=f"档由{n:04d}", changed=[masked]
            )
            if person.user:
                ChangeRequest.objects.create(
                    person=person, account=person.user, note=f"请改{n:04d}", once_key=uuid.uuid4()
                )


def _ask_for_talks(canaries: Canaries) -> None:
    """Somebody of every branch asks for a talk, with words for the secretary only."""
    for key in PLACES:
        place = canaries.school.organizations[key]
        unit = place.parent if place.kind == Kind.GROUP else place
        for person in people_in(canaries, key)[4::9]:
            n = next(number for number, one in canaries.people.items() if one.pk == person.pk)
            if person.user and not person.posts.exists() and not person.talk_requests.exists():
                canaries.asking[n] = TalkRequest.objects.create(
                    person=person, account=person.user, organization=unit, path=unit.path, words=f"想谈{n:04d}",
                    asked_on=dt.date(2026, 11, 10), answer_by_on=dt.date(2026, 11, 15), once_key=uuid.uuid4(),
                )  # fmt: skip


def _apply_for_waivers(canaries: Canaries) -> None:
    """Somebody of every branch applies for a waiver; every third is over by now, every third is with the committee."""
    for key in PLACES:
        for person in people_in(canaries, key)[5::12]:
            n = next(number for number, one in canaries.people.items() if one.pk == person.pk)
            canaries.grounds[n] = ask_for_waiver(canaries.school, person, reason=f"困由{n:04d}", stage=n % 3)


def _send_elsewhere(canaries: Canaries) -> None:
    """Somebody of every place is on the way to the next one; each with words of its own."""
    places = [place for place in PLACES if canaries.school.organizations[place].kind == Kind.BRANCH]
    for key, to in zip(places, [*places[1:], places[0]], strict=True):
        origin, target = canaries.school.organizations[key], canaries.school.organizations[to]
        person = people_in(canaries, key)[4]
        n = next(number for number, one in canaries.people.items() if one.pk == person.pk)
        canaries.transfers[n] = Transfer.objects.create(
            person=person, origin=origin, target=target, on=dt.date(2026, 11, 10), note=f"转由{n:04d}",
            asked_by=canaries.school.user("clerk"), once_key=uuid.uuid4(),
        )  # fmt: skip


def _bring_workbooks_in(canaries: Canaries) -> None:
    """A branch, a general branch and the department have a roster looked at: half its people are somebody else's."""
    for key, place in (("officer", "first"), ("general_officer", "second"), ("clerk", "direct")):
        own, others = people_in(canaries, place)[:4], people_in(canaries, "physics_first")[:4]
        canaries.typed[key] = {n for n, one in canaries.people.items() if one in own + others}
        rows = [_row(person, canaries.school.organizations[place].name) for person in own + others]
        batch = importing.upload(
            kind="roster", file_name="名册.xlsx", content=making.workbook(rows), by=canaries.school.user(key), on=TODAY,
            once_key=uuid.uuid4(),
        )  # fmt: skip
        importing.read_import(batch.pk)


def _row(person: Person, place: str) -> dict[str, str]:
    """Return a row that knows the ID number only: the name and the rest are guessed."""
    return making.person(1, 姓名="某人", 公民身份号码=person.id_number, 所在党支部=place, 出生日期="1970-03-07")


def _freeze_inspections(school: School) -> None:
    for organization in (school.committee, school.languages, school.physics):
        inspection = Inspection.objects.create(
            organization=organization, month_on=dt.date(2026, 5, 1), counted_on=dt.date(2026, 5, 31),
            requester="办公室", created_at=timezone.now(),
        )  # fmt: skip
        assert building.build(inspection.pk)
