"""One upload of organisations, roster, posts, talks or hardships: from the file to the finished batch."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import viewer_of
from carehub.sealing import SealedBinaryField, SealedJSONField
from members.models.organization import Organization

UNDO_WITHIN = dt.timedelta(days=7)


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def visible_to(self, user: Any) -> "RosterImportQuerySet":
        """An upload is its uploader's own; a written roster also whoever imports for the whole school may take back."""
        State, seen = RosterImport.State, Q(uploaded_by=user)
        if viewer_of(user).reach("roster_import", "e").everything:
            seen |= Q(kind=RosterImport.Kind.ROSTER, state__in=[State.DONE, State.UNDONE])
        return self.filter(seen)

    def without_content(self) -> "RosterImportQuerySet":
        """Leave the file and the preview in the database: a list shows neither."""
        return self.defer("content", "preview", "report", "before", "problems")

    def to_work(self, now: dt.datetime) -> "RosterImportQuerySet":
        """Return what nobody works on: waiting, or begun by a worker whose lease has run out."""
        State = RosterImport.State
        idle = Q(lease_until_at=None) | Q(lease_until_at__lt=now)
        begun = Q(state__in=[State.READING, State.COMMITTING]) & idle
        return self.filter(Q(state=State.WAITING) | begun)

    def undoable(self, now: dt.datetime) -> "RosterImportQuerySet":
        """Return the imports that can still be taken back: written within seven days, and remembered."""
        since = now - UNDO_WITHIN
        return self.filter(state=RosterImport.State.DONE, finished_at__gte=since, before__isnull=False)

    def stale(self, before: dt.datetime) -> "RosterImportQuerySet":
        """Return uploads that nobody confirmed in time and whose file is still kept."""
        open_states = [RosterImport.State.READY, RosterImport.State.REFUSED, RosterImport.State.FAILED]
        return self.filter(state__in=open_states, uploaded_at__lt=before, content__isnull=False)


class RosterImport(models.Model):
    class Kind(models.TextChoices):
        ORGANIZATIONS = "organizations", _("党组织")
        ROSTER = "roster", _("党员名册")
        POSTS = "posts", _("任职和分管")
        TALKS = "talks", _("谈心谈话台账")
        HARDSHIP = "hardship", _("困难党员台账")

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        READING = "reading", _("正在核对")
        READY = "ready", _("等待确认")
        COMMITTING = "committing", _("正在写入")
        DONE = "done", _("已导入")
        REFUSED = "refused", _("未能读取")
        FAILED = "failed", _("没有完成")
        UNDONE = "undone", _("已撤销")
        EXPIRED = "expired", _("已过期")

    # The report and the preview name people; ID numbers, phones and addresses are masked before they are put there.
    field_classes = classes(
        C0=(
            "kind state file_name imported_on organization digest attempts once_key progress "
            "uploaded_by uploaded_at lease_until_at finished_at undone_at undone_by"
        ),
        C2="content",
        # They quote cells, and a number may stand in the wrong column.
        C3="report preview before problems",
    )

    kind = models.CharField(_("内容"), max_length=14, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    file_name = models.CharField(_("文件"), max_length=200)
    content = SealedBinaryField(_("原文件"), editable=False, null=True, help_text=_("加密保存，写入或过期后清除"))
    imported_on = models.DateField(_("导入日期"))
    organization = models.ForeignKey(
        Organization, verbose_name=_("范围"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    report = SealedJSONField(_("核对结果"), default=dict)
    preview = SealedJSONField(_("预览"), default=dict)
    before = SealedJSONField(_("撤销所需的原值"), null=True, editable=False)
    problems = SealedJSONField(_("有问题的行"), null=True, editable=False, help_text=_("原样加密保存，改好前供下载"))
    digest = models.CharField(_("预览的标记"), max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(_("第几次处理"), default=0)
    once_key = models.UUIDField(_("一次性表单号"), null=True, unique=True, editable=False)
    progress = models.PositiveSmallIntegerField(_("进度（%）"), default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    lease_until_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("撤销人"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册导入")
        verbose_name_plural = _("名册导入")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("members:import", args=[self.pk])

    @property
    def undo_until_at(self) -> dt.datetime | None:
        """Return until when it can be taken back; None if it cannot, or no longer."""
        if (
            self.kind not in (self.Kind.ROSTER, self.Kind.TALKS, self.Kind.HARDSHIP)
            or self.state != self.State.DONE
            or self.finished_at is None
        ):
            return None
        until = self.finished_at + UNDO_WITHIN
        return until if until >= timezone.now() else None

    @property
    def undone_by_name(self) -> str:
        """Return who took it back."""
        return str(getattr(self.undone_by, "person", self.undone_by) or "")

    @property
    def uploaded_by_name(self) -> str:
        """Return whose import it is; the command line is nobody."""
        return str(getattr(self.uploaded_by, "person", self.uploaded_by) or _("命令行"))

    @property
    def is_running(self) -> bool:
        """Return whether the page should ask again soon."""
        return self.state in (self.State.WAITING, self.State.READING, self.State.COMMITTING)
