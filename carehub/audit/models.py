"""What happened and who did it: rows that are added and never changed (triggers in the first migration)."""

from django.conf import settings
from django.db import models
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

    at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("何人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(_("做了什么"), max_length=16, choices=Action.choices)
    target = models.CharField(_("对什么"), max_length=64, blank=True, help_text="members.Person:17")
    path = models.CharField(_("组织路径"), max_length=255, blank=True)
    detail = models.JSONField(_("说明"), default=dict)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["target"], name="audit_target")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_action_display()} {self.target}"
