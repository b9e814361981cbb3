"""Cases of the hardship ledger of every side, in the states that the pages ask for."""

from collections.abc import Callable, Iterator
from functools import partial

from carehub.approvals.models import Application
from hardship.models import Case, Need
from tests.access.happenings import Grouped
from tests.cast import School
from tests.hardship.making import closed, need_of, opened, recognised

# whose, registered by whom: the own one of an office among them
RECOGNISED = (
    ("member", "officer"), ("colleague_member", "colleague"), ("outsider_member", "outsider"),
    ("direct_member", "librarian"), ("owner", "officer"), ("clerk", "librarian"),
    ("head", "librarian"),
)  # fmt: skip
RUNNING = (("group_leader", "officer"), ("colleague", "general_officer"), ("outsider", "clerk"), ("librarian", "clerk"))
RETURNED = (("officer", "owner"), ("general_officer", "colleague"), ("publicity", "librarian"))
CLOSED = (("general_secretary", "officer"), ("maths_secretary", "outsider"), ("leader", "librarian"))
NEEDS = (("member", "officer", "owner"), ("colleague_member", "colleague", "colleague"))


def fill_ledger(school: School) -> None:
    """Write down cases in every state, and two needs."""
    for whose, by in CLOSED:
        closed(school, whose, by=by)
    for whose, by in RECOGNISED:
        recognised(school, whose, by=by)
    for whose, by in RUNNING:
        opened(school, whose, by=by)
    for whose, by in RETURNED:
        case = opened(school, whose, by=by)
        Application.objects.filter(pk=case.application_id).update(
            state="returned", stage=-1, stage_path="", due_on=None
        )
    for whose, by, owner in NEEDS:
        need_of(Case.objects.open().get(person=school.people[whose]), school, owner=owner, by=by)


def cases(state: str) -> Iterator[Grouped]:
    """Yield (number, where its person belongs, whose it is, who registered it, his group)."""
    found = {
        "open": Case.objects.recognised(), "running": Case.objects.filter(application__state="running"),
        "returned": Case.objects.filter(application__state="returned"), "closed": Case.objects.closed(),
    }[state]  # fmt: skip
    for one in found.select_related("application", "person__organization").order_by("pk"):
        whose = one.person
        yield one.pk, whose.organization, frozenset({whose.pk}), one.application.author_id, whose.occupation


def needs() -> Iterator[Grouped]:
    for one in Need.objects.select_related("case__person__organization").order_by("pk"):
        whose = one.case.person
        yield one.pk, whose.organization, frozenset({whose.pk}), one.asked_by_id, whose.occupation


LEDGER: dict[str, Callable[[], Iterator[Grouped]]] = {
    "case": partial(cases, "open"),
    "running-case": partial(cases, "running"),
    "returned-case": partial(cases, "returned"),
    "closed-case": partial(cases, "closed"),
    "need": needs,
}
