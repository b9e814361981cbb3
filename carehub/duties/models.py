"""The little that is stored about duties: excuses, dated settings, and what a period was when it closed.

Everything else is derived when it is read.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.calendar import window_words
from carehub.duties.duty import State
from carehub.sealing import SealedTextField


class ExcuseQuerySet(models.QuerySet["Excuse"]):
    def in_force(self, on: Any) -> "ExcuseQuerySet":
        return self.filter(withdrawn_at=None, made_on__lte=on, until_on__gte=on)


class Excuse(models.Model):
    """Why a duty could not be done: a reason, who says so, until when. Named by rule, window, owner and subject.

    `owner_id` and `subject_id` are the numbers in the duty's key: foundation rows know no app's tables.
    """

    # The reason often is an illness or a family's trouble.
    field_classes = classes(
        C0="rule window owner_id subject_id by made_on until_on withdrawn_at erased_on", C3="reason"
    )

    rule = models.CharField(_("条款"), max_length=10)
    window = models.CharField(_("时段"), max_length=10)
    owner_id = models.BigIntegerField(_("责任方"))
    subject_id = models.BigIntegerField(_("对象"))
    reason = SealedTextField(_("原因"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField(_("说明日期"))
    until_on = models.DateField(_("有效至"))
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True, blank=True)

    # When the words about a departed person were let go of; that it was excused stays.
    erased_on = models.DateField(_("到期清除的日期"), null=True, blank=True, editable=False)

    objects = ExcuseQuerySet.as_manager()

    class Meta:
        verbose_name = _("情况说明")
        verbose_name_plural = _("情况说明")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "window", "owner_id", "subject_id", "made_on"],
                condition=Q(withdrawn_at=None),
                name="excuse_one_standing_a_day",
            ),
            models.CheckConstraint(condition=~Q(reason="") | Q(erased_on__isnull=False), name="excuse_has_reason"),
            models.CheckConstraint(condition=Q(until_on__gte=F("made_on")), name="excuse_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.reason


class RuleSetting(models.Model):
    """A number or choice of the organisation department and the day from which it holds: added, never edited."""

    field_classes = classes(C0="name value from_on by made_at")

    name = models.CharField(_("设置"), max_length=40)
    value = models.CharField(_("取值"), max_length=40)
    from_on = models.DateField(_("生效日期"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("规则设置")
        verbose_name_plural = _("规则设置")
        constraints = [models.UniqueConstraint(fields=["name", "from_on"], name="setting_once_a_day")]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class ClosedPeriodQuerySet(models.QuerySet["ClosedPeriod"]):
    def standing(self) -> "ClosedPeriodQuerySet":
        """Return the closings that hold: those that were not opened again."""
        return self.filter(reopened_at=None)

    def being_made_up(self, on: dt.date) -> "ClosedPeriodQuerySet":
        """Return the periods that the department opened again and that are still open on a day."""
        return self.filter(reopened_at__isnull=False, open_until_on__gte=on)


class ClosedPeriod(models.Model):
    """One window of one rule, closed on a day. Opened again, it stays as it was; the next closing is another row."""

    field_classes = classes(C0="rule window number closed_on reopened_at reopened_by reason open_until_on")

    rule = models.CharField(_("条款"), max_length=10)
    window = models.CharField(_("时段"), max_length=10)
    number = models.PositiveSmallIntegerField(_("第几次定格"))
    closed_on = models.DateField(_("定格日期"))
    reopened_at = models.DateTimeField(_("重新开放时间"), null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("重新开放的原因"), max_length=200, blank=True)
    open_until_on = models.DateField(_("开放到"), null=True, blank=True)

    objects = ClosedPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("定格的时段")
        verbose_name_plural = _("定格的时段")
        ordering = ["-window", "rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "window", "number"], name="closed_period_numbered"),
            models.UniqueConstraint(
                fields=["rule", "window"], condition=Q(reopened_at=None), name="closed_period_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopened_by=None, reason="", open_until_on=None)
                | Q(reopened_at__isnull=False, reopened_by__isnull=False, open_until_on__isnull=False) & ~Q(reason=""),
                name="closed_period_reopened_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return window_words(self.window)


class PeriodRecord(models.Model):
    """One duty as it stood when its period closed: names and units as values, so that it says so ever after.

    Why it was excused is not kept here: that is for the organisation's own, and it ends with the excuse.
    """

    field_classes = classes(
        C0="period place owner_id subject_id subject person_id person organization_id organization organization_name "
        "obligor_id obligor vacant opens_on due_on done_on evidence_id state why"
    )

    # What is copied from a duty, and becomes one again.
    COPIED = (
        "owner_id", "subject_id", "subject", "person_id", "person", "organization_id", "organization",
        "organization_name", "obligor_id", "obligor", "vacant", "opens_on", "due_on", "done_on", "evidence_id",
        "state", "why",
    )  # fmt: skip

    period = models.ForeignKey(ClosedPeriod, on_delete=models.PROTECT, related_name="records")
    place = models.PositiveIntegerField(_("顺序"), help_text="official order, then pinyin, as on that day")
    owner_id = models.BigIntegerField(_("责任方"))
    subject_id = models.BigIntegerField(_("对象"))
    subject = models.CharField(_("对象"), max_length=200)
    person_id = models.BigIntegerField(_("同志"), null=True)
    person = models.CharField(_("同志"), max_length=60, blank=True)
    organization_id = models.BigIntegerField(_("党组织"))
    organization = models.CharField(_("党组织编码"), max_length=30)
    organization_name = models.CharField(_("党组织"), max_length=200)
    obligor_id = models.BigIntegerField(_("责任人"), null=True)
    obligor = models.CharField(_("责任人"), max_length=60, blank=True)
    vacant = models.BooleanField(_("书记空缺"))
    opens_on = models.DateField(_("起"))
    due_on = models.DateField(_("止"))
    done_on = models.DateField(_("办结日期"), null=True)
    evidence_id = models.BigIntegerField(_("凭据"), null=True)
    state = models.CharField(_("状态"), max_length=16, choices=State.choices)
    why = models.CharField(_("说明"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("时段定格记录")
        verbose_name_plural = _("时段定格记录")
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["period", "place"], name="period_record_placed_once")]
        indexes = [models.Index(fields=["period", "organization_id", "state"], name="period_record_unit")]

    def __str__(self) -> str:
        return self.subject


def setting_on(name: str, default: str, on: dt.date) -> str:
    """Return the value of a setting that held on a day."""
    row = RuleSetting.objects.filter(name=name, from_on__lte=on).order_by("-from_on").first()
    return row.value if row else default
