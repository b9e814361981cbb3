"""The system checks that find views without a guard and fields without a class."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from carehub.access.classes import classed_fields, is_sealed, must_be_sealed, own_models
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


@register()
def every_field_has_a_class(**kwargs: Any) -> list[Error]:
    """Report each field that nobody classed, each name that is no field, and what stands unsealed."""
    return [error for model in own_models() for error in (*unclassed(model), *unknown(model))]


def unclassed(model: type[Model]) -> Iterator[Error]:
    """Yield an error for each field without a class, or not sealed though its class demands it."""
    for field, code in classed_fields(model):
        if not code:
            hint = "Name it in field_classes."
            yield Error(f"{model._meta.label}.{field.name} has no class.", hint=hint, id="access.E002")
        elif must_be_sealed(field, code) and not is_sealed(field):
            yield Error(f"{model._meta.label}.{field.name} is {code} and not sealed.", id="access.E003")


def unknown(model: type[Model]) -> Iterator[Error]:
    """Yield an error for each name that is no field of the model (any more)."""
    names = {field.name for field, _code in classed_fields(model)}
    for name in sorted(set(getattr(model, "field_classes", {})) - names):
        yield Error(f"{model._meta.label} has no field {name}.", id="access.E004")
