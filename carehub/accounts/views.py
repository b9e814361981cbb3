"""Signing in and out, the own password, the own sign-ins, large type."""

from importlib import import_module
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carehub.access.guards import open_to_all, signed_in
from carehub.accounts.actions import (
    change_own_password,
    end_other_sessions,
    end_own_session,
    end_sessions,
    note_sign_in_refused,
    note_sign_out,
    set_large_type,
)
from carehub.accounts.forms import CodeForm, LoginForm, PasswordForm
from carehub.accounts.models import Session
from carehub.accounts.passwords import days_left, must_change
from carehub.accounts.second_factor import is_asked
from carehub.accounts.sessions import row_key
from carehub.accounts.signing_in import ask_for_code, came_by_campus, enter, enter_with_code, who_waits


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
            if is_asked(form.user):
                ask_for_code(request, form.user, how="password")
                return redirect(f"{reverse('accounts:second-step')}?{urlencode({'next': after})}")
            enter(request, form.user, how="password")
            remind(request, form.user)
            return redirect(after)
        why = form.non_field_errors().as_data()[0].code or ""
        note_sign_in_refused(number=form.data.get("username", ""), why=why)
    return render(request, "accounts/login.html", {"form": form, "next": after, "campus": campus_door(after)})


def campus_door(after: str) -> str:
    """Return where the campus sign-on begins, empty where there is none."""
    return f"{reverse('accounts:campus')}?{urlencode({'next': after})}" if settings.CAS_SERVER_URL else ""


@open_to_all(because="Who has taken the first step only is not signed in yet.")
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the code of whoever gave the right password."""
    after, user = safe_next(request), who_waits(request)
    if request.user.is_authenticated or user is None:
        return redirect(after)
    form = CodeForm(request, user, request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            enter_with_code(request, user, kind=form.how)
            remind(request, user)
            return redirect(after)
        note_sign_in_refused(number=user.number, why=form.errors.as_data()["code"][0].code or "")
    return render(request, "accounts/second_step.html", {"form": form, "next": after})


def remind(request: HttpRequest, user: Any) -> None:
    """Say in time that the password has to be changed soon."""
    left = days_left(user)
    if left is not None and 0 <= left < settings.PASSWORD_REMIND_DAYS and not must_change(user):
        messages.info(request, _("密码还有 %d 天到期。请到“更多”里修改，到期后要先改密码才能继续。") % (left + 1))


@open_to_all(because="Signing out twice does no harm.")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        by_campus = came_by_campus(request)
        note_sign_out(by=request.user)
        logout(request)
        if by_campus and settings.CAS_SERVER_URL:
            campus = import_module("carehub.accounts.campus")
            return redirect(campus.address_to_sign_out(request, request.build_absolute_uri(reverse("accounts:login"))))
    return redirect("accounts:login")


@signed_in(because="Everybody changes the own password only.")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: Any) -> HttpResponse:
    form = PasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_own_password(by=request.user, password=form.cleaned_data["new"])
        update_session_auth_hash(request, form.user)
        end_sessions(request.user, but=row_key(request.session.session_key or ""))
        messages.success(request, _("密码已修改，下次请用新密码登录。"))
        return redirect("/")
    return render(request, "accounts/password.html", {"form": form, "overdue": (days_left(request.user) or 0) < 0})


@signed_in(because="Everybody sets the own type size only.")
@require_POST
def switch_large_type(request: Any) -> HttpResponse:
    set_large_type(by=request.user, on=not request.user.large_type)
    return redirect(own_address(request, request.headers.get("Referer", "/")))


@signed_in(because="Everybody sees the own sign-ins only.")
@require_GET
def devices(request: Any) -> HttpResponse:
    """Show where one is signed in."""
    rows = request.user.sessions.filter(expire_date__gt=timezone.now()).order_by("-seen_at")
    this = row_key(request.session.session_key or "")
    return render(request, "accounts/devices.html", {"rows": rows, "this": this})


@signed_in(because="Everybody ends the own sign-ins only.")
@require_POST
def end_device(request: Any, name: UUID) -> HttpResponse:
    row = get_object_or_404(Session, user_id=request.user.pk, name=name)
    if row.pk == row_key(request.session.session_key or ""):
        return log_out(request)
    end_own_session(by=request.user, name=name)
    messages.success(request, _("那台设备已退出，下次打开要重新登录。"))
    return redirect("accounts:devices")


@signed_in(because="Everybody ends the own sign-ins only.")
@require_POST
def end_other_devices(request: Any) -> HttpResponse:
    count = end_other_sessions(by=request.user, this=row_key(request.session.session_key or ""))
    messages.success(request, _("其他 %d 台设备已退出。") % count if count else _("没有别的设备登录着。"))
    return redirect("accounts:devices")


@signed_in(because="The list of the places that the visitor may open anyway.")
@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Show what does not fit on the phone's tab bar: all places, large type, password, sign-out."""
    return render(request, "accounts/more.html", {"second_factor": settings.SECOND_FACTOR})


def safe_next(request: HttpRequest) -> str:
    """Return the address to go to next if it is one of ours, else the front page."""
    return own_address(request, request.POST.get("next") or request.GET.get("next") or "/")


def own_address(request: HttpRequest, wanted: str) -> str:
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"
