"""需要办的事 (C-2.11): what a person in hardship needs, who sees to it until when, and what came of it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.duties.duty import State as Look
from carehub.sealing import SealedTextField
from hardship.models.case import PERSON_SEALED, RESOURCE, Case
from members.models import Post
from members.scope import title_of

SOON = 7  # days


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, user: Any) -> "NeedQuerySet":
        """Return the needs of the cases that this account sees: on a closed one the fact alone is shown."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def open(self) -> "NeedQuerySet":
        return self.filter(state=Need.State.OPEN)

    def with_names(self) -> "NeedQuerySet":
        """Ready to be listed, in one query."""
        sealed = [f"owner__person__{name}" for name in PERSON_SEALED]
        return self.select_related("owner__person", "owner__organization").defer(*sealed)


class Need(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("在办")
        DONE = "done", _("已办")
        IMPOSSIBLE = "impossible", _("办不了")

    access_resource = RESOURCE
    field_classes = classes(
        C0="case owner asked_by asked_on due_on state closed_on closed_by once_key version", C3="what result"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="needs")
    what = SealedTextField(_("需要什么"))
    # A post, not a person: who leaves it loses the matter the same day.
    owner = models.ForeignKey(Post, verbose_name=_("谁来办"), on_delete=models.PROTECT, related_name="hardship_needs")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(_("登记日期"))
    due_on = models.DateField(_("何时办好"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    result = SealedTextField(_("办理结果"), blank=True, default="")
    closed_on = models.DateField(_("办结日期"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    once_key = models.UUIDField(unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("帮扶需求")
        verbose_name_plural = _("帮扶需求")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("asked_on")), name="need_due_after_asked"),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None, closed_by=None)
                | ~Q(state="open") & Q(closed_on__isnull=False, closed_by__isnull=False),
                name="need_closed_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["case", "state"], name="need_case_state")]

    def __str__(self) -> str:
        return f"{self.asked_on} {self.get_state_display()}"

    def owner_on(self, on: dt.date) -> str:
        """Return the name and post of who sees to it, empty once he left the post."""
        post = self.owner
        held = post.started_on <= on and (post.ended_on is None or post.ended_on >= on)
        return f"{post.person}（{title_of(post)}）" if held else ""

    def look(self, on: dt.date) -> tuple[str, str]:
        """Return (look, words) of the badge on a day."""
        if self.state != self.State.OPEN:
            return (Look.DONE if self.state == self.State.DONE else Look.EXCUSED), str(self.get_state_display())
        days = (self.due_on - on).days
        if days < 0:
            return Look.OVERDUE, _gettext("逾期 %s 天") % -days
        if days <= SOON:
            return Look.DUE_SOON, _gettext("还有 %s 天") % days if days else _gettext("今天到期")
        return Look.OPEN, _gettext("在办")
