"""The two doors of the campus sign-on: out to it and back with a ticket; and its message that somebody signed out."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from carehub.access.guards import open_to_all
from carehub.accounts.actions import end_by_campus, note_sign_in_refused
from carehub.accounts.campus import account_of, address_to_sign_in, hash_of_ticket, sessions_named_in
from carehub.accounts.second_factor import is_asked
from carehub.accounts.signing_in import CAMPUS, ask_for_code, enter
from carehub.accounts.views import safe_next

STATE = "campus state"
REFUSED = gettext_lazy(
    "没有登录成功：统一身份认证的号码在这里没有可用的账号，或认证没有完成。请核对后再试，或用密码登录。"
)


@open_to_all(because="Who is not signed in yet must be able to sign in; the campus server never is.")
@csrf_exempt
@sensitive_post_parameters("logoutRequest")
@never_cache
@require_http_methods(["GET", "POST"])
def campus(request: HttpRequest) -> HttpResponse:
    """Go to the campus sign-on, or come back from it; a POST is its message that a ticket's session is over."""
    if request.method == "POST":
        return sign_out_by_message(request)
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    return come_back(request) if request.GET.get("ticket") else go_there(request)


def go_there(request: Any) -> HttpResponse:
    """Remember who went: a ticket brought along by somebody else's link opens nothing."""
    request.session[STATE] = secrets.token_urlsafe(24)
    return redirect(address_to_sign_in(request, service_of(request, request.session[STATE])))


def come_back(request: Any) -> HttpResponse:
    state, after = request.session.pop(STATE, ""), safe_next(request)
    known = bool(state) and constant_time_compare(state, request.GET.get("state", ""))
    ticket = request.GET["ticket"]
    user = account_of(request, ticket, service_of(request, state)) if known else None
    if user is None:
        note_sign_in_refused(number="", why=CAMPUS)
        messages.warning(request, REFUSED)
        return redirect(f"{reverse('accounts:login')}?{urlencode({'next': after})}")
    if is_asked(user, campus=True):
        ask_for_code(request, user, how=CAMPUS, ticket_hash=hash_of_ticket(ticket))
        return redirect(f"{reverse('accounts:second-step')}?{urlencode({'next': after})}")
    enter(request, user, how=CAMPUS, ticket_hash=hash_of_ticket(ticket))
    return redirect(after)


def service_of(request: HttpRequest, state: str) -> str:
    """Return our address as the campus knows it: the same on the way there and for checking the ticket."""
    query = urlencode({"next": safe_next(request), "state": state})
    return request.build_absolute_uri(f"{reverse('accounts:campus')}?{query}")


def sign_out_by_message(request: HttpRequest) -> HttpResponse:
    try:
        rows = sessions_named_in(request.POST.get("logoutRequest", ""))
    except ValueError:
        return HttpResponseBadRequest("no log-out message", content_type="text/plain")
    for row in rows:
        end_by_campus(row=row)
    return HttpResponse("ok", content_type="text/plain")
