"""The organisation tree as a stored path (/1/7/23/): a subtree is a range in byte order."""

from typing import Any

from django.db import models
from django.db.models import Q


class PathField(models.CharField):
    """A path of digits-only steps, compared byte by byte on every engine."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def below(path: str, field: str = "path") -> Q:
    """Return the condition that a row lies at or below a path."""
    return Q(**{f"{field}__gte": path, f"{field}__lt": path[:-1] + "0"})


def parent_paths(path: str) -> list[str]:
    """Return the paths of all organisations above, the root first: /1/7/23/ → [/1/, /1/7/]."""
    steps = path.strip("/").split("/")
    return ["/" + "/".join(steps[:n]) + "/" for n in range(1, len(steps))]
