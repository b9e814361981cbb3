"""What happened and who did it: rows that are added and never changed (triggers in the migrations), and their seals."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    CHANGE = "change", _("变更")
    IMPORT = "import", _("导入")
    EXPORT = "export", _("导出")
    DOWNLOAD = "download", _("下载")
    READ = "read", _("查看")
    REVEAL = "reveal", _("查看完整号码")
    BREAK_GLASS = "break-glass", _("应急查阅")
    DENIAL = "denial", _("拒绝")
    LOGIN = "login", _("登录")
    LOGOUT = "logout", _("退出")
    LOGIN_FAILED = "login-failed", _("登录失败")
    ACCOUNT = "account", _("账号和授权")
    ERASURE = "erasure", _("到期清除")
    BACKUP = "backup", _("备份和恢复")


class AuditEvent(models.Model):
    """One thing that somebody did. `detail` never holds sensitive values (trust.md, part 2)."""

    # C0 throughout (carehub/access/classes.py stands on a floor above).
    field_classes: dict[str, Any] = dict.fromkeys("at actor post action target path detail signature".split(), "C0")

    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("何人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    post = models.CharField(_("当时的职务"), max_length=160, blank=True)
    action = models.CharField(_("做了什么"), max_length=16, choices=Action.choices)
    target = models.CharField(_("对什么"), max_length=64, blank=True, help_text="members.Person:17")
    path = models.CharField(_("组织路径"), max_length=255, blank=True)
    detail = models.JSONField(_("说明"), default=dict)
    signature = models.CharField(_("签名"), max_length=80, editable=False)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target", "at"], name="audit_target_at"),
            models.Index(fields=["action", "id"], name="audit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_action_display()} {self.target}"


class AuditSeal(models.Model):
    """What the trail was from the seal before up to `last_id`: so many rows with these signatures and no others."""

    field_classes: dict[str, Any] = dict.fromkeys(
        "number at first_id last_id rows digest previous signature".split(), "C0"
    )

    number = models.BigIntegerField(_("封条号"), primary_key=True)
    at = models.DateTimeField(_("封存时间"))
    first_id = models.BigIntegerField(_("第一行"))
    last_id = models.BigIntegerField(_("最后一行"))
    rows = models.IntegerField(_("行数"))
    digest = models.CharField(_("摘要"), max_length=64)
    previous = models.CharField(_("上一封条的摘要"), max_length=64, blank=True)
    signature = models.CharField(_("签名"), max_length=80)

    class Meta:
        verbose_name = _("审计封条")
        verbose_name_plural = _("审计封条")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1, rows__gte=1, first_id__lte=models.F("last_id")), name="seal_of_rows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"
