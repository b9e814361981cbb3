"""Proposals to give or end a post: one proposes, another approves, the security administrator carries out."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import Facts, viewer_of
from carehub.sealing import SealedTextField
from members.models.grant import OrganizationGrant
from members.models.organization import Organization
from members.models.person import Person
from members.models.post import Post


def _other_than(field: str, *others: str) -> Q:
    """Return the condition that a person of the chain is nobody of the others."""
    condition = Q()
    for other in others:
        condition &= ~Q(**{field: F(other)}) | Q(**{other: None})
    return Q(**{field: None}) | condition


class RoleProposalQuerySet(models.QuerySet["RoleProposal"]):
    def visible_to(self, user: Any) -> "RoleProposalQuerySet":
        """Return the proposals that this account may open: all of them or none."""
        return self if viewer_of(user).reach("account", "v").everything else self.none()

    def open(self) -> "RoleProposalQuerySet":
        return self.filter(state__in=RoleProposal.OPEN)

    def closed(self) -> "RoleProposalQuerySet":
        return self.exclude(state__in=RoleProposal.OPEN)

    def with_names(self) -> "RoleProposalQuerySet":
        return self.select_related(
            "person__organization", "organization", "post", "proposed_by__person", "approved_by__person",
            "carried_out_by__person", "closed_by__person",
        )  # fmt: skip


class RoleProposal(models.Model):
    class Kind(models.TextChoices):
        APPOINT = "appoint", _("任职")
        END = "end", _("免去")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待批准")
        APPROVED = "approved", _("待办理")
        RETURNED = "returned", _("已退回")
        DONE = "done", _("已办理")
        DECLINED = "declined", _("不同意")
        WITHDRAWN = "withdrawn", _("已撤回")

    OPEN = (State.PROPOSED, State.APPROVED, State.RETURNED)
    field_classes = classes(
        C0="kind state person account organization role started_on ended_on post grant revision proposed_by "
        "proposed_at approved_by approved_at carried_out_by carried_out_at closed_by closed_at once_key",
        C3="reason note",
    )
    access_resource = "account"

    kind = models.CharField(_("事项"), max_length=7, choices=Kind.choices)
    state = models.CharField(_("进度"), max_length=9, choices=State.choices, default=State.PROPOSED)
    person = models.ForeignKey(Person, verbose_name=_("谁"), on_delete=models.PROTECT, related_name="role_proposals")
    # The account behind the person, kept here so that the database can hold the rule that nobody acts on his own.
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("账号"), on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("党组织"), on_delete=models.PROTECT, related_name="role_proposals"
    )
    role = models.CharField(_("职务"), max_length=12, choices=Post.Role.choices)
    started_on = models.DateField(_("从哪天起"), null=True)
    ended_on = models.DateField(_("到哪天止"), null=True)
    reason = SealedTextField(_("事由"))
    note = SealedTextField(_("退回、不同意或撤回的原因"), blank=True, default="")
    # What came of it; for an end, what is to end.
    # A post that was to begin after its holder died or left is taken back; the proposal stays.
    post = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="proposals")
    grant = models.ForeignKey(OrganizationGrant, null=True, on_delete=models.PROTECT, related_name="proposals")
    revision = models.PositiveSmallIntegerField(_("第几稿"), default=1)

    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"))
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    carried_out_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    carried_out_at = models.DateTimeField(_("办理时间"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("退回、不同意或撤回的时间"), null=True)
    once_key = models.UUIDField(unique=True, editable=False)

    objects = RoleProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职提议")
        verbose_name_plural = _("任职提议")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=_other_than("proposed_by", "account"), name="proposal_not_for_oneself"),
            models.CheckConstraint(
                condition=_other_than("approved_by", "account", "proposed_by"), name="proposal_approved_by_another"
            ),
            models.CheckConstraint(
                condition=_other_than("carried_out_by", "account", "proposed_by", "approved_by"),
                name="proposal_carried_out_by_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "done"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="proposal_approved_has_its_approver",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(carried_out_by__isnull=False, carried_out_at__isnull=False),
                name="proposal_done_has_its_third_hand",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined")
                | (Q(closed_by__isnull=False) & _other_than("closed_by", "account", "proposed_by")),
                name="proposal_declined_by_another",
            ),
            models.CheckConstraint(
                condition=Q(kind="appoint", started_on__isnull=False)
                | Q(kind="end", ended_on__isnull=False, post__isnull=False),
                name="proposal_says_from_or_until_when",
            ),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="proposal_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["kind", "person", "organization", "role"],
                condition=Q(state__in=["proposed", "approved", "returned"]),
                name="proposal_one_open",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person} {self.get_role_display()}"

    def get_absolute_url(self) -> str:
        return reverse("roles:proposal", args=[self.pk])

    def access_facts(self) -> Facts:
        return Facts(path=self.organization.path or "")
