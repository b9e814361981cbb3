"""党费减免: what is applied for, by whom, for which months, and the months in which it holds."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.paths import PathField
from carehub.access.viewer import Facts, Reach, Viewer, viewer_of
from carehub.approvals.machine import OPEN, State
from carehub.approvals.models import Application
from carehub.calendar import DAY, last_possible_day
from carehub.sealing import SealedTextField
from hardship.waivers.chain import COMMITTEE
from members.models import Organization, Person

RESOURCE = "waiver"


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def visible_to(self, user: Any) -> "WaiverQuerySet":
        """Return the own ones, those of the own organisations, and what came to the own step (the committee)."""
        viewer = viewer_of(user)
        return self._reached(viewer, viewer.reach(RESOURCE, "v"))

    def in_organizations_of(self, user: Any) -> "WaiverQuerySet":
        """Return those that are visible by an office, without one's own."""
        viewer = viewer_of(user)
        return self._reached(viewer, viewer.reach(RESOURCE, "v").over_others()).exclude(person=viewer.person_id)

    def _reached(self, viewer: Viewer, reach: Reach) -> "WaiverQuerySet":
        seen = reach.q(person="person", occupation="")
        if viewer.may(RESOURCE, "c"):
            seen |= self.model.reached_the_committee()
        return self.filter(seen)

    def open(self) -> "WaiverQuerySet":
        return self.filter(application__state__in=OPEN)

    def running(self) -> "WaiverQuerySet":
        return self.filter(application__state=State.RUNNING)

    def approved(self) -> "WaiverQuerySet":
        """Return what the committee agreed to, the ended ones among them."""
        return self.filter(application__state=State.APPROVED)

    def in_force(self, on: dt.date) -> "WaiverQuerySet":
        """Return what holds in the month of a day."""
        month = WaiverMonth.objects.filter(waiver=OuterRef("pk"), month=on.replace(day=1))
        return self.approved().filter(Exists(month))

    def with_names(self) -> "WaiverQuerySet":
        """Ready to be listed, without the sealed words."""
        return self.select_related("application", "person", "organization__parent").defer(
            "reason", "income", "revoked_why"
        )


class Waiver(models.Model):
    class Kind(models.TextChoices):
        REDUCTION = "reduction", _("少交")
        EXEMPTION = "exemption", _("免交")

    class Dues(models.TextChoices):
        """By which rule the dues are counted (中组发〔2008〕3号)."""

        STAFF = "staff", _("在职，按月工资收入")
        RETIRED = "retired", _("离退休，按离退休费")
        FIXED = "fixed", _("学生、低保等，每月定额")

    class Cause(models.TextChoices):
        ILLNESS = "illness", _("因病")
        DISABILITY = "disability", _("因残")
        ACCIDENT = "accident", _("家庭意外")
        SCHOOLING = "schooling", _("子女就学")
        ALLOWANCE = "allowance", _("低保家庭")
        INCOME = "income", _("收入减少")
        OTHER = "other", _("其他")

    access_resource = RESOURCE
    field_classes = classes(
        C0="application person organization path kind dues new_amount first_month last_month consent_on is_paper "
        "receipt_year receipt_number renews revoked_month revoked_on revoked_by revision erased_on",
        C3="cause income standard reason revoked_why",
    )

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="waiver")
    person = models.ForeignKey(Person, verbose_name=_("申请人"), on_delete=models.PROTECT, related_name="waivers")
    organization = models.ForeignKey(
        Organization, verbose_name=_("所在党组织"), on_delete=models.PROTECT, related_name="waivers"
    )
    path = PathField(_("路径"))
    kind = models.CharField(_("申请"), max_length=9, choices=Kind.choices)
    dues = models.CharField(_("党费按什么算"), max_length=7, choices=Dues.choices)
    income = SealedTextField(_("月收入"), blank=True, default="")
    standard = models.DecimalField(_("应交月额"), max_digits=8, decimal_places=2, null=True)  # none once it is erased
    new_amount = models.DecimalField(_("减免后每月交"), max_digits=8, decimal_places=2, default=Decimal(0))
    first_month = models.DateField(_("从哪个月起"))
    last_month = models.DateField(_("到哪个月止"))
    cause = models.CharField(_("事由"), max_length=10, choices=Cause.choices)
    reason = SealedTextField(_("具体情况"))
    consent_on = models.DateField(_("同意审批查看困难情况的日期"))
    is_paper = models.BooleanField(_("书面申请，由支部代录"), default=False)
    receipt_year = models.PositiveSmallIntegerField(_("收条年份"))
    receipt_number = models.PositiveIntegerField(_("收条编号"))
    renews = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="renewals")
    revoked_month = models.DateField(_("从哪个月起终止"), null=True)
    revoked_on = models.DateField(_("终止日期"), null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_why = SealedTextField(_("终止原因"), blank=True, default="")
    revision = models.PositiveSmallIntegerField(_("第几稿"), default=1)
    erased_on = models.DateField(_("到期清除的日期"), null=True, editable=False)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("党费减免")
        verbose_name_plural = _("党费减免")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["receipt_year", "receipt_number"], name="waiver_receipt_once"),
            models.CheckConstraint(
                condition=Q(kind="exemption", new_amount=0)
                | Q(kind="reduction", new_amount__gt=0, new_amount__lt=F("standard")),
                name="waiver_pays_less",
            ),
            models.CheckConstraint(condition=Q(last_month__gte=F("first_month")), name="waiver_ends_after_start"),
            models.CheckConstraint(
                condition=Q(revoked_month=None, revoked_on=None, revoked_by=None)
                | Q(revoked_month__isnull=False, revoked_on__isnull=False, revoked_by__isnull=False),
                name="waiver_revoked_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="waiver_path"),
            models.Index(fields=["last_month"], name="waiver_last"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("waivers:waiver", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(self.path, frozenset({self.person_id}))

    @staticmethod
    def reached_the_committee() -> Q:
        """Return the condition that a request is with the committee, or was decided there."""
        last = Q(application__stage__gte=COMMITTEE)
        return last & Q(application__state__in=[State.RUNNING, State.APPROVED, State.DECLINED])

    @property
    def receipt(self) -> str:
        """Return the number of the receipt: 2026-017."""
        return f"{self.receipt_year}-{self.receipt_number:03d}"

    @property
    def months(self) -> int:
        return months_between(self.first_month, self.last_month)

    @property
    def saved(self) -> Decimal:
        """Return by how much the monthly dues are less."""
        return (self.standard or Decimal(0)) - self.new_amount

    @property
    def ends_on(self) -> dt.date:
        """Return the last day on which it holds."""
        return self.revoked_month - DAY if self.revoked_month else last_possible_day(self.last_month, "month")

    @property
    def span_words(self) -> str:
        """Return 2027年1月至12月, 2026年11月至2027年6月."""
        first, last = self.first_month, self.last_month
        upto = f"{last.month}月" if first.year == last.year else f"{last.year}年{last.month}月"
        return _gettext("%(first)s至%(last)s") % {"first": f"{first.year}年{first.month}月", "last": upto}

    def is_over(self, on: dt.date) -> bool:
        """Return whether nothing of it is to come: refused, taken back, revoked, or its last month has passed."""
        state = self.application.state
        return state in (State.DECLINED, State.WITHDRAWN) or (state == State.APPROVED and self.ends_on < on)


def months_between(first: dt.date, last: dt.date) -> int:
    """Return how many months a span has, both ends included."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def months_of(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first day of each month of a span."""
    start = first.year * 12 + first.month - 1
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(start, start + months_between(first, last))]


class WaiverMonth(models.Model):
    """A month in which a waiver holds. One person has one at most: 少交 and 免交 never overlap."""

    field_classes = classes(C0="waiver person month")

    waiver = models.ForeignKey(Waiver, on_delete=models.CASCADE, related_name="held_months")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="waived_months")
    month = models.DateField(_("月份"))

    class Meta:
        verbose_name = _("减免月份")
        verbose_name_plural = _("减免月份")
        ordering = ["month"]
        constraints = [models.UniqueConstraint(fields=["person", "month"], name="waiver_month_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Receipt(models.Model):
    """The number of the last receipt of a year: taken by a conditional update, so that no number comes twice."""

    field_classes = classes(C0="year last")

    year = models.PositiveSmallIntegerField(_("年份"), unique=True)
    last = models.PositiveIntegerField(_("最后一个编号"), default=0)

    class Meta:
        verbose_name = _("收条编号")
        verbose_name_plural = _("收条编号")

    def __str__(self) -> str:
        return f"{self.year}"
