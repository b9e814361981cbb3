"""What a password must be, said the way the house speaks: what is wrong, then what to do.

Two profiles. 等保 2.0: short enough to type, of several kinds, not one of the last five, new every 90 days. ASVS: long,
nothing else asked, never due (CAREHUB_PASSWORD_PROFILE).
"""

import datetime as dt
import re
import secrets
import unicodedata
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.accounts.models import FormerPassword, User

# Nothing that reads like something else on paper: no 0 and o, no 1, i and l.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
PARTS, LETTERS = 3, 4
KEPT = 5  # of an account's former passwords, in either profile: the profile may change
KINDS: tuple[Callable[[str], bool], ...] = (
    lambda sign: "a" <= sign <= "z",
    lambda sign: "A" <= sign <= "Z",
    lambda sign: unicodedata.category(sign) == "Nd",
    lambda sign: not sign.isascii() or not sign.isalnum(),
)


def readable_password() -> str:
    """Return a first password that can be typed from paper: kw7m-pz3d-h9cv, 59 bits of chance."""
    return "-".join("".join(secrets.choice(READABLE) for _letter in range(LETTERS)) for _part in range(PARTS))


def keep_in_mind(user: Any) -> None:
    """Remember the hash that an account has now, before it gets another, and forget the oldest."""
    if not user.has_usable_password():
        return
    FormerPassword.objects.create(user=user, password=user.password)
    kept = FormerPassword.objects.filter(user=user).values_list("pk", flat=True)[:KEPT]
    FormerPassword.objects.filter(user=user, pk__lt=min(kept)).delete()


def days_left(user: User) -> int | None:
    """Return in how many days the password must be changed, negative when overdue; None where it never is."""
    if not settings.PASSWORD_MAX_DAYS:
        return None
    due = user.password_set_at + dt.timedelta(days=settings.PASSWORD_MAX_DAYS)
    return int((due - timezone.now()) // dt.timedelta(days=1))


def must_change(user: User) -> bool:
    """Return whether nothing else may be done before the password is changed."""
    left = days_left(user)
    return user.must_change_password or (left is not None and left < 0)


def first_password_expired(user: User) -> bool:
    """Return whether a first password was not used in time: it may lie in somebody's drawer."""
    kept = dt.timedelta(days=settings.FIRST_PASSWORD_DAYS)
    return user.must_change_password and timezone.now() - user.password_set_at > kept


def demands() -> str:
    """Return what a new password must be, as the form says it."""
    if not settings.PASSWORD_MAX_DAYS:
        return _("至少 12 位，什么字符都可以，越长越好；不要用工号或常见密码。不必定期更换。")
    return _(
        "至少 10 位，大写字母、小写字母、数字、符号至少三种；不要用工号、常见密码或最近 5 次用过的。每 90 天换一次。"
    )


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("太短了。请用至少 %d 位。") % self.min_length


class NotTheOwnNumber(password_validation.UserAttributeSimilarityValidator):
    def __init__(self) -> None:
        super().__init__(user_attributes=("number", "email"))

    def get_error_message(self) -> str:
        return _("和您的%(verbose_name)s太像，容易被猜到。请换一个。")


class NotCommon(password_validation.CommonPasswordValidator):
    """Not one that everybody has, nor such a one with signs around it (Password123!) or written twice."""

    def validate(self, password: str, user: Any = None) -> None:
        bare = re.sub(r"^\W+|\W+$", "", password)
        for form in {password, bare, bare[: len(bare) // 2] if bare[: len(bare) // 2] * 2 == bare else bare}:
            super().validate(form, user)

    def get_error_message(self) -> str:
        return _("用的人太多，容易被猜到。请换一个。")


class ThreeKinds:
    """Of small letters, capitals, figures and other signs (a Chinese one is such) at least three."""

    def validate(self, password: str, user: Any = None) -> None:
        if sum(any(kind(sign) for sign in password) for kind in KINDS) < 3:
            raise ValidationError(_("种类太少。大写字母、小写字母、数字、符号，请至少用三种。"), code="too_few_kinds")

    def get_help_text(self) -> str:
        return _("大写字母、小写字母、数字、符号至少三种。")


class NotUsedBefore:
    """Neither the present password nor one of the four before it."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        former = FormerPassword.objects.filter(user=user).values_list("password", flat=True)[: KEPT - 1]
        if any(check_password(password, hashed) for hashed in (user.password, *former)):
            raise ValidationError(_("最近 5 次用过这个密码。请换一个。"), code="used_before")

    def get_help_text(self) -> str:
        return _("不同于最近 5 次用过的。")
