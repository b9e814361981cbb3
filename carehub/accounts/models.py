"""The account a person signs in with: staff or student number and a password, nothing else.

What the person may do is not kept here: it follows from the posts held today (carehub/access).
"""

import uuid
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.sealing import SealedTextField


class Closing(models.TextChoices):
    """Why an account is closed."""

    BY_HAND = "by-hand", _("安全管理员停用")
    NO_GROUND = "no-ground", _("已没有所属党组织，也没有职务")
    LEFT = "left", _("已离开学校或党组织")
    DIED = "died", _("去世")


# What the portal closed by itself it opens again when the person is back; what an administrator closed, it does not.
OF_ITSELF = (Closing.NO_GROUND, Closing.LEFT, Closing.DIED)


class UserManager(BaseUserManager["User"]):
    def create_user(self, number: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account for a staff or student number."""
        user = self.model(number=number.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    field_classes = classes(
        C0="number is_active large_type must_change_password created_at last_login password password_set_at "
        "closed_at closed_because",
        C1="email",
    )

    number = models.CharField(_("工号或学号"), max_length=32, unique=True)
    email = models.EmailField(_("邮箱"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    large_type = models.BooleanField(_("大字"), default=False)
    must_change_password = models.BooleanField(_("须修改初始密码"), default=False)
    password_set_at = models.DateTimeField(_("密码设置时间"), default=timezone.now)
    closed_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    closed_because = models.CharField(_("停用原因"), max_length=10, choices=Closing.choices, blank=True)
    created_at = models.DateTimeField(_("开户时间"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "number"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(closed_at=None, closed_because=""),
                name="account_open_has_no_closing",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_set_at = timezone.now()


class FormerPassword(models.Model):
    """The hash of a password that an account had before: it is not to come back too soon."""

    field_classes = classes(C0="user password kept_at")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("用过的密码")
        verbose_name_plural = _("用过的密码")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kept_at:%Y-%m-%d}"


class Session(AbstractBaseSession):
    """One sign-in on one machine, and what its owner sees of it. The key here is a hash: it opens nothing."""

    field_classes = classes(
        C0="session_key session_data expire_date name user begun_at seen_at device ticket_hash", C1="address"
    )

    name = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("账号")
    )
    begun_at = models.DateTimeField(_("登录时间"), default=timezone.now)
    seen_at = models.DateTimeField(_("最近使用"), default=timezone.now)
    device = models.CharField(_("设备"), max_length=60, blank=True)
    address = SealedTextField(_("地址"), blank=True, default="")
    ticket_hash = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        verbose_name = _("登录")
        verbose_name_plural = _("登录")

    def __str__(self) -> str:
        return str(self.name)

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class Pace(models.Model):
    """How often signing in to an account failed lately, from wherever. Also for numbers that are no account's."""

    field_classes = classes(C0="account failures failed_at")

    account = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("登录节奏")
        verbose_name_plural = _("登录节奏")

    def __str__(self) -> str:
        return f"{self.failures}"


class KnownAddress(models.Model):
    """From this address this account signed in lately; a keyed hash of both, so that neither can be read from it."""

    field_classes = classes(C0="mark signed_in_at")

    mark = models.CharField(max_length=64, unique=True)
    signed_in_at = models.DateTimeField()

    class Meta:
        verbose_name = _("常用地址")
        verbose_name_plural = _("常用地址")

    def __str__(self) -> str:
        return f"{self.signed_in_at:%Y-%m-%d}"


class SecondFactor(models.Model):
    """The secret of an account's authenticator; it counts once a code has been shown to fit."""

    field_classes = classes(C0="user confirmed_at last_counter", C2="secret")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor")
    secret = SealedTextField()
    confirmed_at = models.DateTimeField(null=True)
    # The time step of the last code taken: no code is taken twice.
    last_counter = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("两步验证")
        verbose_name_plural = _("两步验证")

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """One of ten codes for the day on which the phone is gone; a keyed hash, each used once."""

    field_classes = classes(C0="user code used_at")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("备用码")
        verbose_name_plural = _("备用码")
        constraints = [models.UniqueConstraint(fields=["user", "code"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class CalendarLink(models.Model):
    """The address of an account's calendar: of its secret a keyed hash only."""

    field_classes = classes(C0="user token_hash made_at")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_link")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("生成时间"))

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")

    def __str__(self) -> str:
        return f"{self.user_id}"
