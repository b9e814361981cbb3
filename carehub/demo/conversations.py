"""Two years of invented talks, with the gaps, late entries and collective talks that real ledgers have."""

import datetime as dt
import uuid
from collections.abc import Iterator
from random import Random

from carehub.calendar import quarter_window
from carehub.demo.invention import any_day, working_day
from carehub.demo.university import University
from members.models import Affiliation, Organization, Oversight, Post
from talks.models import Participation, Talk

Drafted = tuple[Talk, list[int]]
SPACE = uuid.UUID("00000000-0000-0000-0000-000000000050")


def converse(university: University) -> None:
    """Write all talks of the two years up to the day of looking."""
    drafted = [*_annual(university), *_quarterly(university), *_of_leaders(university)]
    talks = [talk for talk, _people in drafted]
    for n, talk in enumerate(talks):
        talk.once_key = uuid.uuid5(SPACE, str(n))
    Talk.objects.bulk_create(talks, batch_size=500)
    rows = [Participation(talk=talk, person_id=person) for talk, people in drafted for person in dict.fromkeys(people)]
    Participation.objects.bulk_create(rows, batch_size=1000)


def _annual(university: University) -> Iterator[Drafted]:
    """A secretary talks with each member once a year; each branch has its own pace, two are far behind."""
    secretaries = _secretaries(university)
    members = _members(university)
    for year in range(university.begins_on.year, university.on.year + 1):
        for n, (branch, _occupation) in enumerate(university.branches):
            diligence = 0.55 if n % 29 == 9 else 0.99 if n % 4 == 0 else 0.93
            people = members.get(branch.pk, [])
            yield from _year_of_branch(university, branch, people, secretaries, year, diligence)


def _year_of_branch(
    university: University,
    branch: Organization,
    people: list[Affiliation],
    secretaries: list[Post],
    year: int,
    diligence: float,
) -> Iterator[Drafted]:
    chance = university.chance
    together: list[int] = []
    evening = working_day(any_day(chance, dt.date(year, 9, 1), dt.date(year, 9, 28)))
    for affiliation in people:
        draw, day = chance.random(), working_day(any_day(chance, dt.date(year, 2, 20), dt.date(year, 12, 28)))
        if draw > diligence:
            continue
        if draw < 0.18 and _belongs(affiliation, evening):
            together.append(affiliation.person_id)
            continue
        yield from _held(
            university, branch, secretaries, day, [affiliation.person_id] if _belongs(affiliation, day) else []
        )
    yield from _held(university, branch, secretaries, evening, together)


def _belongs(affiliation: Affiliation, day: dt.date) -> bool:
    return affiliation.started_on <= day and (affiliation.ended_on is None or affiliation.ended_on >= day)


def _members(university: University) -> dict[int, list[Affiliation]]:
    found: dict[int, list[Affiliation]] = {}
    for affiliation in Affiliation.objects.order_by("pk"):
        found.setdefault(affiliation.branch_id, []).append(affiliation)
    return found


def _secretaries(university: University) -> list[Post]:
    return list(Post.objects.secretaries().select_related("organization").order_by("pk"))


def _holder(secretaries: list[Post], organization: Organization, day: dt.date) -> Post | None:
    return next(
        (
            post
            for post in secretaries
            if post.organization_id == organization.pk
            and post.started_on <= day
            and (post.ended_on is None or post.ended_on >= day)
        ),
        None,
    )


def _held(
    university: University, place: Organization, secretaries: list[Post], day: dt.date, people: list[int]
) -> Iterator[Drafted]:
    post = _holder(secretaries, place, day)
    if post is None or day > university.on:
        return
    others = [person for person in people if person != post.person_id]
    if others:
        title = {Organization.Kind.BRANCH: "支部书记", Organization.Kind.GENERAL_BRANCH: "总支书记"}[
            Organization.Kind(place.kind)
        ]
        yield _draft(university.chance, place, post.person_id, title, day, university.on, others), others


def _draft(
    chance: Random, place: Organization, talker: int, title: str, day: dt.date, on: dt.date, people: list[int]
) -> Talk:
    late = 20 if chance.random() < 0.05 else chance.choice((0, 0, 0, 1, 3))
    reason = {"支部书记": "annual", "总支书记": "quarterly"}.get(title, "oversight")
    return Talk(
        held_on=day, talker_id=talker, talker_title=title, organization=place, path=place.path or "",
        form=Talk.Form.COLLECTIVE if len(people) > 1 else Talk.Form.SINGLE,
        channel=chance.choice([Talk.Channel.IN_PERSON] * 8 + [Talk.Channel.PHONE, Talk.Channel.VIDEO]),
        reasons=[reason], place=chance.choice(("党员活动室", "办公室", "会议室", "家中", "")),
        entered_on=min(day + dt.timedelta(days=late), on),
    )  # fmt: skip


def _quarterly(university: University) -> Iterator[Drafted]:
    """A general-branch secretary talks with each branch secretary once a quarter, now and then not."""
    chance, secretaries = university.chance, _secretaries(university)
    general_of = {general.pk: general for general in university.generals}
    for year in range(university.begins_on.year, university.on.year + 1):
        for window in (quarter_window(year, quarter) for quarter in (1, 2, 3, 4)):
            for branch, _occupation in university.branches:
                day = working_day(any_day(chance, window.starts_on + dt.timedelta(days=5), window.ends_on))
                post = _holder(secretaries, branch, day)
                if post and branch.parent_id in general_of and chance.random() < 0.94:
                    yield from _held(university, general_of[branch.parent_id], secretaries, day, [post.person_id])


def _of_leaders(university: University) -> Iterator[Drafted]:
    """A leader talks with the secretaries under his or her oversight once a year."""
    chance, secretaries = university.chance, _secretaries(university)
    for oversight in Oversight.objects.select_related("leader", "organization"):
        for year in range(university.begins_on.year, university.on.year + 1):
            day = working_day(any_day(chance, dt.date(year, 3, 1), dt.date(year, 12, 20)))
            post = _holder(secretaries, oversight.organization, day) if oversight.organization else None
            if post and day <= university.on and post.person_id != oversight.leader_id and chance.random() < 0.9:
                people = [post.person_id]
                draft = _draft(
                    chance, university.committee, oversight.leader_id, "校级领导", day, university.on, people
                )
                yield draft, people
