"""What holds from one day to another, both included: affiliations, posts, oversight."""

import datetime as dt
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model)


class DatedQuerySet(models.QuerySet[Row]):
    """Rows with started_on and ended_on; no ended_on means until further notice."""

    def in_force(self, on: Any) -> Self:
        """Holding on a day (a date, or an expression such as OuterRef)."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=on), started_on__lte=on)

    def touching(self, first: dt.date, last: dt.date) -> Self:
        """Holding on at least one day of the span."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=first), started_on__lte=last)
