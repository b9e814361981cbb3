"""The own second factor: enrol, confirm, new recovery codes, turn off."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from carehub.access.guards import signed_in
from carehub.accounts.actions import (
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    renew_recovery_codes,
)
from carehub.accounts.forms import CodeForm, ConfirmForm, TurnOffForm
from carehub.accounts.models import SecondFactor
from carehub.accounts.second_factor import in_fours, is_obliged, picture_of
from carehub.accounts.signing_in import CODED

OWN = "Everybody has the own second factor only."


def factor_of(user: Any) -> SecondFactor | None:
    """Return the own second factor, in use or not yet; 404 where the school has none."""
    if settings.SECOND_FACTOR == "off":
        raise Http404
    return SecondFactor.objects.filter(user_id=user.pk).first()


@signed_in(because=OWN)
@sensitive_post_parameters("code")
@sensitive_variables("codes")
@require_http_methods(["GET", "POST"])
def second_factor(request: Any) -> HttpResponse:
    """Show how it stands; a first code that fits takes the new authenticator into use."""
    factor, form = factor_of(request.user), ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = confirm_second_factor(by=request.user, code=form.cleaned_data["code"])
        if codes:
            request.session[CODED] = True
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
        form.add_error("code", _("这个数字对不上。请核对手机的时间，等下一个数字再试。"))
    return render(request, "accounts/second_factor.html", page_of(request, factor, form))


def page_of(request: Any, factor: SecondFactor | None, form: ConfirmForm, **more: Any) -> dict[str, Any]:
    """Return what the page shows at each of its three stages: nothing yet, a picture to scan, in use."""
    page: dict[str, Any] = {"factor": factor, "form": form, "obliged": is_obliged(request.user)}
    if factor and not factor.confirmed_at:
        page |= {"picture": picture_of(request.user, factor.secret), "secret": in_fours(factor.secret)}
    if factor and factor.confirmed_at:
        unused = request.user.recovery_codes.filter(used_at=None)
        page |= {"unused": unused.count(), "off": TurnOffForm(request, request.user, auto_id="off_%s")}
        page |= {"renew": CodeForm(request, request.user, auto_id="renew_%s")}
    return page | more


@signed_in(because=OWN)
@require_POST
def start(request: Any) -> HttpResponse:
    factor_of(request.user)
    begin_second_factor(by=request.user)
    return redirect("accounts:second-factor")


@signed_in(because=OWN)
@sensitive_post_parameters("code")
@require_POST
def renew(request: Any) -> HttpResponse:
    """Show ten new recovery codes to who has a code."""
    factor, form = factor_of(request.user), CodeForm(request, request.user, request.POST, auto_id="renew_%s")
    if form.is_valid():
        codes = renew_recovery_codes(by=request.user)
        return render(request, "accounts/recovery_codes.html", {"codes": codes})
    return render(request, "accounts/second_factor.html", page_of(request, factor, ConfirmForm(), renew=form))


@signed_in(because=OWN)
@sensitive_post_parameters("code", "password")
@require_POST
def turn_off(request: Any) -> HttpResponse:
    """Turn it off with password and code; who must have one keeps it."""
    factor, form = factor_of(request.user), TurnOffForm(request, request.user, request.POST, auto_id="off_%s")
    if not is_obliged(request.user) and form.is_valid():
        drop_second_factor(by=request.user)
        request.session.pop(CODED, None)
        messages.success(request, _("两步验证已关闭，以后登录只要密码。"))
        return redirect("accounts:second-factor")
    return render(request, "accounts/second_factor.html", page_of(request, factor, ConfirmForm(), off=form))
