"""What a password must be, said the way the house speaks: what is wrong, then what to do."""

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _


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
