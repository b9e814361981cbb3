"""What a password must be, said the way the house speaks: what is wrong, then what to do."""

import secrets

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _

# Nothing that reads like something else on paper: no 0 and o, no 1, i and l.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
PARTS, LETTERS = 3, 4


def readable_password() -> str:
    """Return a first password that can be typed from paper: kw7m-pz3d-h9cv, 59 bits of chance."""
    return "-".join("".join(secrets.choice(READABLE) for _letter in range(LETTERS)) for _part in range(PARTS))


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("太短了。请用至少 %d 位。") % self.min_length


class NotTheOwnNumber(password_validation.UserAttributeSimilarityValidator):
    def __init__(self) -> None:
        super().__init__(user_attributes=("number", "email"))

    def get_error_message(self) -> str:
        return _("和您的%(verbose_name)s太像，容易被猜到。请换一个。")


class NotCommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("用的人太多，容易被猜到。请换一个。")


class NotOnlyFigures(password_validation.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return _("全是数字，容易被猜到。请加上字母。")
