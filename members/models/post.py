"""Posts and oversight: who held which office, from when to when. Obligations and rights both follow from posts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import Facts
from members.models.dated import DatedQuerySet
from members.models.organization import Organization
from members.models.person import Person


class PostQuerySet(DatedQuerySet["Post"]):
    def secretaries(self) -> "PostQuerySet":
        """Posts that make their holder the secretary: 书记, 正式 or 主持工作 or 兼职."""
        return self.filter(role=Post.Role.SECRETARY)

    def leaders(self) -> "PostQuerySet":
        return self.filter(role=Post.Role.LEADER)


class Post(models.Model):
    class Role(models.TextChoices):
        SECRETARY = "secretary", _("书记")
        DEPUTY = "deputy", _("副书记")
        ORGANIZER = "organizer", _("组织委员")
        PUBLICITY = "publicity", _("宣传委员")
        DISCIPLINE = "discipline", _("纪检委员")
        YOUTH = "youth", _("青年委员")
        UNITED_FRONT = "united-front", _("统战委员")
        COMMISSIONER = "commissioner", _("委员")
        ORGANIZING_CLERK = "clerk", _("组织员")
        GROUP_LEADER = "group-leader", _("党小组组长")
        LEADER = "leader", _("校级领导")
        CADRE = "cadre", _("中层干部")
        DEPARTMENT_CLERK = "OD", _("组织部经办")
        DEPARTMENT_HEAD = "OH", _("组织部负责人")
        APPROVER = "PC", _("党委审批人")
        RETIREES_OFFICE = "LT", _("离退休工作处")
        STUDENTS_OFFICE = "XG", _("学生工作部")
        PERSONNEL_OFFICE = "RS", _("人事处")
        UNION = "GH", _("工会")
        FINANCE = "CW", _("财务处")
        DISCIPLINE_OFFICE = "JW", _("纪委")
        PUBLICITY_OFFICE = "XC", _("宣传部")
        SYSTEM_ADMIN = "SYS", _("系统管理员")
        SECURITY_ADMIN = "SEC", _("安全管理员")
        AUDIT_ADMIN = "AUD", _("审计管理员")

    class Manner(models.TextChoices):
        FORMAL = "formal", _("正式")
        ACTING = "acting", _("主持工作")
        PART_TIME = "part-time", _("兼职")

    access_resource = "organization"
    field_classes = classes(C0="person organization role manner started_on ended_on")

    person = models.ForeignKey(Person, verbose_name=_("姓名"), on_delete=models.PROTECT, related_name="posts")
    organization = models.ForeignKey(
        Organization, verbose_name=_("党组织"), on_delete=models.PROTECT, related_name="posts"
    )
    role = models.CharField(_("职务"), max_length=12, choices=Role.choices)
    manner = models.CharField(_("任职方式"), max_length=9, choices=Manner.choices, default=Manner.FORMAL)
    started_on = models.DateField(_("任职起"))
    ended_on = models.DateField(_("任职止"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ["started_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="post_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(role="secretary", ended_on=None), name="post_one_secretary"
            ),
            # Posts with a last day, and the pairs of APART, are held apart by triggers (migration 0006).
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(role__in=["SYS", "SEC", "AUD"], ended_on=None),
                name="post_one_administrator",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "role", "started_on"], name="post_organization_role"),
            models.Index(fields=["person", "role", "started_on"], name="post_person_role"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_role_display()} {self.person}"

    def access_facts(self) -> Facts:
        return Facts(path=self.organization.path or "")


class OversightQuerySet(DatedQuerySet["Oversight"]):
    pass


class Oversight(models.Model):
    """分管: a leader oversees an organisation (that is, its secretary) or a person, from one day to another."""

    field_classes = classes(C0="leader organization person started_on ended_on")

    leader = models.ForeignKey(Person, verbose_name=_("校领导"), on_delete=models.PROTECT, related_name="oversights")
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("分管的党组织"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="overseers",
    )
    person = models.ForeignKey(
        Person, verbose_name=_("分管的干部"), null=True, blank=True, on_delete=models.PROTECT, related_name="overseers"
    )
    started_on = models.DateField(_("分管起"))
    ended_on = models.DateField(_("分管止"), null=True, blank=True)

    objects = OversightQuerySet.as_manager()

    class Meta:
        verbose_name = _("分管")
        verbose_name_plural = _("分管")
        ordering = ["started_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=True, person__isnull=False)
                | Q(organization__isnull=False, person__isnull=True),
                name="oversight_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="oversight_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leader} → {self.organization or self.person}"
