"""结对帮扶 (C-3.3): who helps a person in hardship, with what measures, how often they met, and what came of it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import Facts, viewer_of
from carehub.calendar import date_words
from carehub.sealing import SealedTextField
from hardship.models.case import PERSON_SEALED, Case
from members.models import Organization, Person, Post

RESOURCE = "pairing"
# A pairing follows the person who is helped: it lies where he belongs today.
WHERE = {"path": "case__person__path", "person": "case__person", "occupation": "case__person__occupation"}
SEALED = ("need", "measures", "ended_why")
CASE_SEALED = (
    "cause_words", "health", "income_source", "income", "family", "allowances", "closed_why", "categories",
)  # fmt: skip
# Of the person who is helped, and of his case, a helper is shown nothing but the name and the organisation.
UNREAD = (
    *SEALED,
    *(f"case__{name}" for name in CASE_SEALED),
    *(f"case__person__{name}" for name in PERSON_SEALED),
    *(f"responsible__person__{name}" for name in PERSON_SEALED),
)


class PairingQuerySet(models.QuerySet["Pairing"]):
    def visible_to(self, user: Any) -> "PairingQuerySet":
        """Return those of oneself, those in which one helps today, those of the own organisations or group."""
        viewer = viewer_of(user)
        reach = viewer.reach(RESOURCE, "v")
        if reach.everything:  # an empty condition joined by "or" would leave the other one alone
            return self
        return self.filter(reach.q(**WHERE) | helped_by(viewer.person_id or 0))

    def in_organizations_of(self, user: Any, *codes: str) -> "PairingQuerySet":
        """Return those that an office opens, without the one in which one is helped oneself."""
        viewer = viewer_of(user)
        reach = viewer.reach(RESOURCE, *(codes or ("v",))).over_others()
        return self.filter(reach.q(**WHERE)).exclude(case__person=viewer.person_id)

    def running(self) -> "PairingQuerySet":
        """Return what is not ended: by nobody, and not by the death or the leaving of the person."""
        return self.filter(RUNNING)

    def ended(self) -> "PairingQuerySet":
        return self.exclude(RUNNING)

    def helped_by(self, person_id: int) -> "PairingQuerySet":
        """Return the running ones in which somebody helps today."""
        return self.filter(helped_by(person_id))

    def since(self, on: dt.date) -> "PairingQuerySet":
        """Add the day from which the days without contact count, as of a day: the last contact, or the start."""
        last = Contact.objects.standing().filter(pairing=OuterRef("pk"), on__lte=on).order_by("-on", "-pk")
        return self.annotate(since_on=Coalesce(Subquery(last.values("on")[:1]), F("started_on")))

    def with_names(self) -> "PairingQuerySet":
        """Ready to be listed, without a sealed word."""
        joined = self.select_related("case__person__organization__parent", "responsible__person")
        return joined.defer(*UNREAD)


RUNNING = Q(ended_on=None, case__is_open=True, case__person__organization__isnull=False, case__person__died_on=None)


def helped_by(person_id: int) -> Q:
    """Return the condition that a pairing is running and that somebody is a helper of it today."""
    return RUNNING & Q(Exists(Helper.objects.serving().filter(pairing=OuterRef("pk"), person=person_id)))


class Pairing(models.Model):
    class Outcome(models.TextChoices):
        OVERCOME = "overcome", _("已脱困")
        REACHED = "reached", _("阶段完成")
        CHANGED = "changed", _("调整帮扶人")
        OTHER = "other", _("其他")

    access_resource = RESOURCE
    field_classes = classes(
        C0="case responsible started_on planned_end_on review_on entered_by ended_on ended_by outcome once_key version",
        C3="need measures ended_why",
    )

    case = models.ForeignKey(Case, verbose_name=_("困难登记"), on_delete=models.PROTECT, related_name="pairings")
    need = SealedTextField(_("帮扶需求"))
    measures = SealedTextField(_("帮扶措施"))
    # A post, not a person: who leaves it is not responsible any more.
    responsible = models.ForeignKey(
        Post, verbose_name=_("责任人"), on_delete=models.PROTECT, related_name="pairings_led"
    )
    started_on = models.DateField(_("结对日期"))
    planned_end_on = models.DateField(_("计划到哪天"), null=True)
    review_on = models.DateField(_("哪天回头看"), null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(_("结束日期"), null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("成效"), max_length=8, choices=Outcome.choices, blank=True, default="")
    ended_why = SealedTextField(_("结束的说明"), blank=True, default="")
    once_key = models.UUIDField(unique=True, editable=False)
    version = models.PositiveIntegerField(_("第几次变动"), default=1)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("结对帮扶")
        verbose_name_plural = _("结对帮扶")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None, outcome="")
                | Q(ended_on__isnull=False, ended_by__isnull=False) & ~Q(outcome=""),
                name="pairing_ended_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="pairing_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(planned_end_on=None) | Q(planned_end_on__gte=F("started_on")),
                name="pairing_planned_after_start",
            ),
            models.CheckConstraint(
                condition=Q(review_on=None) | Q(review_on__gte=F("started_on")), name="pairing_review_after_start"
            ),
        ]
        indexes = [models.Index(fields=["case", "ended_on"], name="pairing_case_ended")]

    def __str__(self) -> str:
        return f"{self.case.person} {self.started_on}"

    def get_absolute_url(self) -> str:
        return reverse("pairing:pairing", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(self.person.path, frozenset({self.person.pk}), self.person.occupation)

    @property
    def person(self) -> Person:
        """Return who is helped."""
        return self.case.person

    @property
    def organization(self) -> Organization | None:
        return self.person.organization

    @property
    def path(self) -> str:
        return self.person.path

    @property
    def is_running(self) -> bool:
        gone = self.person.organization_id is None or self.person.died_on is not None
        return self.ended_on is None and self.case.is_open and not gone

    @property
    def over_on(self) -> dt.date | None:
        """Return from which day on no contact is due any more; who left the school is owed none at all."""
        person, case = self.person, self.case
        days = [day for day in (self.ended_on, case.closed_on, person.died_on, person.left_party_on) if day]
        if not days and person.organization_id is None:
            return self.started_on
        return min(days, default=None)

    @property
    def span(self) -> str:
        """Return from when to when: 2026年3月4日起."""
        if self.ended_on is None:
            return str(_("%(first)s起")) % {"first": date_words(self.started_on)}
        return str(_("%(first)s至%(last)s")) % {"first": date_words(self.started_on), "last": date_words(self.ended_on)}


class HelperQuerySet(models.QuerySet["Helper"]):
    def serving(self) -> "HelperQuerySet":
        """Return who has not been replaced and is still in the school."""
        return self.filter(to_on=None, person__organization__isnull=False, person__died_on=None)

    def with_names(self) -> "HelperQuerySet":
        sealed = [f"person__{name}" for name in PERSON_SEALED]
        return self.select_related("person__organization").defer(*sealed).order_by("from_on", "pk")


class Helper(models.Model):
    """帮扶人: helps one person, with a task in words, from a day until he is replaced or the pairing ends."""

    field_classes = classes(C0="pairing case helped person from_on to_on once_key", C3="task")

    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="helpers")
    # Both as the pairing has them, so that the database can refuse a second running one and oneself.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    helped = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, verbose_name=_("帮扶人"), on_delete=models.PROTECT, related_name="helping")
    task = SealedTextField(_("负责什么"))
    from_on = models.DateField(_("从哪天起"))
    to_on = models.DateField(_("到哪天止"), null=True)
    once_key = models.UUIDField(unique=True, editable=False)

    objects = HelperQuerySet.as_manager()

    class Meta:
        verbose_name = _("帮扶人")
        verbose_name_plural = _("帮扶人")
        ordering = ["from_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], condition=Q(to_on=None), name="helper_one_running"),
            models.CheckConstraint(condition=~Q(person=F("helped")), name="helper_is_another"),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="helper_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["person", "to_on"], name="helper_person_to")]

    def __str__(self) -> str:
        return f"{self.person}"

    @property
    def span(self) -> str:
        if self.to_on is None:
            return str(_("%(first)s起")) % {"first": date_words(self.from_on)}
        return str(_("%(first)s至%(last)s")) % {"first": date_words(self.from_on), "last": date_words(self.to_on)}


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: Any) -> "ContactQuerySet":
        return self.filter(pairing__in=Pairing.objects.visible_to(user))

    def standing(self) -> "ContactQuerySet":
        """Return what was neither withdrawn nor put right by a later row."""
        return self.filter(withdrawn_at=None)


class Contact(models.Model):
    """联系记录: a helper saw or called the person. Put right by a new row, or withdrawn; never changed."""

    class How(models.TextChoices):
        MET = "met", _("见面")
        CALLED = "called", _("电话")
        OTHER = "other", _("其他")

    class Given(models.TextChoices):
        MONEY = "money", _("慰问金")
        GOODS = "goods", _("物品折合")

    access_resource = RESOURCE
    field_classes = classes(
        C0="pairing helper on how entered_by entered_at once_key replaces withdrawn_at withdrawn_by",
        C3="done given amount withdrawn_why",
    )

    pairing = models.ForeignKey(Pairing, on_delete=models.PROTECT, related_name="contacts")
    helper = models.ForeignKey(Helper, verbose_name=_("谁联系的"), on_delete=models.PROTECT, related_name="contacts")
    on = models.DateField(_("哪天"))
    how = models.CharField(_("方式"), max_length=6, choices=How.choices)
    done = SealedTextField(_("做了什么"))
    given = models.CharField(_("送了什么"), max_length=5, choices=Given.choices, blank=True, default="")
    amount = models.DecimalField(_("金额"), max_digits=9, decimal_places=2, null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_why = SealedTextField(_("撤回原因"), blank=True, default="")
    once_key = models.UUIDField(unique=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("帮扶联系")
        verbose_name_plural = _("帮扶联系")
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(given="", amount=None) | Q(amount__gt=0) & ~Q(given=""), name="contact_amount_of_something"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="contact_withdrawn_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["pairing", "on"], name="contact_pairing_on")]

    def __str__(self) -> str:
        return f"{self.on} {self.get_how_display()}"
