"""Each reveal of one full value takes a place; an account has so many places an hour and no more."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes


class Purpose(models.TextChoices):
    CALL = "call", _("联系本人")
    VISIT = "visit", _("走访慰问，送达物品")
    CHECK = "check", _("核对名册、证件")
    PAYMENT = "payment", _("发放慰问金、补贴")
    MEDAL = "medal", _("核对颁章名册")
    FORM = "form", _("填写上报材料")
    ASKED = "asked", _("本人要求或本人核对")


class Reveal(models.Model):
    """One place in the hour of an account. The unique place is the quota: clicks at once cannot share it."""

    field_classes = classes(C0="user hour_at place once_key target field made_at")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("何人"), on_delete=models.CASCADE, related_name="reveals"
    )
    hour_at = models.DateTimeField(_("哪个小时"))
    place = models.PositiveSmallIntegerField(_("第几次"))
    once_key = models.UUIDField(_("一次性表单号"), unique=True)
    target = models.CharField(_("对什么"), max_length=64, help_text="members.Person:17")
    field = models.CharField(_("哪一项"), max_length=40)
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("查看完整号码")
        verbose_name_plural = _("查看完整号码")
        constraints = [
            models.UniqueConstraint(fields=["user", "hour_at", "place"], name="reveal_one_a_place"),
            models.CheckConstraint(condition=Q(place__gte=1), name="reveal_places_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.field}"

    def is_fresh(self, at: dt.datetime, shown: dt.timedelta) -> bool:
        """Return whether the value may still be on the screen."""
        return at - self.made_at < shown
