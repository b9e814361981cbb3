"""组织关系转接: one side sends somebody, the other takes over; out of the school the department has a hand in it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import viewer_of
from carehub.sealing import SealedTextField
from members.models.organization import Organization
from members.models.person import Person


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, user: Any) -> "TransferQuerySet":
        """Return the transfers of which this account keeps one side's roster, never the own one."""
        viewer = viewer_of(user)
        reach = viewer.reach("person", "e")
        sides = [reach.q(path=f"{side}__path", occupation="") for side in ("origin", "target")]
        seen = self if reach.everything else self.filter(sides[0] | sides[1])
        return seen.exclude(person=viewer.person_id)

    def open(self) -> "TransferQuerySet":
        return self.filter(state=Transfer.State.OPEN)

    def waiting(self) -> "TransferQuerySet":
        """Return the open ones of people who are still where they are sent from."""
        return self.open().filter(person__organization=F("origin"))

    def with_names(self) -> "TransferQuerySet":
        return self.select_related(
            "person__organization__parent", "origin__parent", "target__parent", "asked_by__person", "decided_by__person"
        )


class Transfer(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("待接收")
        ACCEPTED = "accepted", _("已转接")
        DECLINED = "declined", _("未接收")
        WITHDRAWN = "withdrawn", _("已撤回")

    access_resource = "person"
    field_classes = classes(
        C0="person origin target outside on state asked_by asked_at decided_by decided_at once_key", C3="note answer"
    )

    person = models.ForeignKey(Person, verbose_name=_("姓名"), on_delete=models.PROTECT, related_name="transfers")
    origin = models.ForeignKey(
        Organization, verbose_name=_("转出党组织"), on_delete=models.PROTECT, related_name="transfers_out"
    )
    target = models.ForeignKey(
        Organization, verbose_name=_("接收党组织"), null=True, on_delete=models.PROTECT, related_name="transfers_in"
    )
    outside = models.CharField(_("校外接收党组织"), max_length=100, blank=True)
    on = models.DateField(_("转接日期"), help_text=_("校内：归新支部的第一天；转出学校：在本校的最后一天"))
    state = models.CharField(_("进度"), max_length=9, choices=State.choices, default=State.OPEN)
    note = SealedTextField(_("说明"), blank=True, default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("办理时间"), null=True)
    answer = SealedTextField(_("不接收的原因"), blank=True, default="")
    once_key = models.UUIDField(_("一次性表单号"), unique=True, editable=False)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("组织关系转接")
        verbose_name_plural = _("组织关系转接")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="transfer_one_open"),
            models.CheckConstraint(
                condition=Q(target__isnull=False, outside="") | (Q(target=None) & ~Q(outside="")),
                name="transfer_inside_or_out",
            ),
            models.CheckConstraint(condition=Q(target=None) | ~Q(target=F("origin")), name="transfer_to_another_place"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="transfer_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="transfer_decided_has_its_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.origin} → {self.destination}"

    def get_absolute_url(self) -> str:
        return reverse("transfers:transfer", args=[self.pk])

    @property
    def destination(self) -> str:
        return str(self.target) if self.target else self.outside
