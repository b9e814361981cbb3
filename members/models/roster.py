"""One upload of organisations, roster, posts or talks: from the file to the finished batch."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models.organization import Organization


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, user: Any) -> "RosterImportQuerySet":
        """An upload is its uploader's own."""
        return self.filter(uploaded_by=user)


class RosterImport(models.Model):
    class Kind(models.TextChoices):
        ORGANIZATIONS = "organizations", _("党组织")
        ROSTER = "roster", _("党员名册")
        POSTS = "posts", _("任职和分管")
        TALKS = "talks", _("谈心谈话台账")

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        READING = "reading", _("正在核对")
        READY = "ready", _("等待确认")
        COMMITTING = "committing", _("正在写入")
        DONE = "done", _("已导入")
        REFUSED = "refused", _("未能读取")

    kind = models.CharField(_("内容"), max_length=14, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    file_name = models.CharField(_("文件"), max_length=200)
    content = models.BinaryField(_("原文件"), editable=False, null=True)
    imported_on = models.DateField(_("导入日期"))
    organization = models.ForeignKey(
        Organization, verbose_name=_("范围"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    report = models.JSONField(_("核对结果"), default=dict)
    progress = models.PositiveSmallIntegerField(_("进度（%）"), default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    lease_until_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册导入")
        verbose_name_plural = _("名册导入")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("members:import", args=[self.pk])
