"""The guard that every view declares. A view without one fails the build (checks.py) and answers nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """What a view asks of its visitor: one of the codes for a resource, or only to be signed in, or nothing."""

    resource: str = ""
    codes: tuple[str, ...] = ()
    public: bool = False
    because: str = ""


def guard(resource: str, *codes: str) -> Callable[[View], View]:
    """Ask for one of the matrix codes on a resource; no code at all is 404, the wrong one 403."""
    return _declare(Guard(resource, codes))


def signed_in(*, because: str) -> Callable[[View], View]:
    """Ask only for a sign-in: the page shows what is the visitor's own. Say why that is enough."""
    return _declare(Guard(because=because))


def open_to_all(*, because: str) -> Callable[[View], View]:
    """Ask for nothing. Say why."""
    return _declare(Guard(public=True, because=because))


def _declare(declared: Guard) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.guard = declared  # type: ignore[attr-defined]
        return view

    return decorate


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """Return what a view declares."""
    return getattr(view, "guard", None)
