"""Cases of the ledger among the canaries: each sealed word says whose it is."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable

from hardship.models import Case, Need, Review
from members.models import Person
from tests.cast import School
from tests.hardship.making import put_down, registered

ON = dt.date(2026, 11, 10)


def speak_of_hardship(school: School, people: Iterable[Person]) -> dict[int, Case]:
    """Let people be registered, every second one's case be over, and put a sign into every sealed word."""
    clerk, head = school.user("clerk"), school.user("head")
    for n, person in enumerate(people):
        case = put_down(registered(person, clerk, on=ON), head, ON)
        Review.objects.create(case=case, on=ON, by=clerk, by_name="组织部", result="still", once_key=uuid.uuid4())
        if n % 2:
            ended = {"is_open": False, "closed_on": ON, "closed_by": clerk, "outcome": "overcome"}
            Case.objects.filter(pk=case.pk).update(**ended)
    cases = dict(enumerate(Case.objects.select_related("person").order_by("pk")))
    for n, case in cases.items():
        sign(case, f"困因{n:04d}")
    return cases


def sign(case: Case, words: str) -> None:
    """Write the sign wherever somebody's own words stand."""
    sealed = dict.fromkeys(("cause_words", "health", "income_source", "allowances"), words)
    family = json.dumps([[words] * 4])
    closed_why = "" if case.is_open else words
    Case.objects.filter(pk=case.pk).update(family=family, closed_why=closed_why, **sealed)
    case.reviews.update(note=words)
    Need.objects.filter(case=case).update(what=words)
