"""The little that is stored about duties: excuses and dated settings. Everything else is derived when it is read."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
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


def setting_on(name: str, default: str, on: dt.date) -> str:
    """Return the value of a setting that held on a day."""
    row = RuleSetting.objects.filter(name=name, from_on__lte=on).order_by("-from_on").first()
    return row.value if row else default
