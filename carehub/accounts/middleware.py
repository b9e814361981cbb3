"""Ends what is over, and asks for an own password or a second factor before anything else."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from carehub.access.guards import guard_of
from carehub.accounts.actions import note_sign_out
from carehub.accounts.backends import belongs_here
from carehub.accounts.passwords import must_change
from carehub.accounts.second_factor import confirmed, is_obliged
from carehub.accounts.sessions import BEGUN, SEEN
from carehub.accounts.signing_in import CODED, came_by_campus

NOTE_EVERY = 60  # seconds: not every request writes the session


class AccountMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            end_when_over(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        asked = guard_of(view)
        if asked is None or asked.public:
            return None
        if not request.user.is_authenticated:
            say_why(request)
            return None
        to = what_comes_first(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not to or name in to:
            return None
        address = resolve_url(to[0])
        return HttpResponseClientRedirect(address) if getattr(request, "htmx", False) else redirect(address)


def end_when_over(request: Any) -> None:
    """Sign out after half an hour alone, after twelve hours in all, and whoever no longer belongs here."""
    now = int(time.time())
    begun, seen = request.session.setdefault(BEGUN, now), request.session.get(SEEN, now)
    if now - seen > settings.SESSION_IDLE_AGE or now - begun > settings.SESSION_COOKIE_AGE:
        end(request, "over")
    elif not belongs_here(request.user):
        end(request, "no ground")
    elif now - seen >= NOTE_EVERY or SEEN not in request.session:
        request.session[SEEN] = now


def end(request: Any, why: str) -> None:
    note_sign_out(by=request.user, why=why)
    logout(request)
    request.ended_because = why


def say_why(request: HttpRequest) -> None:
    """Tell who was signed in until now why the page asks to sign in again."""
    if getattr(request, "ended_because", "") == "no ground":
        messages.info(request, _("您目前没有所属党组织，也没有职务，账号已停用。如有疑问，请联系党委组织部。"))
    elif settings.SESSION_COOKIE_NAME in request.COOKIES:
        messages.info(request, _("登录已经失效：有一段时间没有操作，或已在别处退出。请重新登录。"))


def what_comes_first(request: Any) -> tuple[str, ...]:
    """Return the pages that may be opened before something is done, the one to go to first; empty for all."""
    if not came_by_campus(request) and must_change(request.user):
        return ("accounts:password",)
    if not request.session.get(CODED) and is_obliged(request.user) and confirmed(request.user) is None:
        return ("accounts:second-factor", "accounts:second-factor-start")
    return ()
