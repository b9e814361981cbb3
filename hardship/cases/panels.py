"""What the ledger offers to other pages: the line of a person's file, and the reviews that are due, for the desk."""

import datetime as dt
from typing import Any

from carehub.access.viewer import viewer_of
from hardship.cases.pages import Row, rows_of
from hardship.models import Case
from hardship.models.case import RESOURCE, WHERE
from members.models import Person

FIRST = 20


def cases_about(person: Person, user: Any, on: dt.date) -> list[Row]:
    """Return the cases of a person that the visitor sees, the open one first (hardship/_about.html)."""
    seen = Case.objects.visible_to(user).filter(person=person.pk).with_names()
    return rows_of(list(seen.order_by("-is_open", "-pk")[:FIRST]), user, on)


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
