"""亲属关系: declared by a person himself, so that neither decides about the other."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import viewer_of
from members.models.person import Person


class KinshipQuerySet(models.QuerySet["Kinship"]):
    def visible_to(self, user: Any) -> "KinshipQuerySet":
        """A declaration is its maker's own."""
        return self.filter(person=viewer_of(user).person_id)

    def standing(self) -> "KinshipQuerySet":
        return self.filter(withdrawn_at=None)


class Kinship(models.Model):
    """One declaration. Who is meant is shown to the declarer by the name he gave; the other is not told."""

    field_classes = classes(C0="declared_at withdrawn_at declared_by once_key", C3="person other")

    person = models.ForeignKey(Person, verbose_name=_("谁声明"), on_delete=models.PROTECT, related_name="kinships")
    other = models.ForeignKey(
        Person, verbose_name=_("与谁"), on_delete=models.PROTECT, related_name="kinships_of_others"
    )
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(_("声明时间"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True)
    once_key = models.UUIDField(unique=True, editable=False)

    objects = KinshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("亲属声明")
        verbose_name_plural = _("亲属声明")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "other"], condition=Q(withdrawn_at=None), name="kinship_once"),
            models.CheckConstraint(condition=~Q(person=F("other")), name="kinship_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.other}"
