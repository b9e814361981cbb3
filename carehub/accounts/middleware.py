"""Ends a session that was left alone or has become old, and asks for an own password before anything else."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from carehub.access.guards import guard_of

NOTE_EVERY = 60  # seconds: not every request writes the session


class AccountMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            end_when_old(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or not request.user.must_change_password:
            return None
        asked = guard_of(view)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name == "accounts:password" or (asked and asked.public):
            return None
        to = resolve_url("accounts:password")
        return HttpResponseClientRedirect(to) if getattr(request, "htmx", False) else redirect(to)


def end_when_old(request: HttpRequest) -> None:
    """Sign out after half an hour alone or twelve hours in all; public machines are shared."""
    now = int(time.time())
    begun, seen = request.session.setdefault("begun", now), request.session.get("seen", now)
    if now - seen > settings.SESSION_IDLE_AGE or now - begun > settings.SESSION_COOKIE_AGE:
        logout(request)
    elif now - seen >= NOTE_EVERY or "seen" not in request.session:
        request.session["seen"] = now
