"""Early hints: recorded facts say of whom it may be worth asking. Never a score, never stored.

For who answers for them: the branch's secretary, and the general branch's for the secretaries themselves.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from carehub.access.paths import below
from carehub.access.viewer import Viewer, viewer_of
from carehub.calendar import date_words, months_before
from hardship.models import Case, WaiverMonth
from members.models import LifeEvent, Person, Post
from members.models.life_event import KINDS_OF

MONTHS, ELDER, SHOWN = 12, 80, 20


@dataclass(frozen=True)
class Hint:
    """Somebody who is in no open case, with the facts."""

    person: Person
    facts: tuple[str, ...]


def hints_for(user: Any, on: dt.date) -> list[Hint]:
    """Return whom the visitor may look up on, by name. A fixed number of queries."""
    people = answered_for(viewer_of(user), on)
    if people is None:
        return []
    registered = Exists(Case.objects.open().filter(person=OuterRef("pk")))
    people = people.party_members().filter(~registered)  # type: ignore[attr-defined]
    facts = facts_about(people, user, on)
    rows = Person.objects.filter(pk__in=facts).by_name().select_related("organization")[:SHOWN]
    return [Hint(person, tuple(facts[person.pk])) for person in rows]


def answered_for(viewer: Viewer, on: dt.date) -> "QuerySet[Person] | None":
    """Return the people for whom the visitor answers as a secretary, None for who is none."""
    own = Q(pk__in=[])
    for seat in viewer.seats:
        if seat.persona == "BS":
            own |= below(seat.path)
        if seat.persona == "GS":
            under = Post.objects.in_force(on).secretaries().filter(organization__parent=seat.organization_id)
            own |= Q(pk__in=under.values("person"))
    if not {"BS", "GS"} & set(viewer.personas):
        return None
    return Person.objects.filter(own).exclude(pk=viewer.person_id or 0)


def facts_about(people: "QuerySet[Person]", user: Any, on: dt.date) -> dict[int, list[str]]:
    """Return what is recorded of each that may be worth asking: {person: words}. Three queries."""
    found: dict[int, list[str]] = defaultdict(list)
    events = LifeEvent.objects.visible_to(user).standing().filter(person__in=people, kind__in=KINDS_OF["C-2.8"])
    since = months_before(on, MONTHS)
    for event in events.filter(happened_on__range=(since, on)).order_by("happened_on", "pk"):
        found[event.person_id].append(f"{date_words(event.happened_on)}{event.get_kind_display()}")
    old = people.filter(occupation=Person.Occupation.RETIRED, born_on__lte=months_before(on, ELDER * 12))
    for pk in old.values_list("pk", flat=True):
        found[pk].append(_("离退休，年满 %s 岁") % ELDER)
    held = WaiverMonth.objects.filter(month=on.replace(day=1), person__in=people).order_by("pk")
    for pk in held.values_list("person", flat=True):
        found[pk].append(_("党费在减免中"))
    return found
