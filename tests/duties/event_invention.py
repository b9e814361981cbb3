"""Events of life in the invented schools, talks around them, excuses, changed settings.

Invented after everything else, so that a seed goes on naming the same school for the cadence rules.
"""

import datetime as dt

from django.utils import timezone

from carehub.duties.models import Excuse, RuleSetting
from members.models import EventKind, LifeEvent, Organization, Person
from talks.models import Participation, Talk
from tests.duties.invention import FIRST, Invented, converse_once, days, in_force

SETTINGS = {
    "C-2.4-days": ("10", "30"),
    "C-2.5a-days": ("0", "30", "60"),
    "C-2.5d-days": ("5", "15"),
    "event-lead-days": ("0", "7", "20"),
    "due-soon-days-event": ("0", "3", "10"),
    "event-direct-branch": ("none", "OH"),
}


def invent_events(school: Invented, *, one_in: int = 3) -> None:
    """Let something happen to every third person, often on a day on which something turns anyway."""
    events = [event for person in school.people if school.once_in(one_in) for event in _events(school, person)]
    unique = {(event.person_id, event.kind, event.happened_on): event for event in events}
    made = LifeEvent.objects.bulk_create(unique.values())
    first = len(school.talks)
    for event in made:
        _talk_about(school, event)
    _save(school, first)
    _excuse(school, made)
    for name, values in SETTINGS.items():
        if school.once_in(2):
            since = {school.day() for _ in range(school.random.randint(1, 2))}
            RuleSetting.objects.bulk_create(
                RuleSetting(name=name, value=school.random.choice(values), from_on=day) for day in sorted(since)
            )


def _events(school: Invented, person: Person) -> list[LifeEvent]:
    turns = [stay.started_on for stay in school.stays if stay.person is person and stay.started_on >= FIRST]
    turns += [stay.ended_on for stay in school.stays if stay.person is person and stay.ended_on]
    found = []
    for _ in range(school.random.randint(1, 3)):
        on = school.random.choice(turns) if turns and school.once_in(2) else school.day()
        withdrawn = timezone.now() if school.once_in(12) else None
        found.append(
            LifeEvent(
                person=person,
                kind=school.random.choice([EventKind.MOVED_OUT, *EventKind, *EventKind]),
                happened_on=on,
                organization=(place := _place(school, person, on)),
                path=place.path,
                source="record",
                withdrawn_at=withdrawn,
                withdrawn_because="记错" if withdrawn else "",
            )
        )
    return found


def _place(school: Invented, person: Person, on: dt.date) -> Organization:
    """Return the branch of that day, as the actions write it down; the committee for who was in none."""
    there = [stay.branch for stay in school.stays if stay.person is person and in_force(stay, on)]
    return there[0] if there else school.committee


def _talk_about(school: Invented, event: LifeEvent) -> None:
    for _ in range(school.random.choice([0, 1, 1, 2])):
        on = event.happened_on + days(school.random.choice([-21, -8, -7, -3, 0, 0, 2, 10, 15, 30, 31, 90]))
        if on < FIRST:
            continue
        there = [stay for stay in school.stays if stay.person_id == event.person_id and in_force(stay, on)]
        branch = there[0].branch if there else school.random.choice(school.branches)
        place = branch if not school.once_in(4) or branch.parent is None else branch.parent
        converse_once(
            school, school.holder(place, "OH" if place.kind == "committee" else "secretary", on), [event.person], on
        )


def _save(school: Invented, first: int) -> None:
    new = school.talks[first:]
    Talk.objects.bulk_create([talk for talk, _ in new], batch_size=5000)
    Participation.objects.bulk_create([row for _, rows in new for row in rows], batch_size=5000)


def _excuse(school: Invented, events: list[LifeEvent]) -> None:
    rows = []
    for event in events:
        if not school.once_in(4):
            continue
        made_on: dt.date = school.day()
        until_on = made_on + days(school.random.choice([0, 20, 200]))
        stays = [stay.branch_id for stay in school.stays if stay.person_id == event.person_id]
        rule = "C-2.4" if event.kind in ("joined-work", "retired") else "C-2.5"
        owner = school.random.choice(stays) if stays else school.committee.pk
        withdrawn = timezone.now() if school.once_in(6) else None
        rows.append(
            Excuse(
                rule=rule, window=str(event.happened_on.year), owner_id=owner, subject_id=event.pk, reason="长期外出",
                made_on=made_on, until_on=until_on, withdrawn_at=withdrawn,
            )
        )  # fmt: skip
    Excuse.objects.bulk_create(rows)
