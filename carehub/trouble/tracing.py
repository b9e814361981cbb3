"""Which request, or which task, a line of log belongs to: a number that the visitor is told too."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from celery import current_task
from django.http import HttpRequest, HttpResponse

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class TracingMiddleware:
    """Stands outermost, so that whatever fails inside is said with the request's number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.trace_number = secrets.token_hex(5)  # type: ignore[attr-defined]
        before = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(before)


def trace_number() -> str:
    """Return the number of this request; of a task the one its message has; empty outside both."""
    if request := _request.get():
        return str(getattr(request, "trace_number", ""))
    return str(current_task.request.id or "")[:10] if current_task else ""


def route() -> str:
    """Return the name of the route or task, never an address with its values."""
    if request := _request.get():
        return request.resolver_match.view_name if request.resolver_match else ""
    return str(current_task.name) if current_task else ""


def account() -> str:
    """Return the number of the account that asks. Reads nothing: the database may be what failed."""
    user = getattr(_request.get(), "_cached_user", None)
    return str(user.pk or "") if user is not None else ""


def whereabouts() -> dict[str, str]:
    """Return what there is to say of where a line comes from."""
    said = {"request": trace_number(), "route": route(), "account": account()}
    return {name: value for name, value in said.items() if value}
