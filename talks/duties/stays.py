"""Who counts in which branch (C-2.3): the last day in scope decides, and the stay that led to it."""

import datetime as dt
from typing import Any

from django.db.models import Case, DateField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from carehub.calendar import FAR_FUTURE
from carehub.duties.look import Look
from carehub.duties.settings import LATE_JOINER
from carehub.duties.states import NEVER, Condition
from members.models import Affiliation, Organization, Person, Post

# The day of death, of leaving the Party, of suspension is the first day out of scope.
EXITS = ("died_on", "left_party_on", "suspended_on")
ALWAYS = Value(dt.date(1, 1, 1), output_field=DateField())


class DayBefore(Func):
    """The day before a date."""

    output_field = DateField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '-1 day')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s - 1)", **context)


def last_stays(look: Look) -> QuerySet[Affiliation]:
    """Return for each person in scope on a day of the window the affiliation of the last such day.

    In scope: a full or probationary member, counted in a branch, who is not its secretary on the reference day.
    Nobody has two affiliations on one day, so the last day lies in the affiliation that began last.
    """
    member = {"member_from_on": Coalesce("person__joined_on", ALWAYS), "gone_on": Least(*map(_or_never, EXITS))}
    stays: QuerySet[Any] = Affiliation.objects.touching(look.first_on, look.reference_on).alias(**member)
    in_scope = stays.filter(
        Q(ended_on=None) | Q(ended_on__gte=F("member_from_on")),
        branch__kind=Organization.Kind.BRANCH,
        person__category__in=Person.MEMBER_CATEGORIES,
        member_from_on__lte=look.reference_on,
        gone_on__gt=Greatest(Value(look.first_on), F("started_on"), F("member_from_on"), output_field=DateField()),
    )
    return in_scope.filter(~Exists(_later_stays(look)), ~Exists(_own_posts(look)))


def has_left(look: Look) -> Q:
    """Return whether the last day in scope lies before the reference day."""
    return Q(ended_on__lt=look.reference_on) | Q(gone_on__lte=look.reference_on)


def came_late(look: Look) -> Condition:
    """Return whether the person came into the school's organisations after ⟨1 December⟩: 新转入宽限."""
    since = look.settings.day_of(LATE_JOINER, look.window)
    if since > look.reference_on:
        return NEVER
    arrivals = _first_days(person=OuterRef("person")).filter(started_on__gte=since)
    return Q(Exists(arrivals.filter(started_on__lte=OuterRef("started_on"))), started_on__gte=since)


def opens_on(look: Look) -> Greatest:
    """Return the day on which the duty opens: of entering this branch or the Party, at least the window's first day."""
    first = Value(look.window.starts_on, output_field=DateField())
    arrivals = _first_days(person=OuterRef("person"), branch=OuterRef("branch"))
    arrived = arrivals.filter(started_on__lte=OuterRef("started_on")).order_by("-started_on").values("started_on")[:1]
    came = Case(
        When(started_on__lte=look.window.starts_on, then=first), default=Subquery(arrived), output_field=DateField()
    )
    return Greatest(first, came, Coalesce("person__joined_on", first), output_field=DateField())


def _or_never(exit_on: str) -> Coalesce:
    return Coalesce(f"person__{exit_on}", Value(FAR_FUTURE, output_field=DateField()))


def _later_stays(look: Look) -> QuerySet[Affiliation]:
    return Affiliation.objects.filter(
        person=OuterRef("person"),
        branch__kind=Organization.Kind.BRANCH,
        started_on__gt=OuterRef("started_on"),
        started_on__lte=look.reference_on,
    ).filter(started_on__lt=OuterRef("gone_on"))


def _own_posts(look: Look) -> QuerySet[Post]:
    in_force = Post.objects.secretaries().in_force(look.reference_on)
    return in_force.filter(organization=OuterRef("branch"), person=OuterRef("person"))


def _first_days(**same: OuterRef) -> QuerySet[Affiliation]:
    """Return affiliations that continue no other one: the first of a contiguous stay."""
    before = {name: OuterRef(name) for name in same}
    previous = Affiliation.objects.filter(**before, started_on__lt=OuterRef("started_on"))
    adjacent = previous.filter(Q(ended_on=None) | Q(ended_on__gte=DayBefore(OuterRef("started_on"))))
    return Affiliation.objects.filter(**same).filter(~Exists(adjacent))
