"""Which talks count: standing, inside the window, not after the day of looking, attended, with somebody else."""

from typing import Any

from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from carehub.duties.look import Look
from carehub.duties.states import deed_state
from talks.models import Participation


def attended(look: Look) -> QuerySet[Participation]:
    """Return who attended a talk of the window, as known on the day of looking."""
    return Participation.objects.filter(
        ~Q(person=F("talk__talker")),
        attended=True,
        talk__withdrawn_at=None,
        talk__held_on__gte=look.window.starts_on,
        talk__held_on__lte=look.reference_on,
    )


def best_of(deeds: QuerySet[Participation], look: Look) -> Subquery:
    """Return what the deeds make of the duty: done if any was entered in time, else 补录, null without a deed."""
    return Subquery(deeds.values(state=deed_state(look, "talk__entered_on")).order_by("state")[:1])


def earliest(deeds: QuerySet[Participation], **more: Any) -> Subquery:
    """Return the evidence: the first talk that counts, with its number and its day."""
    first = deeds.order_by("talk__held_on", "talk_id")
    return Subquery(first.values(evidence=JSONObject(talk="talk_id", on="talk__held_on", **more))[:1])


def in_force_that_day(path: str) -> Q:
    """Return that the dated row at this path (a post, an affiliation) was in force on the talk's day."""
    not_ended = Q(**{f"{path}__ended_on": None}) | Q(**{f"{path}__ended_on__gte": F("talk__held_on")})
    return not_ended & Q(**{f"{path}__started_on__lte": F("talk__held_on")})
