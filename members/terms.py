"""换届: when the term of a committee ends, who is told of it, and how a new term is put down.

The Party constitution (article 31) gives the committees of 党委, 党总支 and 党支部 three to five years; the policy sets
no date of its own. ⟨90⟩ days before the end the secretary is told, and the one above when it has passed.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import date_words
from carehub.duties.settings import TERM_NOTICE, Settings
from carehub.reminders.actions import tell
from members.grants_actions import Refused
from members.models import Organization, Post

Kind, EVERY = Organization.Kind, Q()
WITH_TERM = (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)
USUAL_YEARS: dict[str, int] = {Kind.COMMITTEE: 5, Kind.GENERAL_BRANCH: 3, Kind.BRANCH: 3}


@transaction.atomic
def set_term(*, organization: Organization, elected_on: dt.date, term_years: int, by: Any, on: dt.date) -> bool:
    """Put down when the committee was elected and for how long; return whether it changed anything."""
    if organization.kind not in WITH_TERM:
        raise Refused(_("党小组没有任期。"))
    if elected_on > on:
        raise Refused(_("选举日期晚于今天。请在选举以后登记。"))
    said = {"elected_on": elected_on, "term_years": term_years}
    others = Organization.objects.filter(pk=organization.pk).exclude(**said)
    if not others.update(**said):
        return False
    record(Action.CHANGE, by=by, target=organization, path=organization.path or "", what="set-term",
           on=str(elected_on), years=term_years)  # fmt: skip
    return True


def ending(on: dt.date, among: Q = EVERY) -> list[Organization]:
    """Return the organisations whose term has ended or ends within ⟨90⟩ days, official order; one query."""
    rows = Organization.objects.filter(among).exclude(elected_on=None).select_related("parent").in_official_order()
    until = on + Settings(on).days(TERM_NOTICE)
    return [row for row in rows if (row.term_ends_on or until) < until]


def own_terms(user: Any) -> list[Organization]:
    """Return the organisations of the visitor's own post as secretary whose term ends; nothing is asked of others."""
    viewer = viewer_of(user)
    led = [seat.organization_id for seat in viewer.seats if seat.persona in ("BS", "GS")]
    return ending(viewer.on, Q(pk__in=led)) if led else []


def tell_of_terms(*, on: dt.date) -> int:
    """Tell each secretary once that a term is about to end, and the one above once that it has; return how many."""
    due = ending(on)
    accounts = _secretaries({place for row in due for place in (row.pk, row.parent_id)}, on)
    return sum(_tell(row, accounts, on) for row in due)


def _tell(organization: Organization, accounts: dict[int | None, int], on: dt.date) -> int:
    ends_on = organization.term_ends_on or on
    is_over = ends_on < on
    own, above = accounts.get(organization.pk), accounts.get(organization.parent_id)
    people = {account for account in ((own, above) if is_over or own is None else (own,)) if account}
    words = _("%(place)s本届任期已于%(day)s届满") if is_over else _("%(place)s本届任期%(day)s届满，请按期换届")
    return tell(
        accounts=people,
        key=f"term:{organization.pk}:{ends_on}:{'over' if is_over else 'soon'}",
        title=words % {"place": organization, "day": date_words(ends_on)},
        path=reverse("members:organization", args=[organization.pk]),
        on=on,
    )


def _secretaries(places: set[int | None], on: dt.date) -> dict[int | None, int]:
    posts = Post.objects.in_force(on).secretaries().filter(organization__in=places - {None})
    return dict(posts.filter(person__user__is_active=True).values_list("organization", "person__user"))
