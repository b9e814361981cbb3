"""The organisations to which duties belong, with the holder of the post that owes them."""

from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from carehub.duties.rows import Unit
from members.models import Organization, Post


def units_of(ids: Collection[int], posts: QuerySet[Post], *, kinds: Collection[str] = ()) -> dict[int, Unit]:
    """Return the organisations and who holds one of these posts there, in one query.

    Only organisations of these kinds owe by post: there an empty post is a vacancy.
    """
    holders = posts.filter(organization=OuterRef("pk")).order_by("-started_on", "-pk")
    holder = Subquery(holders.values(holder=JSONObject(id="person_id", name="person__name"))[:1])
    rows: QuerySet[Any] = Organization.objects.filter(pk__in=ids).annotate(holder=holder)
    return {row.pk: _unit(row, row.holder or {"id": None, "name": ""}, row.kind in kinds) for row in rows}


def _unit(organization: Organization, holder: dict[str, Any], by_post: bool) -> Unit:
    return Unit(
        id=organization.pk,
        code=organization.code,
        name=str(organization),
        path=organization.path or "",
        holder_id=holder["id"],
        holder=holder["name"],
        may_be_vacant=by_post,
    )
