"""Applications that are decided in steps, the steps that they stay at, the meetings, and every decision as evidence.

A foundation knows no app: people and organisations stand here as plain numbers, with their names and posts as values of
the day, because a decision has to say for ever who took it in which office.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.paths import PathField
from carehub.approvals.chain import Chain, Stop
from carehub.approvals.machine import DECISIONS, OPEN, Position, State, Verb
from carehub.sealing import SealedTextField


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> "ApplicationQuerySet":
        """Return what is not decided yet, the returned ones among them."""
        return self.filter(state__in=OPEN)

    def running(self) -> "ApplicationQuerySet":
        return self.filter(state=State.RUNNING)

    def standing_at(self, position: Position, form_hash: str) -> "ApplicationQuerySet":
        """Return the one that still is where somebody saw it, with the very text that he saw."""
        return self.filter(version=position.version, state=position.state, stage=position.at, form_hash=form_hash)


class Application(models.Model):
    """One application: whose, on which way, where it is, since when."""

    field_classes = classes(
        C0="kind applicant_id author author_person_id path way state stage stage_path since_on due_on version "
        "handed_to last_actor form_hash submitted_on closed_on once_key"
    )

    kind = models.CharField(_("事项"), max_length=20)
    applicant_id = models.BigIntegerField(_("申请人"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_person_id = models.BigIntegerField(_("谁录入"))
    path = PathField(_("申请时所在党组织"))
    way = models.JSONField(
        _("各级"), help_text='[{"code", "organization", "path", "name"}], a step passed over: {"code"}'
    )
    state = models.CharField(_("进度"), max_length=9, choices=State.choices, default=State.RUNNING)
    stage = models.SmallIntegerField(_("到第几步"))
    stage_path = PathField(_("到哪个党组织"), blank=True)
    since_on = models.DateField(_("从哪天起"))
    due_on = models.DateField(_("这一步的期限"), null=True)
    version = models.PositiveIntegerField(_("第几次变动"))
    handed_to = models.BigIntegerField(_("转请谁代办"), null=True)
    last_actor = models.BigIntegerField(_("上一步由谁办"), null=True)
    form_hash = models.CharField(_("申请内容的摘要"), max_length=64)
    submitted_on = models.DateField(_("申请日期"))
    closed_on = models.DateField(_("办结日期"), null=True)
    once_key = models.UUIDField(unique=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("申请")
        verbose_name_plural = _("申请")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "applicant_id"],
                condition=Q(state__in=["running", "returned"]),
                name="application_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "returned"], closed_on=None)
                | ~Q(state__in=["running", "returned"]) & Q(closed_on__isnull=False),
                name="application_closed_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(stage=-1), name="application_returned_is_with_the_applicant"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "stage_path"], condition=Q(state="running"), name="application_waiting"),
            models.Index(fields=["applicant_id"], name="application_applicant"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def position(self) -> Position:
        return Position(self.state, self.stage, self.version, self.handed_to, self.last_actor)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def stops(self, chain: Chain) -> list[Stop]:
        return chain.stops(self.way)

    def stop(self, chain: Chain) -> Stop | None:
        """Return the step where it is, None when it is with the applicant or closed."""
        return self.stops(chain)[self.stage] if self.state == State.RUNNING else None


class Stay(models.Model):
    """How long a step had an application: the duty to decide within the days that the setting gives."""

    field_classes = classes(
        C0="application kind applicant_id step organization_id path came_on due_on left_on ended_by"
    )

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="stays")
    kind = models.CharField(_("事项"), max_length=20)
    applicant_id = models.BigIntegerField(_("申请人"))
    step = models.CharField(_("哪一步"), max_length=20)
    organization_id = models.BigIntegerField(_("党组织"))
    path = PathField(_("党组织路径"))
    came_on = models.DateField(_("收到日期"))
    due_on = models.DateField(_("期限"))
    left_on = models.DateField(_("办理日期"), null=True)
    ended_by = models.CharField(_("怎样办的"), max_length=8, choices=Verb.choices, blank=True)

    class Meta:
        verbose_name = _("在办步骤")
        verbose_name_plural = _("在办步骤")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(left_on=None), name="stay_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("came_on")), name="stay_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["kind", "left_on"], name="stay_kind_left")]

    def __str__(self) -> str:
        return f"{self.step} {self.came_on}"


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def open(self) -> "MeetingQuerySet":
        return self.filter(closed_at=None)


class Meeting(models.Model):
    """A meeting of the committee with its agenda: put down by one, its resolution confirmed by another."""

    field_classes = classes(
        C0="kind title held_on present document_year document_number made_by made_at closed_at once_key"
    )

    kind = models.CharField(_("事项"), max_length=20)
    title = models.CharField(_("会议"), max_length=60, help_text=_("例如：党委会第21次会议"))
    held_on = models.DateField(_("会议日期"))
    present = models.CharField(_("到会"), max_length=300)
    document_year = models.PositiveSmallIntegerField(_("文号年份"), null=True)
    document_number = models.PositiveIntegerField(_("文号"), null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(_("办完时间"), null=True)
    once_key = models.UUIDField(unique=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("会议议题")
        verbose_name_plural = _("会议议题")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document_year", "document_number"],
                condition=Q(document_number__isnull=False),
                name="meeting_one_document",
            ),
            models.CheckConstraint(
                condition=Q(document_year=None, document_number=None)
                | Q(document_year__isnull=False, document_number__isnull=False),
                name="meeting_document_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def document(self) -> str:
        """Return the number of the resolution: 川文理委〔2026〕87号, empty before there is one."""
        if self.document_number is None:
            return ""
        return f"{settings.DOCUMENT_PREFIX}〔{self.document_year}〕{self.document_number}号"


class Item(models.Model):
    """One application on the agenda of a meeting; of meetings that are not over it stands on one alone."""

    field_classes = classes(C0="meeting application place decided")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField(_("顺序"))
    decided = models.BooleanField(_("已办"), default=False)

    class Meta:
        verbose_name = _("议题")
        verbose_name_plural = _("议题")
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(decided=False), name="item_on_one_agenda"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting} {self.place}"


class Preparation(models.Model):
    """The minutes of a step as an officer put them down for who decides; gone with the decision."""

    field_classes = classes(C0="application step by on meeting_on meeting document present", C3="opinion")

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="preparation")
    step = models.CharField(_("哪一步"), max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("日期"))
    meeting_on = models.DateField(_("会议日期"), null=True)
    meeting = models.CharField(_("会议"), max_length=60, blank=True)
    document = models.CharField(_("文号"), max_length=60, blank=True)
    present = models.CharField(_("到会"), max_length=300, blank=True)
    opinion = SealedTextField(_("意见"), blank=True, default="")

    class Meta:
        verbose_name = _("会前材料")
        verbose_name_plural = _("会前材料")

    def __str__(self) -> str:
        return f"{self.step} {self.on}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def in_order(self) -> "DecisionQuerySet":
        return self.order_by("application", "number")


class Decision(models.Model):
    """One deed on an application, added and never changed (refusing.py): who, in which office, when, on what ground.

    What was said stays sealed. The numbers `applicant_id` and `before_id` stand here so that the database itself can
    refuse a decision on the own application and two steps in a row by one person.
    """

    field_classes = classes(
        C0="application number verb step organization_id organization at_after state_after version_after handed_to "
        "account person_id person post applicant_id before_id at on meeting_on meeting document present form_hash "
        "erased_on",
        C3="opinion",
    )

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField(_("第几次变动"))
    verb = models.CharField(_("做了什么"), max_length=8, choices=Verb.choices)
    step = models.CharField(_("在哪一步"), max_length=20, blank=True)
    organization_id = models.BigIntegerField(null=True)
    organization = models.CharField(_("党组织"), max_length=200, blank=True)
    at_after = models.SmallIntegerField(_("之后到第几步"))
    state_after = models.CharField(_("之后的进度"), max_length=9, choices=State.choices)
    version_after = models.PositiveIntegerField()
    handed_to = models.BigIntegerField(_("转请谁代办"), null=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person_id = models.BigIntegerField(_("谁办的"))
    person = models.CharField(_("姓名"), max_length=60)
    post = models.CharField(_("当时的职务"), max_length=160, blank=True)
    applicant_id = models.BigIntegerField(_("申请人"))
    before_id = models.BigIntegerField(_("上一步由谁办"), null=True)
    at = models.DateTimeField(_("时间"))
    on = models.DateField(_("日期"))
    meeting_on = models.DateField(_("会议日期"), null=True)
    meeting = models.CharField(_("会议"), max_length=60, blank=True)
    document = models.CharField(_("文号"), max_length=60, blank=True)
    present = models.CharField(_("到会"), max_length=300, blank=True)
    opinion = SealedTextField(_("意见"), blank=True, default="")
    form_hash = models.CharField(_("申请内容的摘要"), max_length=64)
    erased_on = models.DateField(_("到期清除的日期"), null=True, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="decision_numbered"),
            models.CheckConstraint(
                condition=~Q(verb__in=[str(verb) for verb in DECISIONS]) | ~Q(person_id=F("applicant_id")),
                name="decision_never_on_the_own",
            ),
            models.CheckConstraint(
                condition=~Q(verb__in=[str(verb) for verb in DECISIONS])
                | Q(before_id=None)
                | ~Q(person_id=F("before_id")),
                name="decision_never_two_in_a_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_verb_display()}"

    @property
    def day(self) -> dt.date:
        """Return the day that stands on paper: of the meeting, else of the deed."""
        return self.meeting_on or self.on


def last_decisions(application: Application) -> dict[str, Any]:
    """Return the latest decision of each step: {step: Decision}."""
    decided = application.decisions.filter(verb__in=DECISIONS).order_by("number")
    return {decision.step: decision for decision in decided}
