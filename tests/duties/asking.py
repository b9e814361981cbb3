"""Short words for the duty tests: hold a talk, ask for a duty, look at a state."""

import datetime as dt
from typing import Any

from carehub.calendar import window_named
from carehub.catalog import RULES
from carehub.duties.duty import Duty
from carehub.duties.models import RuleSetting
from carehub.duties.rule import Ask, Draft, Rule, duties_settled_by
from members.models import Organization, Person, Post
from talks.models import Participation, Talk

NOV_23 = dt.date(2026, 11, 23)


def day(text: str) -> dt.date:
    """Return 2026-07-01 for 07-01, and any full date as it is."""
    return dt.date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def rule(code: str) -> Rule:
    return next(rule for rule in RULES if rule.code == code)


def talk(
    talker: Person, *people: Person, on: str, entered: str = "", absent: tuple[Person, ...] = (), **more: Any
) -> Talk:
    """Record that somebody talked with people on a day."""
    made = Talk.objects.create(
        talker=talker,
        held_on=day(on),
        entered_on=day(entered or on),
        organization=talker.organization or Organization.objects.get(kind="committee"),
        path=talker.path or "/1/",
        **more,
    )
    for person in (*people, *absent):
        Participation.objects.create(talk=made, person=person, attended=person not in absent)
    return made


def appoint(person: Person, organization: Organization, *, since: str, until: str = "") -> Post:
    """Return a new secretary's post, open-ended unless `until` names its last day."""
    ended_on = day(until) if until else None
    return Post.objects.create(
        person=person, organization=organization, role="secretary", started_on=day(since), ended_on=ended_on
    )


def dismiss(organization: Organization, *, until: str) -> None:
    """End the secretary's post with its last day."""
    Post.objects.secretaries().filter(organization=organization, ended_on=None).update(ended_on=day(until))


def duties(code: str, *, on: str = "11-23", window: str = "", **asked: Any) -> list[Duty]:
    looked, which = day(on), rule(code)
    found = which.windows(looked)[0] if not window else window_named(window)
    return which.list(Ask(on=looked, **asked), found)


def duty(code: str, subject: Person | Organization, **how: Any) -> Duty | None:
    return next((duty for duty in duties(code, **how) if duty.subject_id == subject.pk), None)


def state(code: str, subject: Person | Organization, **how: Any) -> str:
    """Return the state of the one duty about somebody, '' if there is none."""
    found = duty(code, subject, **how)
    return found.state if found else ""


def setting(name: str, value: str, *, since: str = "2020-01-01") -> None:
    RuleSetting.objects.create(name=name, value=value, from_on=day(since))


def settled(talker: Person, *people: Person, on: str, entered: str = "11-23") -> list[str]:
    draft = Draft(talker.pk, frozenset(person.pk for person in people), day(on), day(entered))
    return [duty.key for duty in duties_settled_by(RULES, draft)]
