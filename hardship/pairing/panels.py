"""What 结对帮扶 offers to other pages: the lines of a person's file, whom one helps, and contacts that are due."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef

from carehub.access.viewer import viewer_of
from hardship.models import Helper, Pairing
from hardship.models.pairing import RESOURCE, WHERE
from hardship.pairing.pages import Row, plain_rows, rows_of, timed_rows
from members.models import Person

FIRST = 20


def is_paired(user: Any) -> Exists:
    """Return, for a query of people, whether there is a pairing of the person that the visitor sees.

    It comes along with the person: the file of most people asks nothing more.
    """
    return Exists(Pairing.objects.visible_to(user).filter(case__person=OuterRef("pk")))


def helps() -> Exists:
    """Return, for a query of people, whether the person helps somebody today."""
    return Exists(Helper.objects.serving().filter(person=OuterRef("pk")))


def pairings_about(person: Person, user: Any) -> list[Row]:
    """Return the pairings of a person that the visitor sees, the running first (pairing/_about.html)."""
    seen = Pairing.objects.visible_to(user).filter(case__person=person.pk).with_names()
    rows = plain_rows(list(seen.order_by("-pk")[:FIRST]), user)
    return sorted(rows, key=lambda row: not row.pairing.is_running)


def helped_by_me(user: Any, on: dt.date) -> list[Row]:
    """Return whom the visitor helps today: 我帮扶的同志."""
    helping = Pairing.objects.helped_by(viewer_of(user).person_id or 0).with_names()
    return rows_of(list(helping.order_by("started_on", "pk")[:FIRST]), user, on)


def contacts_due(user: Any, on: dt.date) -> list[Row]:
    """Return the pairings that are to be contacted by now, the longest due first: those in which the visitor helps,
    and those whose ledger he keeps, never the one in which he is helped; without who helps. Two queries.
    """
    viewer = viewer_of(user)
    reach = viewer.reach(RESOURCE, "e").over_others()
    kept = Pairing.objects.running().filter(reach.q(**WHERE)).exclude(case__person=viewer.person_id)
    mine = Pairing.objects.helped_by(viewer.person_id or 0)
    found = (kept | mine) if reach else mine
    rows = timed_rows(list(found.with_names().order_by("pk")), user, on)
    due = [row for row in rows if row.next and row.next.is_due]
    return sorted(due, key=lambda row: row.next.due_on if row.next else on)
