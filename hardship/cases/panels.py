"""What the ledger offers to other pages: the line of a person's file, and the reviews that are due, for the desk."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import JSONField, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.calendar import date_words
from carehub.duties.duty import State as Look
from hardship.cases.pages import Row, reads_closed, rows_of
from hardship.models import Case
from hardship.models.case import RESOURCE, WHERE

FACTS = {
    "pk": "pk", "person": "person", "is_open": "is_open", "degree": "degree", "outcome": "outcome",
    "recognised_on": "recognised_on", "submitted_on": "application__submitted_on", "closed_on": "closed_on",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """The case of a person as a line of his file."""

    href: str
    is_open: bool
    degree: str  # empty for who no longer reads it
    span: str
    look: str
    words: str


def latest_case(user: Any) -> Subquery:
    """Return, for a query of people, the facts of the case that the visitor sees: the open one, else the last.

    It comes along with the person, so that a file asks nothing more; `line_of` makes the line of it.
    """
    seen = Case.objects.visible_to(user).filter(person=OuterRef("pk")).order_by("-is_open", "-pk")
    return Subquery(seen.values(facts=JSONObject(**FACTS))[:1], output_field=JSONField())


def line_of(facts: dict[str, Any] | None, user: Any) -> Line | None:
    """Return the line of a person's file (hardship/_about.html), None for who is in no case that the visitor sees."""
    if facts is None:
        return None
    viewer, is_open = viewer_of(user), bool(facts["is_open"])
    reads = is_open or facts["person"] == viewer.person_id or reads_closed(viewer)
    first, last = _day(facts["recognised_on"] or facts["submitted_on"]), _day(facts["closed_on"])
    look, words = Look.DONE, _("在册")
    if not is_open:
        look, words = Look.NOT_APPLICABLE, str(Case.Outcome(facts["outcome"]).label)
    elif not facts["recognised_on"]:
        look, words = Look.OPEN, _("办理中")
    degree = str(Case.Degree(facts["degree"]).label) if reads and facts["degree"] else ""
    span = _("%(first)s至%(last)s") % {"first": first, "last": last} if last else _("%s起") % first
    return Line(reverse("hardship:case", args=[facts["pk"]]), is_open, degree, span, look, words)


def _day(text: str | None) -> str:
    return date_words(dt.date.fromisoformat(text)) if text else ""


def reviews_due(user: Any, on: dt.date) -> list[Row]:
    """Return the cases of the visitor's own ledger that are to be reviewed by now, the longest due first.

    Nobody reviews the own case. A fixed number of queries.
    """
    viewer = viewer_of(user)
    reach = viewer.reach(RESOURCE, "e").over_others()
    kept = Case.objects.recognised().filter(reach.q(**WHERE)).exclude(person=viewer.person_id).with_names()
    rows = rows_of(list(kept.order_by("pk")), user, on) if reach else []
    due = [row for row in rows if row.review and row.review.is_due]
    return sorted(due, key=lambda row: (row.review.due_on if row.review else None) or on)
