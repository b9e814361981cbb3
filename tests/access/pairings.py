"""Pairings, pairs of organisations and volunteer actions of every side, and who each belongs to."""

from collections.abc import Callable, Iterator

from hardship.models import Activity, Case, Contact, Exchange, Helper, Pairing, VolunteerAction
from members.models import Organization, Person
from tests.access.happenings import Grouped, Row
from tests.cast import School
from tests.pairing.making import active, contacted, joined, paired, volunteered

# who is helped, by whom, who wrote it down: a helper of another branch, an office that is helped itself, an office
# that helps
PAIRINGS = (
    ("member", "colleague_member", "officer"), ("colleague_member", "member", "colleague"),
    ("outsider_member", "outsider", "outsider"), ("direct_member", "clerk", "librarian"),
    ("owner", "general_officer", "clerk"), ("clerk", "leader", "librarian"),
)  # fmt: skip
EXCHANGES = (
    ("first", "", "officer"), ("second", "maths_branch", "colleague"), ("direct", "first", "clerk"),
    ("maths_branch", "", "outsider"), ("languages", "maths", "general_officer"),
)  # fmt: skip
ACTIONS = (
    ("first", "member", "officer"), ("second", "colleague_member", "colleague"),
    ("maths_branch", "outsider_member", "outsider"), ("direct", "direct_member", "clerk"),
)  # fmt: skip


def pair_up(school: School) -> None:
    """Pair people of the ledger, join organisations, let volunteers do something."""
    for whose, helper, by in PAIRINGS:
        case = Case.objects.recognised().get(person=school.people[whose])
        contacted(paired(case, school.people[helper], school.user(by)), school.user(by))
    for place, partner, by in EXCHANGES:
        other = school.organizations.get(partner)
        active(joined(school.organizations[place], other, school.user(by)), school.user(by))
    for place, who, by in ACTIONS:
        volunteered(school.organizations[place], [school.people[who]], school.user(by))


def pairings() -> Iterator[Grouped]:
    """Yield (number, where the person belongs, himself and his helpers, his account, his group)."""
    for one in Pairing.objects.select_related("case__person__organization").order_by("pk"):
        helpers = one.helpers.values_list("person", flat=True)
        yield one.pk, one.organization, frozenset({one.person.pk, *helpers}), one.person.user_id, one.person.occupation


def rows_of(model: type[Helper] | type[Contact]) -> Iterator[Grouped]:
    for row in model.objects.select_related("pairing__case__person__organization").order_by("pk"):
        one = row.pairing
        helper = row.person_id if isinstance(row, Helper) else row.helper.person_id
        yield row.pk, one.organization, frozenset({one.person.pk, helper}), one.person.user_id, one.person.occupation


def members_of(*places: Organization | None) -> frozenset[int]:
    """Return everybody who belongs to one of the organisations, found by walking up from each person."""
    wanted, found = {place.pk for place in places if place}, set()
    parents = dict(Organization.objects.values_list("pk", "parent"))
    for person, at in Person.objects.values_list("pk", "organization"):
        while at is not None:
            if at in wanted:
                found.add(person)
            at = parents[at]
    return frozenset(found)


def _sides(one: Exchange, number: int) -> tuple[Row, Organization | None]:
    return (number, one.organization, members_of(one.organization, one.partner), None), one.partner


def exchanges() -> Iterator[tuple[Row, Organization | None]]:
    """Yield each pair of organisations as it lies on one side, and the other side."""
    for one in Exchange.objects.select_related("organization", "partner").order_by("pk"):
        yield _sides(one, one.pk)


def activities() -> Iterator[tuple[Row, Organization | None]]:
    for row in Activity.objects.select_related("exchange__organization", "exchange__partner").order_by("pk"):
        yield _sides(row.exchange, row.pk)


def actions() -> Iterator[Row]:
    for one in VolunteerAction.objects.select_related("organization").order_by("pk"):
        yield one.pk, one.organization, members_of(one.organization), None


PAIRED: dict[str, Callable[[], Iterator[Row] | Iterator[Grouped]]] = {
    "pairing": pairings,
    "helper": lambda: rows_of(Helper),
    "contact": lambda: rows_of(Contact),
    "volunteer-action": actions,
}
TWO_SIDED = {"exchange": exchanges, "activity": activities}
