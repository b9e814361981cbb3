"""The exceptions to scope: a dated, reasoned grant on one organisation or on one person's file.

Guardian's tables with a plain foreign key, and our own columns. Who may see what still follows from the posts; these
rows are folded in at one place (members/scope.py), where one that is over, taken back, still to come, or of a closed
account counts for nothing. A further shared thing (a hardship case) is a further subclass of DatedGrant, made known by
share_with of members/grants.py.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.ctypes import get_content_type
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from carehub.access.classes import classes
from carehub.sealing import SealedTextField
from members.models.organization import Organization
from members.models.person import Person
from members.models.post import Post

LONGEST_DAYS = 366


class DatedGrantQuerySet(models.QuerySet[Any]):
    def running(self, on: dt.date) -> "DatedGrantQuerySet":
        """What holds on a day: begun, not over, not taken back, of an account that is open."""
        return self.filter(started_on__lte=on, ended_on__gte=on, withdrawn_at=None, user__is_active=True)

    def standing(self, on: dt.date) -> "DatedGrantQuerySet":
        """What may still be taken back: running or to come."""
        return self.filter(ended_on__gte=on, withdrawn_at=None)

    def over(self, on: dt.date) -> "DatedGrantQuerySet":
        """What ran out or was taken back, the latest first."""
        return self.filter(Q(ended_on__lt=on) | Q(withdrawn_at__isnull=False)).order_by("-ended_on", "-pk")

    def with_names(self) -> "DatedGrantQuerySet":
        return self.select_related(
            "user__person", "granted_by__person", "withdrawn_by__person", "content_object", "permission"
        )


class DatedGrantManager(UserObjectPermissionManager.from_queryset(DatedGrantQuerySet)):  # type: ignore[misc]
    def assign_dated(self, codename: str, user: Any, thing: models.Model, **terms: Any) -> Any:
        """Write one grant with its terms. Guardian's plain assign_perm cannot: the database asks for the terms."""
        permission = Permission.objects.get(content_type=get_content_type(thing), codename=codename)
        return self.create(permission=permission, user=user, content_object=thing, **terms)


class DatedGrant(UserObjectPermissionBase):
    """A permission of guardian with its reason, its days, and who gave it and took it back."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("授给谁"), on_delete=models.PROTECT, related_name="%(class)ss"
    )
    reason = SealedTextField(_("事由"))
    started_on = models.DateField(_("起"))
    ended_on = models.DateField(_("止"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("谁授权"), on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(_("授权时间"), auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("谁收回"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True)
    once_key = models.UUIDField(unique=True, editable=False)

    objects = DatedGrantManager()  # type: ignore[misc]

    class Meta:
        abstract = True
        ordering = ["-started_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ended_on__gte=F("started_on")), name="%(class)s_ends_after_start"),
            models.CheckConstraint(condition=~Q(granted_by=F("user")), name="%(class)s_not_to_oneself"),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None) | Q(withdrawn_at__isnull=False), name="%(class)s_withdrawn_has_a_time"
            ),
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "started_on"],
                condition=Q(withdrawn_at=None),
                name="%(class)s_one_from_a_day",
            ),
        ]
        indexes = [models.Index(fields=["user", "ended_on"], name="%(class)s_user")]

    @property
    def last_day(self) -> dt.date:
        """Return the day on which it was over or will be."""
        return timezone.localdate(self.withdrawn_at) if self.withdrawn_at else self.ended_on

    @property
    def role(self) -> str:
        """Return the office for which it lets its holder act, empty for a shared file."""
        return ""

    def state(self, on: dt.date) -> str:
        """Return withdrawn, ended, ahead or running."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.ended_on < on:
            return "ended"
        return "ahead" if self.started_on > on else "running"


GRANT_CLASSES = {
    "C0": "user permission content_object started_on ended_on granted_by granted_at withdrawn_by withdrawn_at once_key",
    "C3": "reason",
}


class OrganizationGrant(DatedGrant):
    """Somebody acts for an officer of one organisation (代理组织委员、代理组织员) until a day."""

    ACTING = {"act_as_organizer": Post.Role.ORGANIZER, "act_as_clerk": Post.Role.ORGANIZING_CLERK}
    field_classes = classes(**GRANT_CLASSES)

    content_object = models.ForeignKey(
        Organization, verbose_name=_("党组织"), on_delete=models.PROTECT, related_name="grants"
    )

    class Meta(DatedGrant.Meta):
        verbose_name = _("代理授权")
        verbose_name_plural = _("代理授权")

    @property
    def role(self) -> str:
        return self.ACTING[self.permission.codename]


class PersonGrant(DatedGrant):
    """One person's file is open to one account until a day."""

    CODENAME = "read_file"
    field_classes = classes(**GRANT_CLASSES)

    content_object = models.ForeignKey(
        Person, verbose_name=_("谁的档案"), on_delete=models.PROTECT, related_name="grants"
    )

    class Meta(DatedGrant.Meta):
        verbose_name = _("档案授权")
        verbose_name_plural = _("档案授权")
