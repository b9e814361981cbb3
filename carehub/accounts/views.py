"""Signing in and out, the own password, large type."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import open_to_all, signed_in
from carehub.accounts.actions import (
    change_own_password,
    end_sessions,
    note_sign_in_refused,
    note_sign_out,
    set_large_type,
)
from carehub.accounts.forms import LoginForm, PasswordForm
from carehub.accounts.sessions import row_key
from carehub.accounts.signing_in import enter


@open_to_all(because="Who is not signed in yet must be able to sign in.")
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a staff or student number and a password; every failure reads the same."""
    after = safe_next(request)
    if request.user.is_authenticated:
        return redirect(after)
    form = LoginForm(request, request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            enter(request, form.user, how="password")
            return redirect(after)
        why = form.non_field_errors().as_data()[0].code or ""
        note_sign_in_refused(number=form.data.get("username", ""), why=why)
    return render(request, "accounts/login.html", {"form": form, "next": after})


@open_to_all(because="Signing out twice does no harm.")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        note_sign_out(by=request.user)
        logout(request)
    return redirect("accounts:login")


@signed_in(because="Everybody changes the own password only.")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_own_password(by=request.user, password=form.cleaned_data["new"])
        update_session_auth_hash(request, form.user)
        end_sessions(request.user, but=row_key(request.session.session_key or ""))
        messages.success(request, _("密码已修改，下次请用新密码登录。"))
        return redirect("/")
    return render(request, "accounts/password.html", {"form": form})


@signed_in(because="Everybody sets the own type size only.")
@require_POST
def switch_large_type(request: Any) -> HttpResponse:
    set_large_type(by=request.user, on=not request.user.large_type)
    return redirect(own_address(request, request.headers.get("Referer", "/")))


@signed_in(because="The list of the places that the visitor may open anyway.")
@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Show what does not fit on the phone's tab bar: all places, large type, password, sign-out."""
    return render(request, "accounts/more.html")


def safe_next(request: HttpRequest) -> str:
    """Return the address to go to next if it is one of ours, else the front page."""
    return own_address(request, request.POST.get("next") or request.GET.get("next") or "/")


def own_address(request: HttpRequest, wanted: str) -> str:
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"
