"""困难登记 (C-3.1): whose hardship, of what kind and degree, who recognised it, and what became of it."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import Facts, Reach, viewer_of
from carehub.approvals.machine import OPEN, State
from carehub.approvals.models import Application
from carehub.sealing import SealedTextField
from members.models import Organization, Person

RESOURCE = "hardship"
# What is read of the ground: never taken along by a list.
SEALED = ("cause_words", "health", "income_source", "income", "family", "allowances", "closed_why")
PERSON_SEALED = ("id_number", "phone", "address")
# A case follows its person: it lies where he belongs today.
WHERE = {"path": "person__path", "person": "person", "occupation": "person__occupation"}


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: Any) -> "CaseQuerySet":
        """Return the own ones, those of the own organisations or group, and what waits for the own step.

        A registration that began before the person moved is finished by the offices that have it.
        """
        return self.filter(self._within(viewer_of(user).reach(RESOURCE, "v"), user))

    def in_organizations_of(self, user: Any) -> "CaseQuerySet":
        """Return those that are visible by an office, without one's own."""
        viewer = viewer_of(user)
        seen = self._within(viewer.reach(RESOURCE, "v").over_others(), user)
        return self.filter(seen).exclude(person=viewer.person_id)

    def _within(self, reach: Reach, user: Any) -> Q:
        """Return the condition that a case lies in reach, or waits for a step of the visitor's."""
        if reach.everything:
            return Q()
        steps = viewer_of(user).reach(RESOURCE, "a").over_organizations()
        at = steps.q(path="application__stage_path", person="person", occupation="")
        return reach.q(**WHERE) | Q(application__state=State.RUNNING) & at

    def open(self) -> "CaseQuerySet":
        """Return what is not closed: in its steps, or recognised."""
        return self.filter(is_open=True)

    def closed(self) -> "CaseQuerySet":
        return self.filter(is_open=False)

    def in_steps(self) -> "CaseQuerySet":
        """Return what is not decided yet, the returned ones among them."""
        return self.open().filter(application__state__in=OPEN)

    def recognised(self) -> "CaseQuerySet":
        """Return the people who count as 困难党员: recognised, and not closed."""
        return self.open().filter(recognised_on__isnull=False)

    def of_category(self, code: str) -> "CaseQuerySet":
        """Return the cases of one category, on either engine."""
        return self.alias(listed=Cast("categories", TextField())).filter(listed__contains=f'"{code}"')

    def with_names(self) -> "CaseQuerySet":
        """Ready to be listed, without the sealed words."""
        joined = self.select_related("application", "person__organization__parent")
        return joined.defer(*SEALED, *(f"person__{name}" for name in PERSON_SEALED))


class Case(models.Model):
    class Category(models.TextChoices):
        """The words of C-3.1."""

        LIVING = "living", _("生活困难")
        BEREFT = "bereft", _("鳏寡孤独")
        FRAIL = "frail", _("老弱病残")
        ALONE = "alone", _("独居")
        OTHER = "other", _("其他困难")

    class Degree(models.TextChoices):
        SEVERE = "severe", _("特别困难")
        HARD = "hard", _("比较困难")
        COMMON = "common", _("一般困难")

    class Cause(models.TextChoices):
        ILLNESS = "illness", _("因病")
        DISABILITY = "disability", _("因残")
        DISASTER = "disaster", _("因灾")
        ACCIDENT = "accident", _("意外事故")
        SCHOOLING = "schooling", _("子女就学")
        LABOUR = "labour", _("无劳动能力")
        BEREAVED = "bereaved", _("失独、空巢")
        OTHER = "other", _("其他")

    class Outcome(models.TextChoices):
        OVERCOME = "overcome", _("已脱困")
        LEFT = "left", _("已离校")
        DIED = "died", _("已去世")
        OTHER = "other", _("其他原因结束")
        UNRECOGNISED = "unrecognised", _("未认定")
        WITHDRAWN = "withdrawn", _("已撤回登记")

    access_resource = RESOURCE
    field_classes = classes(
        C0="application person consent_on is_paper is_veteran help_from_on help_to_on next_review_on recognised_on "
        "recognised_by is_open closed_on closed_by outcome reopens revision version erased_on",
        C3="categories degree cause cause_words health income_source income income_on household has_allowance "
        "has_preference family allowances closed_why",
    )

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="case")
    person = models.ForeignKey(Person, verbose_name=_("姓名"), on_delete=models.PROTECT, related_name="cases")
    categories = models.JSONField(_("困难类型"), default=list, help_text='["living", "alone"]: Case.Category')
    degree = models.CharField(_("困难程度"), max_length=6, choices=Degree.choices)
    cause = models.CharField(_("困难原因"), max_length=10, choices=Cause.choices)
    cause_words = SealedTextField(_("具体情况"))
    health = SealedTextField(_("健康状况"), blank=True, default="")
    income_source = SealedTextField(_("收入来源"), blank=True, default="")
    income = SealedTextField(_("家庭人均月收入"), blank=True, default="")
    income_on = models.DateField(_("收入是哪一天的数"), null=True)
    household = models.PositiveSmallIntegerField(_("家庭人口"), null=True)
    # Null only where the value was erased.
    has_allowance = models.BooleanField(_("享受最低生活保障"), null=True, default=False)
    has_preference = models.BooleanField(_("享受优抚抚恤补助"), null=True, default=False)
    is_veteran = models.BooleanField(_("建国前入党、未享受离退休待遇的老党员"), default=False)
    family = SealedTextField(_("家庭成员"), blank=True, default="", help_text="JSON: [relation, health, income, unit]")
    allowances = SealedTextField(_("已享受的补助和帮扶"), blank=True, default="")
    help_from_on = models.DateField(_("帮扶从哪天起"), null=True)
    help_to_on = models.DateField(_("帮扶到哪天止"), null=True)
    consent_on = models.DateField(_("本人同意登记的日期"))
    is_paper = models.BooleanField(_("由党组织登记"), default=False)
    recognised_on = models.DateField(_("认定日期"), null=True)
    recognised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # An earlier day than the months of the rule give: 三个月后再看看.
    next_review_on = models.DateField(_("下次复核日期"), null=True)
    is_open = models.BooleanField(_("在册"), default=True)
    closed_on = models.DateField(_("结束日期"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome.choices, blank=True, default="")
    closed_why = SealedTextField(_("结束原因"), blank=True, default="")
    reopens = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reopened")
    revision = models.PositiveSmallIntegerField(_("第几稿"), default=1)
    version = models.PositiveIntegerField(_("认定后第几次变动"), default=1)
    erased_on = models.DateField(_("到期清除的日期"), null=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("困难登记")
        verbose_name_plural = _("困难登记")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(is_open=True), name="case_one_open"),
            models.CheckConstraint(
                condition=Q(is_open=True, closed_on=None, outcome="")
                | Q(is_open=False, closed_on__isnull=False) & ~Q(outcome=""),
                name="case_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(recognised_on=None, recognised_by=None)
                | Q(recognised_on__isnull=False, recognised_by__isnull=False),
                name="case_recognised_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(help_from_on=None) | Q(help_to_on=None) | Q(help_to_on__gte=F("help_from_on")),
                name="case_help_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(household=None) | Q(household__gte=1), name="case_household_is_somebody"
            ),
        ]
        indexes = [models.Index(fields=["is_open", "recognised_on"], name="case_recognised")]

    def __str__(self) -> str:
        return f"{self.person}"

    def get_absolute_url(self) -> str:
        return reverse("hardship:case", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(self.person.path, frozenset({self.person_id}), self.person.occupation)

    @property
    def organization(self) -> Organization | None:
        """Return where the person belongs today, None for who left the school."""
        return self.person.organization

    @property
    def path(self) -> str:
        return self.person.path

    @property
    def over_on(self) -> dt.date | None:
        """Return from which day on nothing is due any more: closed, died, left the Party; out of the school: always."""
        days = [day for day in (self.closed_on, self.person.died_on, self.person.left_party_on) if day]
        if not days and self.person.organization_id is None:
            return self.recognised_on
        return min(days, default=None)

    @property
    def is_recognised(self) -> bool:
        """Return whether the person counts as 困难党员."""
        return self.is_open and self.recognised_on is not None

    @property
    def category_words(self) -> str:
        """Return 生活困难、独居."""
        known = dict(self.Category.choices)
        return "、".join(str(known[code]) for code in self.categories if code in known)

    @property
    def family_rows(self) -> list[list[str]]:
        """Return the members of the family: [relation, health, income, unit]."""
        rows: list[list[str]] = json.loads(self.family) if self.family else []
        return rows


class Review(models.Model):
    """复核: somebody looked whether a recognised hardship is still there. Added, never changed."""

    class Result(models.TextChoices):
        STILL = "still", _("仍困难")
        EASED = "eased", _("已缓解")
        OVERCOME = "overcome", _("已脱困")

    field_classes = classes(C0="case on by by_name result entered_at once_key", C3="note degree income")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField(_("复核日期"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("谁复核"), max_length=240)
    result = models.CharField(_("复核结果"), max_length=8, choices=Result.choices)
    degree = models.CharField(_("困难程度"), max_length=6, choices=Case.Degree.choices, blank=True, default="")
    income = SealedTextField(_("家庭人均月收入"), blank=True, default="")
    note = SealedTextField(_("情况"), blank=True, default="")
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    once_key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("困难复核")
        verbose_name_plural = _("困难复核")
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["case", "on"], name="review_once_a_day")]
        indexes = [models.Index(fields=["case", "on"], name="review_case_on")]

    def __str__(self) -> str:
        return f"{self.on} {self.get_result_display()}"
