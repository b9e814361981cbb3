"""The month's inspection workbook: asked for, built in the background, then frozen byte by byte."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import Facts, viewer_of
from carehub.calendar import Precision, date_words
from carehub.sealing import SealedBinaryField
from members.models import Organization


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: Any) -> "InspectionQuerySet":
        """Return the workbooks of organisations in this account's reach today; a request of an ended post is not."""
        reach = viewer_of(user).reach("inspection", "v")
        return self.filter(reach.q(path="organization__path", person="pk", occupation=""))

    def to_build(self, now: dt.datetime) -> "InspectionQuerySet":
        """Return what nobody is building: never begun, or begun by a worker whose lease has run out."""
        abandoned = Q(state=Inspection.State.BUILDING, lease_until_at__lt=now)
        return self.filter(Q(state=Inspection.State.WAITING) | abandoned)

    def unfinished(self) -> "InspectionQuerySet":
        return self.exclude(state=Inspection.State.READY)

    def ready(self) -> "InspectionQuerySet":
        return self.filter(state=Inspection.State.READY)

    def without_content(self) -> "InspectionQuerySet":
        """Leave the file itself in the database: lists do not carry megabytes."""
        return self.defer("content").select_related("organization")

    def newest_first(self) -> "InspectionQuerySet":
        return self.order_by("-pk")


class Inspection(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        BUILDING = "building", _("正在生成")
        READY = "ready", _("已冻结")
        FAILED = "failed", _("没有生成")

    access_resource = "inspection"
    field_classes = classes(
        C0=(
            "month_on counted_on organization requested_by requester once_key created_at state progress step attempts "
            "lease_until_at size sha256 file_name counts holds people finished_at"
        ),
        C2="content",
    )

    month_on = models.DateField(_("月份"), help_text=_("当月第一天"))
    counted_on = models.DateField(_("统计截止日"), help_text=_("当月最后一天；当月未结束时为生成当天"))
    organization = models.ForeignKey(
        Organization, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="inspections"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("生成人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    requester = models.CharField(_("生成人姓名"), max_length=60)
    once_key = models.UUIDField(_("一次性表单号"), default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("申请时间"))

    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(_("进度（%）"), default=0)
    step = models.CharField(_("正在做什么"), max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(_("第几次生成"), default=0)
    lease_until_at = models.DateTimeField(_("本次生成的时限"), null=True)

    content = SealedBinaryField(_("工作簿"), null=True, editable=False)
    size = models.PositiveIntegerField(_("大小（字节）"), default=0)
    sha256 = models.CharField(_("校验码 SHA-256"), max_length=64, blank=True)
    file_name = models.CharField(_("文件名"), max_length=200)
    counts = models.JSONField(_("数目"), default=dict)
    # hardship, pairing: ledgers that only who may export them takes along.
    holds = models.JSONField(_("另需导出权限的台账"), default=list)
    people = models.JSONField(_("这些台账里的人"), default=list)
    finished_at = models.DateTimeField(_("冻结时间"), null=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("督查工作簿")
        verbose_name_plural = _("督查工作簿")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready")
                | (Q(content__isnull=False, finished_at__isnull=False, size__gt=0) & ~Q(sha256="")),
                name="inspection_ready_is_frozen",
            ),
            models.CheckConstraint(condition=Q(month_on__day=1), name="inspection_month_first_day"),
        ]
        indexes = [models.Index(fields=["state"], name="inspection_state")]

    def __str__(self) -> str:
        return f"{self.month_words} {self.scope_name}"

    def get_absolute_url(self) -> str:
        return reverse("reports:inspection", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(path=self.organization.path or "")

    def is_open_to(self, user: Any) -> bool:
        """Return whether somebody may take along all that stands in it by the posts held today; None: nobody."""
        place = self.access_facts()
        return all(user is not None and viewer_of(user).reach(one, "x").covers(place) for one in self.holds)

    @property
    def month_words(self) -> str:
        return date_words(self.month_on, Precision.MONTH)

    @property
    def scope_name(self) -> str:
        """Return the scope as a title says it: 全校, or the organisation."""
        return str(_("全校") if self.organization.kind == Organization.Kind.COMMITTEE else self.organization)

    @property
    def is_running(self) -> bool:
        """Return whether the page should ask again soon."""
        return self.state in (self.State.WAITING, self.State.BUILDING)

    @property
    def is_partial(self) -> bool:
        """Return whether the month had not ended on the day of counting."""
        return (self.counted_on + dt.timedelta(days=1)).month == self.month_on.month

    @property
    def short_hash(self) -> str:
        return " ".join(self.sha256[n : n + 4] for n in (0, 4, 8)) + " …" if self.sha256 else ""

    @property
    def frozen_on(self) -> dt.date | None:
        """Return the day on which the file was put away."""
        return timezone.localdate(self.finished_at) if self.finished_at else None
