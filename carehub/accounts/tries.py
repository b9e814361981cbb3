"""One try to sign in, with a password or a code: may it be looked at, and what a wrong one costs."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.utils.translation import gettext_lazy as _

from carehub.accounts.addresses import address_of
from carehub.accounts.pace import note_failure, seconds_to_wait

SLOWED = _("这个号码近来多次没有登录成功。为保护账号，请等 %(seconds)d 秒再试。")


def is_locked(request: Any, number: str) -> bool:
    """Return whether this account is locked at this address; the answer then is the page that says so."""
    if AxesProxyHandler.is_allowed(request, {"username": number}):
        return False
    request.axes_locked_out, request.axes_credentials = True, {"username": number}
    return True


def refuse_when_slowed(request: Any, number: str) -> None:
    """Raise ValidationError while the account is slowed: nobody looks at what was typed."""
    if seconds := seconds_to_wait(number, address_of(request)):
        raise forms.ValidationError(SLOWED, code="slowed", params={"seconds": seconds})


def try_password(request: Any, number: str, password: str) -> Any:
    """Return the account that the password opens, else None; a wrong one counts here and everywhere."""
    if is_locked(request, number):
        return None
    refuse_when_slowed(request, number)
    user = authenticate(request, username=number, password=password)
    if user is None:
        note_failure(number)
    return user


def note_wrong_code(request: Any, number: str) -> None:
    """Count a wrong code like a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"username": number}, request=request)
    note_failure(number)
