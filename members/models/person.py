"""People: Party members, probationary members, applicants, and non-members who are talked to or visited."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carehub import masking
from carehub.access.classes import classes
from carehub.access.paths import PathField, below
from carehub.access.viewer import Facts, viewer_of
from carehub.calendar import Precision, date_words
from carehub.sealing import SealedTextField, keyed_hash
from members.models.dated import DatedQuerySet
from members.models.organization import Organization


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: Any) -> "PersonQuerySet":
        """Return the people whose file this account may open."""
        return self.filter(viewer_of(user).reach("person", "v").q())

    def exportable_by(self, user: Any, code: str = "x") -> "PersonQuerySet":
        """Return the people whom this account may export: masked, with the code X in full."""
        return self.filter(viewer_of(user).reach("person", code).q())

    def at_or_below(self, path: str) -> "PersonQuerySet":
        return self.filter(below(path))

    def party_members(self) -> "PersonQuerySet":
        """Full and probationary members who are still in the Party."""
        return self.filter(category__in=Person.MEMBER_CATEGORIES, left_party_on=None, died_on=None)

    def in_school(self) -> "PersonQuerySet":
        """People who belong to an organisation of the school today."""
        return self.exclude(organization=None)

    def with_id_number(self, number: str) -> "PersonQuerySet":
        return self.filter(id_hash=keyed_hash(number))

    def found_by(self, words: str) -> "PersonQuerySet":
        """Match a name, full pinyin or initials (v and u for ü), or a staff or student number."""
        typed = "".join(words.lower().split())
        if not typed:
            return self
        latin = typed.replace("ü", "v")
        return self.filter(
            Q(name__contains=words.strip())
            | Q(pinyin_joined__startswith=latin)
            | Q(initials__startswith=latin)
            | Q(number__startswith=words.strip())
        )

    def by_name(self) -> "PersonQuerySet":
        return self.order_by("pinyin", "pk")


class Person(models.Model):
    class Category(models.TextChoices):
        FULL = "full", _("正式党员")
        PROBATIONARY = "probationary", _("预备党员")
        DEVELOPMENT = "development", _("发展对象")
        ACTIVIST = "activist", _("入党积极分子")
        APPLICANT = "applicant", _("入党申请人")
        NON_MEMBER = "non-member", _("非党员")

    class Sex(models.TextChoices):
        MALE = "male", _("男")
        FEMALE = "female", _("女")

    class Occupation(models.TextChoices):
        STAFF = "staff", _("教职工")
        STUDENT = "student", _("学生")
        RETIRED = "retired", _("离退休")
        OTHER = "other", _("其他")

    MEMBER_CATEGORIES = (Category.FULL, Category.PROBATIONARY)
    access_resource = "person"
    # 党籍状态 and its days stand in the office's own roster: C0. The birth date is never shown as such, only the age.
    field_classes = classes(
        C0=(
            "user name pinyin pinyin_joined initials number sex ethnicity born_precision education occupation position "
            "category joined_on joined_precision confirmed_on confirmed_precision standing_correction_months "
            "suspended_on lost_contact_on is_floating left_party_on died_on verify_since_on organization "
            "path"
        ),
        C1="phone address floating_to",
        C2="id_number id_hash born_on",
    )

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("账号"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="person",
    )
    name = models.CharField(_("姓名"), max_length=60)
    pinyin = models.CharField(_("拼音"), max_length=200, blank=True, db_index=True, help_text="li xiao man")
    pinyin_joined = models.CharField(_("连写拼音"), max_length=200, blank=True, db_index=True)
    initials = models.CharField(_("拼音首字母"), max_length=60, blank=True, db_index=True)
    number = models.CharField(_("工号或学号"), max_length=32, null=True, blank=True, unique=True)
    id_number = SealedTextField(_("公民身份号码"), blank=True, default="")
    id_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    sex = models.CharField(_("性别"), max_length=6, choices=Sex.choices, blank=True)
    ethnicity = models.CharField(_("民族"), max_length=20, blank=True)
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    born_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    education = models.CharField(_("学历"), max_length=40, blank=True)
    occupation = models.CharField(_("人员类型"), max_length=8, choices=Occupation.choices, default=Occupation.OTHER)
    position = models.CharField(_("工作岗位"), max_length=100, blank=True)
    phone = SealedTextField(_("手机号码"), blank=True, default="")
    address = SealedTextField(_("现居住地"), blank=True, default="")

    category = models.CharField(_("人员类别"), max_length=12, choices=Category.choices, default=Category.NON_MEMBER)
    joined_on = models.DateField(_("入党日期"), null=True, blank=True)
    joined_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    confirmed_on = models.DateField(_("转正日期"), null=True, blank=True)
    confirmed_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    standing_correction_months = models.SmallIntegerField(_("党龄校正值（月）"), default=0)
    suspended_on = models.DateField(_("停止党籍日期"), null=True, blank=True)
    lost_contact_on = models.DateField(_("失去联系日期"), null=True, blank=True)
    floating_to = models.CharField(_("流动去向"), max_length=100, blank=True)
    is_floating = models.BooleanField(_("流动党员"), default=False)
    left_party_on = models.DateField(_("出党日期"), null=True, blank=True)
    died_on = models.DateField(_("去世日期"), null=True, blank=True)
    verify_since_on = models.DateField(_("名册中缺失，待核实"), null=True, blank=True)

    # The organisation of the affiliation in force, copied here (members/actions.py) so that scope is one range.
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("所在党组织"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
    )
    path = PathField(_("组织路径"), blank=True, default="", editable=False, db_index=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        permissions = [("read_file", "看这一份档案")]
        indexes = [models.Index(fields=["path", "pinyin"], name="person_path_pinyin")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:person", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(path=self.path, people=frozenset({self.pk}), occupation=self.occupation)

    @property
    def masked_id_number(self) -> str:
        return masking.masked_id(self.id_number)

    @property
    def masked_phone(self) -> str:
        return masking.masked_phone(self.phone)

    @property
    def masked_address(self) -> str:
        return masking.masked_address(self.address)

    @property
    def joined_words(self) -> str:
        return date_words(self.joined_on, self.joined_precision)

    @property
    def confirmed_words(self) -> str:
        return date_words(self.confirmed_on, self.confirmed_precision)

    @property
    def born_words(self) -> str:
        return date_words(self.born_on, self.born_precision)

    @property
    def gone_words(self) -> str:
        """Return why the person belongs to no organisation of the school any more, empty for who does."""
        if self.died_on:
            return gettext("%(day)s去世") % {"day": date_words(self.died_on)}
        if self.left_party_on:
            return gettext("%(day)s出党") % {"day": date_words(self.left_party_on)}
        return "" if self.organization_id else gettext("已转出学校")


class AffiliationQuerySet(DatedQuerySet["Affiliation"]):
    pass


class Affiliation(models.Model):
    """A person belonged to an organisation from one day to another, both included."""

    class Ending(models.TextChoices):
        MOVED = "moved", _("校内转接")
        LEFT_SCHOOL = "left", _("转出学校")
        LEFT_PARTY = "left-party", _("出党")
        SUSPENDED = "suspended", _("停止党籍")
        DIED = "died", _("去世")

    field_classes = classes(C0="person organization branch started_on ended_on ending")

    person = models.ForeignKey(Person, verbose_name=_("人员"), on_delete=models.CASCADE, related_name="affiliations")
    organization = models.ForeignKey(
        Organization, verbose_name=_("党组织"), on_delete=models.PROTECT, related_name="affiliations"
    )
    # The branch in which the person counts: the organisation itself, or the branch of the group.
    branch = models.ForeignKey(
        Organization, verbose_name=_("计入的党支部"), on_delete=models.PROTECT, related_name="counted_affiliations"
    )
    started_on = models.DateField(_("转入日期"))
    ended_on = models.DateField(_("最后一天"), null=True, blank=True)
    ending = models.CharField(_("离开原因"), max_length=10, choices=Ending.choices, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("组织关系")
        verbose_name_plural = _("组织关系")
        ordering = ["started_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="affiliation_ends_after_start"
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(ended_on=None), name="affiliation_one_open"),
            models.UniqueConstraint(fields=["person", "started_on"], name="affiliation_one_start_a_day"),
        ]
        indexes = [
            models.Index(fields=["branch", "started_on"], name="affiliation_branch"),
            models.Index(fields=["person", "started_on"], name="affiliation_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.organization}"


def belongs_on(person: str, branch: str, on: Any) -> Exists:
    """Return the condition that OuterRef(person) counts in OuterRef(branch) on a day (a date or an OuterRef)."""
    return Exists(Affiliation.objects.in_force(on).filter(person=OuterRef(person), branch=OuterRef(branch)))
