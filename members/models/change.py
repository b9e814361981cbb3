"""Who changed what in a person's record, and what the person asks to have changed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import viewer_of
from carehub.sealing import SealedJSONField, SealedTextField
from members.models.person import Person


class PersonChange(models.Model):
    """One change of a record. `revision` counts a person's changes, so that of two at once only one is the next."""

    class Source(models.TextChoices):
        HAND = "hand", _("更正")
        REQUEST = "request", _("本人申请")
        IMPORT = "import", _("名册导入")
        UNDO = "undo", _("撤销名册导入")

    field_classes = classes(C0="person revision source by at", C3="because changed")

    person = models.ForeignKey(Person, verbose_name=_("姓名"), on_delete=models.CASCADE, related_name="changes")
    revision = models.PositiveIntegerField(_("第几次"))
    source = models.CharField(_("来源"), max_length=7, choices=Source.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    because = SealedTextField(_("原因"), blank=True, default="")
    changed = SealedJSONField(_("改了什么"), help_text=_("[字段, 原来, 现在]，号码、住址、出生日期只留遮盖后的样子"))

    class Meta:
        verbose_name = _("档案更正")
        verbose_name_plural = _("档案更正")
        ordering = ["-revision"]
        constraints = [models.UniqueConstraint(fields=["person", "revision"], name="change_one_next")]

    def __str__(self) -> str:
        return f"{self.person} {self.revision}"

    @property
    def by_name(self) -> str:
        return str(getattr(self.by, "person", self.by) or "")


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def visible_to(self, user: Any) -> "ChangeRequestQuerySet":
        """Return what people ask whose record this account may edit, never what it asks for itself."""
        viewer = viewer_of(user)
        reach = viewer.reach("person", "e")
        inside = reach.q(path="person__path", person="person", occupation="person__occupation")
        return self.filter(inside).exclude(person=viewer.person_id)

    def open(self) -> "ChangeRequestQuerySet":
        return self.filter(state=ChangeRequest.State.OPEN)

    def waiting(self) -> "ChangeRequestQuerySet":
        """Return the open ones of people who are still here."""
        return self.open().exclude(person__organization=None)

    def with_names(self) -> "ChangeRequestQuerySet":
        return self.select_related("person__organization", "decided_by__person")


class ChangeRequest(models.Model):
    """A person asks to have the own record changed; an officer accepts or declines."""

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        ACCEPTED = "accepted", _("已更正")
        DECLINED = "declined", _("没有更正")
        WITHDRAWN = "withdrawn", _("本人已撤回")

    field_classes = classes(C0="person account state asked_at decided_by decided_at once_key", C3="wanted note answer")

    person = models.ForeignKey(Person, verbose_name=_("姓名"), on_delete=models.PROTECT, related_name="change_requests")
    # The account behind the person, kept here so that the database can hold the rule that nobody decides on his own.
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("进度"), max_length=9, choices=State.choices, default=State.OPEN)
    wanted = SealedJSONField(_("要改成"), default=dict, help_text=_("{字段: 值}"))
    note = SealedTextField(_("说明"), blank=True, default="")
    asked_at = models.DateTimeField(_("申请时间"), auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("处理时间"), null=True)
    answer = SealedTextField(_("答复"), blank=True, default="")
    once_key = models.UUIDField(_("一次性表单号"), unique=True, editable=False)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("更正申请")
        verbose_name_plural = _("更正申请")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="change_request_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("account")), name="change_request_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="change_request_decided_has_its_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("members:change-request", args=[self.pk])
