"""组织结对共建 and 党员志愿者行动 (C-3.3): voluntary, in-party public, without points, ranking or deadlines."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.paths import parent_paths
from carehub.access.viewer import viewer_of
from carehub.calendar import date_words
from members.models import Organization, Person

RESOURCE = "exchange"


def of_organizations(user: Any, *codes: str, field: str = "organization") -> Q:
    """Return the condition that an organisation lies in the part of the school in which an office has a code."""
    reach = viewer_of(user).reach(RESOURCE, *codes).over_organizations()
    return reach.q(path=f"{field}__path", occupation="") if reach else Q(pk__in=[])


def of_own_organizations(user: Any, field: str = "organization") -> Q:
    """Return the condition that an organisation is that of the visitor himself, or stands above it."""
    own = Person.objects.filter(pk=viewer_of(user).person_id or 0).values_list("path", flat=True).first()
    return Q(**{f"{field}__path__in": [own, *parent_paths(own)]}) if own else Q(pk__in=[])


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def visible_to(self, user: Any) -> "ExchangeQuerySet":
        """Return those of which the own organisation is one side, and those in reach of an office."""
        if viewer_of(user).reach(RESOURCE, "v").everything:
            return self
        sides = Q(pk__in=[])
        for side in ("organization", "partner"):
            sides |= of_organizations(user, "v", field=side) | of_own_organizations(user, side)
        return self.filter(sides)

    def kept_by(self, user: Any) -> "ExchangeQuerySet":
        """Return those that the visitor keeps: the officers of either side."""
        if viewer_of(user).reach(RESOURCE, "e").everything:
            return self
        return self.filter(of_organizations(user, "e") | of_organizations(user, "e", field="partner"))

    def running(self) -> "ExchangeQuerySet":
        return self.filter(ended_on=None)

    def with_names(self) -> "ExchangeQuerySet":
        return self.select_related("organization__parent", "partner__parent")


class Exchange(models.Model):
    """Two organisations do something together; one of them may stand outside the school."""

    access_resource = RESOURCE
    field_classes = classes(
        C0="organization partner partner_name agreed_on together responsible entered_by ended_on ended_by ended_why "
        "once_key version"
    )

    organization = models.ForeignKey(
        Organization, verbose_name=_("本校党组织"), on_delete=models.PROTECT, related_name="exchanges"
    )
    partner = models.ForeignKey(
        Organization, verbose_name=_("结对党组织"), null=True, on_delete=models.PROTECT, related_name="exchanges_joined"
    )
    partner_name = models.CharField(_("校外党组织名称"), max_length=100, blank=True, default="")
    agreed_on = models.DateField(_("结对日期"))
    together = models.CharField(_("一起做什么"), max_length=300)
    responsible = models.CharField(_("双方负责人"), max_length=120)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(_("结束日期"), null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(_("结束的说明"), max_length=200, blank=True, default="")
    once_key = models.UUIDField(unique=True, editable=False)
    version = models.PositiveIntegerField(_("第几次变动"), default=1)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("组织结对共建")
        verbose_name_plural = _("组织结对共建")
        ordering = ["-agreed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, partner_name="") | Q(partner=None) & ~Q(partner_name=""),
                name="exchange_inside_or_outside",
            ),
            models.CheckConstraint(
                condition=Q(partner=None) | ~Q(partner=F("organization")), name="exchange_with_another"
            ),
            models.UniqueConstraint(
                fields=["organization", "partner"], condition=Q(ended_on=None), name="exchange_one_running"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None) | Q(ended_on__gte=F("agreed_on"), ended_by__isnull=False),
                name="exchange_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} — {self.other_side}"

    def get_absolute_url(self) -> str:
        return reverse("pairing:exchange", args=[self.pk])

    @property
    def other_side(self) -> str:
        return str(self.partner) if self.partner else self.partner_name

    @property
    def span(self) -> str:
        if self.ended_on is None:
            return str(_("%(first)s起")) % {"first": date_words(self.agreed_on)}
        return str(_("%(first)s至%(last)s")) % {"first": date_words(self.agreed_on), "last": date_words(self.ended_on)}


class Withdrawable(models.Model):
    """A row that its organisation may take back with a reason; it stays in the archive."""

    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_why = models.CharField(_("撤回原因"), max_length=200, blank=True, default="")

    class Meta:
        abstract = True


class Activity(Withdrawable):
    """What the two sides did on a day, and how many took part."""

    field_classes = classes(
        C0="exchange on what people entered_by entered_at once_key withdrawn_at withdrawn_by withdrawn_why"
    )

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="activities")
    on = models.DateField(_("哪天"))
    what = models.CharField(_("做了什么"), max_length=200)
    people = models.PositiveSmallIntegerField(_("多少人参加"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    once_key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = _("共建活动")
        verbose_name_plural = _("共建活动")
        ordering = ["-on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(people__gte=1), name="activity_of_somebody")]

    def __str__(self) -> str:
        return f"{self.on} {self.what}"


class VolunteerActionQuerySet(models.QuerySet["VolunteerAction"]):
    def visible_to(self, user: Any) -> "VolunteerActionQuerySet":
        """Return those of the own organisation, and those in reach of an office."""
        if viewer_of(user).reach(RESOURCE, "v").everything:
            return self
        return self.filter(of_organizations(user, "v") | of_own_organizations(user))

    def kept_by(self, user: Any) -> "VolunteerActionQuerySet":
        return self.filter(of_organizations(user, "e"))

    def standing(self) -> "VolunteerActionQuerySet":
        return self.filter(withdrawn_at=None)


class VolunteerAction(Withdrawable):
    """党员志愿者行动: what members of a branch did for others. Nothing is owed, nothing is counted per head."""

    access_resource = RESOURCE
    field_classes = classes(
        C0="organization on what beneficiaries hours entered_by entered_at once_key withdrawn_at withdrawn_by "
        "withdrawn_why"
    )

    organization = models.ForeignKey(
        Organization, verbose_name=_("党组织"), on_delete=models.PROTECT, related_name="volunteer_actions"
    )
    on = models.DateField(_("哪天"))
    what = models.CharField(_("做了什么"), max_length=200)
    beneficiaries = models.CharField(_("帮了谁"), max_length=100)
    hours = models.DecimalField(_("多少小时"), max_digits=4, decimal_places=1, null=True)
    people = models.ManyToManyField(Person, through="Volunteer", related_name="volunteer_actions")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    once_key = models.UUIDField(unique=True, editable=False)

    objects = VolunteerActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("党员志愿者行动")
        verbose_name_plural = _("党员志愿者行动")
        ordering = ["-on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(hours=None) | Q(hours__gt=0), name="action_takes_time")]
        indexes = [models.Index(fields=["organization", "on"], name="action_organization_on")]

    def __str__(self) -> str:
        return f"{self.on} {self.what}"


class Volunteer(models.Model):
    """Who took part."""

    field_classes = classes(C0="action person")

    action = models.ForeignKey(VolunteerAction, on_delete=models.PROTECT, related_name="volunteers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("志愿者")
        verbose_name_plural = _("志愿者")
        ordering = ["person__pinyin", "pk"]
        constraints = [models.UniqueConstraint(fields=["action", "person"], name="volunteer_once")]

    def __str__(self) -> str:
        return f"{self.person}"
