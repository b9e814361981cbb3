"""Since when somebody has been under a leader's oversight without a break, by name or as a secretary."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from carehub.calendar import DAY, FAR_FUTURE
from carehub.duties.look import Look
from members.models import Oversight, Post

Span = tuple[dt.date, dt.date]


def openings(leaders: Collection[int], look: Look) -> dict[tuple[int, int], dt.date]:
    """Return for each leader and person overseen on the reference day the day on which the duty opened."""
    return {
        pair: max(look.window.starts_on, start)
        for pair, spans in _spans(leaders, look).items()
        if (start := _start_of_run(spans, look.reference_on))
    }


def _spans(leaders: Collection[int], look: Look) -> dict[tuple[int, int], list[Span]]:
    """Return the spans of oversight of each pair, in three queries."""
    held, seats = _leader_posts(leaders), _secretaries()
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    rows = Oversight.objects.filter(leader__in=leaders, started_on__lte=look.reference_on)
    for leader, person, organization, *ends in rows.values_list(
        "leader", "person", "organization", "started_on", "ended_on"
    ):
        oversight = _span(*ends)
        people = [(person, oversight)] if person else seats.get(organization, [])
        for subject, seat in people:
            for post in held[leader]:
                spans[leader, subject] += _overlap(oversight, seat, post)
    return spans


def _leader_posts(leaders: Collection[int]) -> dict[int, list[Span]]:
    posts: dict[int, list[Span]] = defaultdict(list)
    rows = Post.objects.leaders().filter(person__in=leaders)
    for person, *ends in rows.values_list("person", "started_on", "ended_on"):
        posts[person].append(_span(*ends))
    return posts


def _secretaries() -> dict[int, list[tuple[int, Span]]]:
    seats: dict[int, list[tuple[int, Span]]] = defaultdict(list)
    overseen = Oversight.objects.filter(organization__isnull=False).values("organization")
    rows = Post.objects.secretaries().filter(organization__in=overseen)
    for organization, person, *ends in rows.values_list("organization", "person", "started_on", "ended_on"):
        seats[organization].append((person, _span(*ends)))
    return seats


def _span(started_on: Any, ended_on: Any) -> Span:
    return started_on, ended_on or FAR_FUTURE


def _overlap(*spans: Span) -> list[Span]:
    """Return what the spans have in common, nothing or one span."""
    start, end = max(span[0] for span in spans), min(span[1] for span in spans)
    return [(start, end)] if start <= end else []


def _start_of_run(spans: Iterable[Span], day: dt.date) -> dt.date | None:
    """Return the first day of the unbroken run of spans that holds the day."""
    start: dt.date | None = None
    for began, ended in sorted(spans, reverse=True, key=lambda span: span[1]):
        if (start is None and began <= day <= ended) or (start is not None and ended >= start - DAY):
            start = min(began, start or began)
    return start
