"""The tree of Party organisations: 党委 → 党总支 | 直属党支部, 党总支 → 党支部, 党支部 → 党小组."""

import datetime as dt
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.paths import PathField, below
from carehub.access.viewer import Facts, viewer_of
from carehub.calendar import months_before


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user: Any) -> "OrganizationQuerySet":
        """Return the organisations whose page this account may open."""
        return self.filter(viewer_of(user).reach("organization", "v").q(person="", occupation=""))

    def at_or_below(self, path: str) -> "OrganizationQuerySet":
        return self.filter(below(path))

    def branches(self) -> "OrganizationQuerySet":
        return self.filter(kind=Organization.Kind.BRANCH)

    def general_branches(self) -> "OrganizationQuerySet":
        return self.filter(kind=Organization.Kind.GENERAL_BRANCH)

    def in_official_order(self) -> "OrganizationQuerySet":
        """The office's own order: as numbered by the organisation code, never by performance."""
        return self.order_by("code")


class Organization(models.Model):
    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("党委")
        GENERAL_BRANCH = "general", _("党总支")
        BRANCH = "branch", _("党支部")
        GROUP = "group", _("党小组")

    access_resource = "organization"
    field_classes = classes(C0="name short_name code kind parent path aliases elected_on term_years")

    name = models.CharField(_("党组织全称"), max_length=200)
    short_name = models.CharField(_("简称"), max_length=100, blank=True)
    code = models.CharField(_("党组织编码"), max_length=40, unique=True)
    kind = models.CharField(_("组织类别"), max_length=10, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", verbose_name=_("上一级党组织"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = PathField(_("路径"), unique=True, null=True, editable=False, help_text="/1/7/23/")
    aliases = models.JSONField(_("别名"), default=list, blank=True)
    # 本届委员会（没有委员会的支部：书记）选举产生的日期；届满由它和任期算出
    elected_on = models.DateField(_("本届选举产生的日期"), null=True, blank=True)
    term_years = models.PositiveSmallIntegerField(_("任期（年）"), null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("党组织")
        verbose_name_plural = _("党组织")
        permissions = [("act_as_organizer", "代理组织委员"), ("act_as_clerk", "代理组织员")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(parent__isnull=True), name="organization_one_root"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="committee", parent__isnull=True)
                | (~models.Q(kind="committee") & models.Q(parent__isnull=False)),
                name="organization_root_is_committee",
            ),
            models.CheckConstraint(
                condition=models.Q(elected_on__isnull=True, term_years__isnull=True)
                | models.Q(elected_on__isnull=False, term_years__gte=3, term_years__lte=5),
                name="organization_term_three_to_five_years",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the path: the parent's path and the own number (the number is known after the first save)."""
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if path != self.path:
            self.path = path
            type(self).objects.filter(pk=self.pk).update(path=path)

    def get_absolute_url(self) -> str:
        return reverse("members:organization", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(path=self.path or "")

    @property
    def term_ends_on(self) -> dt.date | None:
        """Return the day on which the committee's term ends and 换届 is due: of 29 February, 28 February."""
        if self.elected_on is None or self.term_years is None:
            return None
        return months_before(self.elected_on, -12 * self.term_years)

    @property
    def is_direct_branch(self) -> bool:
        """Return whether this is a 直属党支部: a branch right under the committee."""
        return bool(self.kind == self.Kind.BRANCH and self.parent and self.parent.kind == self.Kind.COMMITTEE)
