"""The forms of signing in and of the own password."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth import authenticate, password_validation
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from carehub.accounts.addresses import address_of
from carehub.accounts.pace import note_failure, seconds_to_wait
from carehub.accounts.passwords import demands


class LoginForm(forms.Form):
    """Number and password. One sentence for every failure: it never tells whether the number exists."""

    username = forms.CharField(
        label=_("工号或学号"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("密码"), max_length=128, strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    refusal = _("工号、学号或密码不对。请核对后再试；连续 5 次不对，要等 15 分钟。")
    slowed = _("这个号码近来多次没有登录成功。为保护账号，请等 %(seconds)d 秒再试。")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: Any = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        number, password = cleaned.get("username"), cleaned.get("password")
        if number and password:
            self.user = self.try_to_sign_in(number.strip(), password)
        if self.user is None:
            self._errors = ErrorDict()  # an empty field, too, reads like every other failure
            raise forms.ValidationError(self.refusal, code="password")
        return cleaned

    def try_to_sign_in(self, number: str, password: str) -> Any:
        """Return the account, None if refused; while the account is slowed, nobody looks at the password."""
        locked = not AxesProxyHandler.is_allowed(self.request, {"username": number})
        if not locked and (seconds := seconds_to_wait(number, address_of(self.request))):
            self._errors = ErrorDict()
            raise forms.ValidationError(self.slowed, code="slowed", params={"seconds": seconds})
        user = authenticate(self.request, username=number, password=password)
        if user is None and was_looked_at(self.request):
            note_failure(number)
        return user


def was_looked_at(request: Any) -> bool:
    """Return whether the last try was compared with the password: axes counts only those."""
    return getattr(request, "axes_failures_since_start", None) is not None


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("现在的密码"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"), strip=False, max_length=128, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("再输一遍新密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: Any = request.user
        self.fields["new"].help_text = demands()

    def clean_old(self) -> str:
        # Counted like a sign-in: whoever finds a machine left open does not guess here for hours.
        if authenticate(self.request, username=self.user.number, password=self.cleaned_data["old"]) is None:
            raise forms.ValidationError(_("现在的密码不对，请重新输入。"))
        return str(self.cleaned_data["old"])

    def clean_new(self) -> str:
        password_validation.validate_password(self.cleaned_data["new"], self.user)
        return str(self.cleaned_data["new"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        new = cleaned.get("new")
        if new and cleaned.get("again") and new != cleaned["again"]:
            self.add_error("again", _("两遍新密码不一样，请重新输入。"))
        if new and new == cleaned.get("old"):
            self.add_error("new", _("新密码和现在的一样，请换一个。"))
        return cleaned
