"""办理事项: what somebody else must solve, written apart from the talk so that help comes without opening it."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.matrix import codes_of
from carehub.access.paths import PathField, below
from carehub.access.viewer import Seat, Viewer, viewer_of
from carehub.duties.duty import State as Look
from carehub.sealing import SealedTextField
from members.models import Organization, Person, Post
from members.scope import title_of
from talks.models.talk import SEALED, Talk

RESOURCE = "follow_up"
NOBODY = Q(pk__in=[])
SOON = dt.timedelta(days=7)
GROUPS = {"LT": Person.Occupation.RETIRED, "XG": Person.Occupation.STUDENT}


def asked_from(viewer: Viewer) -> Q:
    """Return the condition that a matter comes from the viewer's own office: its words are his to change."""
    condition = NOBODY
    for seat in viewer.seats:
        if (scope := codes_of(RESOURCE, seat.persona).get("e")) and seat.path:
            condition |= below(seat.path) if scope in "bs" else _own(seat, viewer)
    return condition


def _own(seat: Seat, viewer: Viewer) -> Q:
    """A general branch's own matters are its secretary's; a leader's are the leader's alone."""
    own = Q(path=seat.path)
    return own & Q(asked_by__person=viewer.person_id) if seat.persona == "LD" else own


def raised_to(viewer: Viewer) -> Q:
    """Return the condition that a matter was handed up to an office of the viewer."""
    condition = NOBODY
    for seat in viewer.seats:
        if "a" in codes_of(RESOURCE, seat.persona):
            if seat.persona == "GS":
                condition |= below(seat.path) & Q(to_general_at__isnull=False)
            if seat.persona == "OH":
                condition |= Q(to_department_at__isnull=False)
    return condition


def assigned_to(viewer: Viewer) -> Q:
    """Return the condition that a matter was given to the viewer in a post that he holds today."""
    condition = NOBODY
    for seat in viewer.seats:
        if "a" in codes_of(RESOURCE, seat.persona):
            given = Q(assignee__organization=seat.organization_id)
            group = GROUPS.get(seat.persona)
            condition |= given & Q(person__occupation=group) if group else given & ~Q(assignee__role__in=GROUPS)
    return condition & Q(assignee__person=viewer.person_id) & in_office(viewer.on)


def shared_with(viewer: Viewer) -> Q:
    """Return the condition that a matter is the viewer's own and was shared with him."""
    own = any("v" in codes_of(RESOURCE, seat.persona) for seat in viewer.seats if seat.persona == "M")
    return Q(person=viewer.person_id, shared_at__isnull=False) if own else NOBODY


def in_office(on: dt.date) -> Q:
    """Return the condition that the post to which a matter was given is still held."""
    return Q(assignee__started_on__lte=on) & (Q(assignee__ended_on=None) | Q(assignee__ended_on__gte=on))


def in_no_hands(on: dt.date) -> Q:
    """Return the opposite: given to nobody, or to a post that has ended."""
    return Q(assignee=None) | Q(assignee__started_on__gt=on) | Q(assignee__ended_on__lt=on)


def in_charge(viewer: Viewer) -> Q:
    """Return the condition that a matter lies with the viewer's office: it decides who does it, or hands it up."""
    condition = asked_from(viewer) & Q(to_general_at=None, to_department_at=None)
    if "GS" in viewer.personas:
        condition |= raised_to(viewer) & Q(to_general_at__isnull=False, to_department_at=None)
    if "OH" in viewer.personas:
        condition |= raised_to(viewer) & Q(to_department_at__isnull=False)
    return condition


def waiting_for(viewer: Viewer) -> Q:
    """Return the condition that the viewer is the one to act: given to him, or his to give and with nobody else."""
    return assigned_to(viewer) | (in_charge(viewer) & in_no_hands(viewer.on))


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=models.BooleanField())


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: Any) -> "FollowUpQuerySet":
        """Return the matters of this account: of its office, given or handed up to it, or its own and shared.

        A withdrawn one is left to the office that asked. Of his own matter nobody sees more than what was shared.
        """
        viewer = viewer_of(user)
        if viewer.person_id is None:
            return self.none()
        standing, others = Q(withdrawn_at=None), ~Q(person=viewer.person_id)
        given = (raised_to(viewer) | assigned_to(viewer)) & standing
        return self.filter(others & (asked_from(viewer) | given) | shared_with(viewer) & standing)

    def with_rights(self, user: Any) -> "FollowUpQuerySet":
        """Ready for a page of this account: `is_asked`, `is_charged`, `is_assigned` say in which part it sees each."""
        viewer = viewer_of(user)
        others = ~Q(person=viewer.person_id)
        return self.annotate(
            is_asked=_flag(others & asked_from(viewer)),
            is_charged=_flag(others & in_charge(viewer)),
            is_assigned=_flag(others & assigned_to(viewer)),
            is_in_hand=_flag(in_office(viewer.on)),
        ).with_people()

    def with_people(self) -> "FollowUpQuerySet":
        """Ready to be listed, in one query."""
        sealed = [f"{who}__{name}" for who in ("person", "assignee__person") for name in SEALED]
        joined = ("person", "organization", "talk", "assignee__person", "assignee__organization", "asked_by__person")
        sealed += [f"asked_by__person__{name}" for name in SEALED]
        return self.select_related(*joined).defer("talk__line", *sealed)

    def open(self) -> "FollowUpQuerySet":
        return self.filter(state=FollowUp.State.OPEN, withdrawn_at=None)

    def closed(self) -> "FollowUpQuerySet":
        """Done, not possible, or withdrawn."""
        return self.filter(~Q(state=FollowUp.State.OPEN) | Q(withdrawn_at__isnull=False))

    def waiting_for(self, user: Any) -> "FollowUpQuerySet":
        """Return what this account is to do now."""
        return self.visible_to(user).open().filter(waiting_for(viewer_of(user)))

    def elsewhere_for(self, user: Any) -> "FollowUpQuerySet":
        """Return what this account's offices asked for or handed on, and others have in hand."""
        viewer = viewer_of(user)
        handed = self.visible_to(user).open().filter(asked_from(viewer) | raised_to(viewer))
        return handed.annotate(is_waiting=_flag(waiting_for(viewer))).filter(is_waiting=False)

    def shared_with(self, user: Any) -> "FollowUpQuerySet":
        """Return the account's own matters that were shared with it."""
        return self.visible_to(user).filter(shared_with(viewer_of(user)), withdrawn_at=None)

    def about(self, person_id: int) -> "FollowUpQuerySet":
        return self.filter(person=person_id)

    def nearest_first(self) -> "FollowUpQuerySet":
        return self.order_by("due_on", "pk")

    def latest_first(self) -> "FollowUpQuerySet":
        return self.order_by(F("closed_at").desc(nulls_last=True), "-pk")


class FollowUp(models.Model):
    """One matter: whose, what, who does it until when, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", _("在办")
        DONE = "done", _("已办")
        IMPOSSIBLE = "impossible", _("办不了")

    access_resource = RESOURCE
    field_classes = classes(
        C0="talk person organization path asked_by asked_title asked_on assignee due_on state to_general_at "
        "to_department_at shared_at closed_at withdrawn_at once_key version",
        C3="what result",
    )

    talk = models.ForeignKey(
        Talk, verbose_name=_("来自哪次谈话"), null=True, on_delete=models.SET_NULL, related_name="follow_ups"
    )
    person = models.ForeignKey(Person, verbose_name=_("谁的事"), on_delete=models.PROTECT, related_name="follow_ups")
    what = SealedTextField(_("要办什么"))
    # The organisation in whose talk the matter came up; it stays its matter when the person moves.
    organization = models.ForeignKey(
        Organization, verbose_name=_("所属党组织"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    path = PathField(_("组织路径"), editable=False, db_index=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("谁请办的"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_title = models.CharField(_("请办人职务"), max_length=60, blank=True)
    asked_on = models.DateField(_("哪天请办"))
    # A post, not a person: who leaves it loses the matter the same day. Empty: with the office in charge itself.
    assignee = models.ForeignKey(
        Post, verbose_name=_("谁来办"), null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    due_on = models.DateField(_("何时办好"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    result = SealedTextField(_("办理结果"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    to_general_at = models.DateTimeField(_("移交党总支的时间"), null=True, blank=True)
    to_department_at = models.DateTimeField(_("移交组织部的时间"), null=True, blank=True)
    shared_at = models.DateTimeField(_("告诉本人的时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    once_key = models.UUIDField(_("一次性表单号"), default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("办理事项")
        verbose_name_plural = _("办理事项")
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("asked_on")), name="follow_up_due_after_asked"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, result__isnull=True)
                | (Q(state__in=["done", "impossible"], closed_at__isnull=False, result__isnull=False)),
                name="follow_up_closed_with_result",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "state"], name="follow_up_person"),
            models.Index(fields=["due_on"], condition=Q(state="open"), name="follow_up_open"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_on} {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("follow-ups:item", args=[self.pk])

    @property
    def in_hand_of(self) -> str:
        """Return the name and post of who does it, empty while nobody in office has it (`with_rights` was asked)."""
        held = getattr(self, "is_in_hand", True)
        return f"{self.assignee.person}（{title_of(self.assignee)}）" if self.assignee and held else ""

    def look(self, on: dt.date) -> tuple[str, str]:
        """Return (state, words) as the badge shows it on a day: never red, overdue with the number of days."""
        if self.withdrawn_at:
            return Look.NOT_APPLICABLE, _gettext("已撤回")
        if self.state != self.State.OPEN:
            return (Look.DONE if self.state == self.State.DONE else Look.EXCUSED), self.get_state_display()
        days = (self.due_on - on).days
        if days < 0:
            return Look.OVERDUE, _gettext("逾期 %(days)s 天") % {"days": -days}
        if days <= SOON.days:
            return Look.DUE_SOON, _gettext("还有 %(days)s 天") % {"days": days} if days else _gettext("今天到期")
        return Look.OPEN, _gettext("在办")


class FollowUpStep(models.Model):
    """What happened to a matter, and who did it in which post: kept for the offices that see the matter."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("请办")
        ASSIGNED = "assigned", _("请人办")
        RAISED = "raised", _("移交上级")
        RETURNED = "returned", _("退回")
        DONE = "done", _("办好")
        IMPOSSIBLE = "impossible", _("办不了")
        REOPENED = "reopened", _("请再办")
        SHARED = "shared", _("告诉本人")
        UNSHARED = "unshared", _("收回告知")
        WITHDRAWN = "withdrawn", _("撤回")

    field_classes = classes(C0="follow_up kind by title to made_at", C3="note")

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(_("做了什么"), max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("当时的职务"), max_length=60, blank=True)
    to = models.CharField(_("交给谁"), max_length=120, blank=True)
    note = SealedTextField(_("说明"), blank=True, default="")
    made_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("办理经过")
        verbose_name_plural = _("办理经过")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"
