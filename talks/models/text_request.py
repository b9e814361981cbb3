"""应急查阅 (break-glass): one reader, one talk's words, 24 hours, after a second person agreed; the talker is told."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import viewer_of
from carehub.sealing import SealedTextField
from talks.models.talk import Participation, Talk

RESOURCE = "text_request"
READABLE_FOR = dt.timedelta(hours=24)
UNDECIDED_FOR = dt.timedelta(days=3)


class TextRequestQuerySet(models.QuerySet["TextRequest"]):
    def visible_to(self, user: Any) -> "TextRequestQuerySet":
        """Return the requests that an account asked for, may decide or decided, or that opened a talk of its own."""
        viewer = viewer_of(user)
        if viewer.person_id is None:
            return self.none()
        approved = Q(talk__talker=viewer.person_id, until_at__isnull=False)
        asked = Q(requester=user.pk) if viewer.may(RESOURCE, "e") else Q(pk__in=[])
        open_to_me = TextRequest.objects.decidable_by(user).filter(state=TextRequest.State.ASKED)
        deciding = Q(pk__in=open_to_me.values("pk")) | Q(decided_by=user.pk)
        return self.filter(approved | asked | (deciding if viewer.may(RESOURCE, "a") else Q(pk__in=[])))

    def decidable_by(self, user: Any) -> "TextRequestQuerySet":
        """Return the requests that an account may decide: not its own, not of a talk in which it took part."""
        viewer = viewer_of(user)
        if viewer.person_id is None or not viewer.may(RESOURCE, "a"):
            return self.none()
        present = Participation.objects.filter(talk=OuterRef("talk"), person=viewer.person_id)
        strangers = self.filter(~Exists(present), ~Q(talk__talker=viewer.person_id), ~Q(requester=user.pk))
        return strangers.filter(Q(talk__recorded_by=None) | ~Q(talk__recorded_by=user.pk))

    def undecided(self, now: dt.datetime) -> "TextRequestQuerySet":
        return self.filter(state=TextRequest.State.ASKED, asked_at__gt=now - UNDECIDED_FOR)

    def lapsed(self, now: dt.datetime) -> "TextRequestQuerySet":
        """Asked and never decided in time."""
        return self.filter(state=TextRequest.State.ASKED, asked_at__lte=now - UNDECIDED_FOR)

    def running(self, now: dt.datetime) -> "TextRequestQuerySet":
        """Approved, and the 24 hours are not over."""
        return self.filter(state=TextRequest.State.APPROVED, until_at__gt=now)

    def ready(self) -> "TextRequestQuerySet":
        """Ready to be shown: who asked, which talk, who decided; never the words."""
        joined = ("requester__person", "decided_by__person", "talk__talker", "talk__organization")
        return self.select_related(*joined).defer("talk__line")


class TextRequest(models.Model):
    class State(models.TextChoices):
        ASKED = "asked", _("等待批准")
        APPROVED = "approved", _("已批准")
        DECLINED = "declined", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")
        LAPSED = "lapsed", _("过期未批")

    access_resource = RESOURCE
    field_classes = classes(
        C0="talk requester requester_title state asked_at decided_by decided_title decided_at until_at reads "
        "first_read_at last_read_at once_key",
        C3="reason answer",
    )

    talk = models.ForeignKey(Talk, verbose_name=_("哪次谈话"), on_delete=models.PROTECT, related_name="text_requests")
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("谁要看"), on_delete=models.PROTECT, related_name="+"
    )
    requester_title = models.CharField(_("当时的职务"), max_length=60, blank=True)
    reason = SealedTextField(_("为什么要看"))
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("谁批的"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_title = models.CharField(_("批准人当时的职务"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("批复时间"), null=True)
    answer = SealedTextField(_("批复意见"), blank=True, default="")
    until_at = models.DateTimeField(_("可看到什么时候"), null=True)
    reads = models.PositiveIntegerField(_("看了几次"), default=0)
    first_read_at = models.DateTimeField(_("第一次看的时间"), null=True)
    last_read_at = models.DateTimeField(_("最近一次看的时间"), null=True)
    once_key = models.UUIDField(_("一次性表单号"), default=uuid.uuid4, unique=True, editable=False)

    objects = TextRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("应急查阅申请")
        verbose_name_plural = _("应急查阅申请")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requester")), name="text_request_second_person"
            ),
            models.CheckConstraint(
                condition=Q(state="approved", until_at__isnull=False, decided_by__isnull=False)
                | Q(state="declined", until_at=None, decided_by__isnull=False)
                | Q(state__in=["asked", "withdrawn", "lapsed"], until_at=None, decided_by=None),
                name="text_request_decided_by_somebody",
            ),
            models.CheckConstraint(condition=Q(reads=0) | Q(state="approved"), name="text_request_read_if_approved"),
            models.UniqueConstraint(
                fields=["talk", "requester"], condition=Q(state="asked"), name="text_request_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d} {self.requester}"

    def get_absolute_url(self) -> str:
        return reverse("text-requests:request", args=[self.pk])

    def is_running(self, now: dt.datetime) -> bool:
        """Return whether the words may be read now."""
        return self.state == self.State.APPROVED and self.until_at is not None and now < self.until_at

    def is_undecided(self, now: dt.datetime) -> bool:
        return self.state == self.State.ASKED and now < self.asked_at + UNDECIDED_FOR

    def look(self, now: dt.datetime) -> tuple[str, str]:
        """Return (state, words) of the badge."""
        if self.is_running(now):
            return "due_soon", str(_("可以查阅"))
        if self.state == self.State.APPROVED:
            return "done", str(_("已到期"))
        if self.state == self.State.ASKED and not self.is_undecided(now):
            return "not_applicable", str(self.State.LAPSED.label)
        kind = {"asked": "open", "declined": "excused"}.get(self.state, "not_applicable")
        return kind, str(self.get_state_display())
