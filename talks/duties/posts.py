"""Organisations with the holder of their post on the reference day."""

from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from carehub.duties.look import Look
from carehub.duties.rows import Unit
from members.models import Organization, Post


def units_of(look: Look, ids: Collection[int]) -> dict[int, Unit]:
    """Return the organisations with their secretaries, in one query."""
    holder = Subquery(last_of(Post.objects.secretaries().in_force(look.reference_on)).values(holder=NAMED)[:1])
    rows: QuerySet[Any] = Organization.objects.filter(pk__in=ids).annotate(holder=holder)
    return {row.pk: unit_of(row, row.holder) for row in rows}


def unit_of(organization: Organization, holder: dict[str, Any] | None, *, may_be_vacant: bool = True) -> Unit:
    holder = holder or {"id": None, "name": ""}
    return Unit(
        id=organization.pk,
        code=organization.code,
        name=str(organization),
        path=organization.path or "",
        holder_id=holder["id"],
        holder=holder["name"],
        may_be_vacant=may_be_vacant,
    )


def last_of(posts: QuerySet[Post], organization: str = "pk") -> QuerySet[Post]:
    """Return the posts of OuterRef(organization), the one that began last first."""
    return posts.filter(organization=OuterRef(organization)).order_by("-started_on", "-pk")


NAMED = JSONObject(id="person_id", name="person__name")
