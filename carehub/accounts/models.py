"""The account a person signs in with: staff or student number and a password, nothing else.

What the person may do is not kept here: it follows from the posts held today (carehub/access).
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, number: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account for a staff or student number."""
        user = self.model(number=number.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    number = models.CharField(_("工号或学号"), max_length=32, unique=True)
    email = models.EmailField(_("邮箱"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    large_type = models.BooleanField(_("大字"), default=False)
    must_change_password = models.BooleanField(_("须修改初始密码"), default=False)
    created_at = models.DateTimeField(_("开户时间"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "number"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")

    def __str__(self) -> str:
        return self.number
