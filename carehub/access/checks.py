"""The system check that finds views without a guard."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from carehub.access.guards import guard_of


def routes(
    resolver: URLResolver | None = None, namespace: str = "", prefix: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield (name with namespace, route, view) of every URL of the project."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, inner, route)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", route, entry.callback


@register()
def every_view_declares_its_guard(**kwargs: Any) -> list[Error]:
    """Report each URL whose view has no guard."""
    return [
        Error(
            f"The view of {route} declares no guard.", hint="Use @guard, @signed_in or @open_to_all.", id="access.E001"
        )
        for _name, route, view in routes()
        if guard_of(view) is None
    ]
