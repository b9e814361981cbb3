"""请求约谈: somebody asks, quietly, to be talked with; the unit's secretary answers, a talk settles it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.paths import PathField
from carehub.access.viewer import Facts, viewer_of
from carehub.sealing import SealedTextField
from members.models import Organization, Person
from talks.models.talk import Participation


class TalkRequestQuerySet(models.QuerySet["TalkRequest"]):
    def visible_to(self, user: Any) -> "TalkRequestQuerySet":
        """Return the requests that this account answers or watches over, never its own."""
        viewer = viewer_of(user)
        reach = viewer.reach("talk_request", "a")
        return self.filter(reach.q(occupation="")).exclude(person=viewer.person_id) if reach else self.none()

    def open(self) -> "TalkRequestQuerySet":
        return self.filter(state__in=TalkRequest.OPEN)

    def waiting(self) -> "TalkRequestQuerySet":
        """Return those of people still here that no talk has settled yet, whether they were answered or not."""
        return self.open().filter(~settled(), person__organization__isnull=False)

    def held(self) -> "TalkRequestQuerySet":
        return self.open().filter(settled())

    def with_names(self) -> "TalkRequestQuerySet":
        return self.select_related("person", "organization__parent", "answered_by__person")


def settled() -> Exists:
    """Return the condition that somebody talked with the person since."""
    talks = Participation.objects.filter(person=OuterRef("person"), attended=True, talk__withdrawn_at=None)
    return Exists(talks.filter(talk__held_on__gte=OuterRef("asked_on")))


class TalkRequest(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("等答复")
        ANSWERED = "answered", _("已答复")
        HELD = "held", _("谈过了")
        WITHDRAWN = "withdrawn", _("本人已撤回")

    OPEN = (State.OPEN, State.ANSWERED)
    access_resource = "talk_request"
    field_classes = classes(
        C0="person account organization path state asked_on answer_by_on answered_by answered_at once_key",
        C3="words answer",
    )

    person = models.ForeignKey(Person, verbose_name=_("谁"), on_delete=models.PROTECT, related_name="talk_requests")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        Organization, verbose_name=_("由谁的书记答复"), on_delete=models.PROTECT, related_name="talk_requests"
    )
    path = PathField(_("组织路径"), editable=False, db_index=True)
    state = models.CharField(_("进度"), max_length=9, choices=State.choices, default=State.OPEN)
    words = SealedTextField(_("想谈什么"), blank=True, default="")
    asked_on = models.DateField(_("哪天提出"))
    answer_by_on = models.DateField(_("答复期限"))
    answer = SealedTextField(_("答复"), blank=True, default="")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    once_key = models.UUIDField(_("一次性表单号"), unique=True, editable=False)

    objects = TalkRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("请求约谈")
        verbose_name_plural = _("请求约谈")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["open", "answered"]), name="talk_request_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="talk_request_answered_has_its_secretary",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_on} {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("talk-requests:one", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(path=self.path)

    def days_left(self, on: dt.date) -> int:
        """Return how many days the answer still has, below 0 if it is late."""
        return (self.answer_by_on - on).days
