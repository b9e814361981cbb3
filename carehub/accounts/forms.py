"""The forms of signing in and of the own password."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from carehub.accounts.passwords import demands
from carehub.accounts.second_factor import take_code
from carehub.accounts.tries import is_locked, note_wrong_code, refuse_when_slowed, try_password


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
        self._errors = ErrorDict()
        return try_password(self.request, number, password)


class CodeForm(forms.Form):
    """The second step: six figures from the authenticator, or one of the ten recovery codes."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
    refusal = _("验证码不对，或已经用过。请等手机上出现下一个再试。")

    def __init__(self, request: Any, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user, self.how = request, user, ""

    def clean_code(self) -> str:
        if not is_locked(self.request, self.user.number):
            refuse_when_slowed(self.request, self.user.number)
            self.how = take_code(self.user, self.cleaned_data["code"])
            if not self.how:
                note_wrong_code(self.request, self.user.number)
        if not self.how:
            raise forms.ValidationError(self.refusal, code="code")
        return ""


class ConfirmForm(forms.Form):
    """The first code from a new authenticator."""

    code = forms.CharField(
        label=_("手机上显示的 6 位数字"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class TurnOffForm(CodeForm):
    """Password and code together."""

    password = forms.CharField(
        label=_("密码"), strip=False, max_length=128, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    field_order = ("password", "code")

    def clean_password(self) -> str:
        if try_password(self.request, self.user.number, self.cleaned_data["password"]) is None:
            raise forms.ValidationError(_("密码不对，请重新输入。"))
        return ""

    def clean_code(self) -> str:
        return super().clean_code() if not self.errors else ""


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
        if try_password(self.request, self.user.number, self.cleaned_data["old"]) is None:
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
