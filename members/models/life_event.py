"""Events of life: what happens to a person and opens talks and visits; entered, dropped in, or made by our records."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.paths import PathField
from carehub.access.viewer import Facts, Viewer, viewer_of
from carehub.calendar import date_words
from carehub.sealing import SealedTextField
from members.models.organization import Organization
from members.models.person import Person


class EventKind(models.TextChoices):
    """What can happen, in the order of the policy (duties.md, Event rules)."""

    JOINED_WORK = "joined-work", _("新入职")
    RETIRED = "retired", _("退休")
    ACTIVIST = "activist", _("确定为入党积极分子")
    DEVELOPMENT = "development", _("确定为发展对象")
    PROBATIONARY = "probationary", _("接收为预备党员")
    CONFIRMED = "confirmed", _("转为正式党员")
    MOVED_IN = "moved-in", _("组织关系转入")
    MOVED_OUT = "moved-out", _("组织关系转出")
    POST_CHANGED = "post-changed", _("职务或岗位变动")
    HONOURED = "honoured", _("获得表彰")
    SANCTIONED = "sanctioned", _("受到处分或组织处理")
    WARNING_SIGN = "warning-sign", _("苗头性倾向")
    COMPLAINT = "complaint", _("群众有不良反映")
    HOSPITALISED = "hospitalised", _("患病住院")
    ACCIDENT = "accident", _("家庭发生意外")
    HARDSHIP = "hardship", _("生活遇到特殊困难")
    MOOD = "mood", _("有较大思想波动")
    NEAR_DEATH = "near-death", _("临终")
    DIED = "died", _("去世")


K = EventKind
# The clause that an event opens duties of; the kinds of C-2.15 stand under C-2.5a, too.
KINDS_OF: dict[str, tuple[str, ...]] = {
    "C-2.4": (K.JOINED_WORK, K.RETIRED),
    "C-2.5a": (K.ACTIVIST, K.DEVELOPMENT, K.PROBATIONARY, K.CONFIRMED, K.MOVED_IN, K.MOVED_OUT),
    "C-2.5b": (K.POST_CHANGED,),
    "C-2.5c": (K.HONOURED,),
    "C-2.5d": (K.SANCTIONED, K.WARNING_SIGN),
    "C-2.5e": (K.COMPLAINT,),
    "C-2.8": (K.HOSPITALISED, K.ACCIDENT, K.HARDSHIP, K.MOOD),
    "C-2.9": (K.NEAR_DEATH,),
    "C-2.10": (K.DIED,),
}
# What is sensitive by its very kind (C3): health, family, sanctions, what people complain about.
SENSITIVE = frozenset({K.SANCTIONED, K.WARNING_SIGN, K.COMPLAINT, *KINDS_OF["C-2.8"], K.NEAR_DEATH})
# The policy says 党员 here; the others are about people on their way into the Party, or about anybody.
OF_MEMBERS = frozenset({*KINDS_OF["C-2.4"], K.POST_CHANGED, K.HONOURED, K.CONFIRMED, K.PROBATIONARY})


class LifeEventQuerySet(models.QuerySet["LifeEvent"]):
    def visible_to(self, user: Any) -> "LifeEventQuerySet":
        """Return the events that this account may read, sensitive ones in the own organisation only.

        Never those about oneself; what one has entered oneself stays readable while the post lasts.
        """
        viewer = viewer_of(user)
        reach = viewer.reach("life_event", "v")
        if not reach:
            return self.none()
        plain = Q(organization__in=own_seats(viewer)) | ~Q(kind__in=SENSITIVE) | Q(entered_by=user)
        return self.filter(reach.q() & plain).exclude(person=viewer.person_id)

    def dropped_by(self, user: Any) -> "LifeEventQuerySet":
        """Return what this account has handed over for a department."""
        return self.filter(entered_by=user, source=LifeEvent.Source.DEPARTMENT)

    def standing(self) -> "LifeEventQuerySet":
        return self.filter(withdrawn_at=None)

    def newest_first(self) -> "LifeEventQuerySet":
        return self.order_by("-happened_on", "-pk")


def own_seats(viewer: Viewer) -> list[int]:
    """Return the organisations whose own events a viewer answers for, by posts that read events at all."""
    return [
        seat.organization_id
        for seat in viewer.seats
        if seat.organization_id and seat.persona in ("BS", "BO", "GS", "GO", "OD", "OH")
    ]


class LifeEvent(models.Model):
    """Something happened to a person on a day. `organization` is the unit whose head answers for it that day."""

    class Source(models.TextChoices):
        BRANCH = "branch", _("支部登记")
        DEPARTMENT = "department", _("部门告知")
        RECORD = "record", _("平台记录")

    access_resource = "life_event"
    # The kind of some events is sensitive; the rules count by it, hence it is not sealed (as with a talk's reasons).
    field_classes = classes(
        C0="person happened_on organization path source entered_by entered_at once_key withdrawn_at withdrawn_by "
        "erased_on",
        C3="kind note withdrawn_because",
    )

    person = models.ForeignKey(Person, verbose_name=_("姓名"), on_delete=models.PROTECT, related_name="life_events")
    kind = models.CharField(_("什么事"), max_length=12, choices=EventKind.choices)
    happened_on = models.DateField(_("哪一天"))
    organization = models.ForeignKey(
        Organization, verbose_name=_("所在党组织"), on_delete=models.PROTECT, related_name="life_events"
    )
    path = PathField(_("组织路径"), editable=False, db_index=True)
    note = SealedTextField(_("补充一句"), max_length=200, blank=True, default="")
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    once_key = models.UUIDField(_("一次性表单号"), default=uuid.uuid4, unique=True, editable=False)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_because = SealedTextField(_("撤回原因"), max_length=200, blank=True, default="")

    # When the words about a departed person were let go of; that it happened stays.
    erased_on = models.DateField(_("到期清除的日期"), null=True, blank=True, editable=False)

    objects = LifeEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("生活事件")
        verbose_name_plural = _("生活事件")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "happened_on"], condition=Q(withdrawn_at=None), name="event_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_because="") | Q(erased_on__isnull=False),
                name="event_withdrawn_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "happened_on"], name="event_kind_day"),
            models.Index(fields=["person", "happened_on"], name="event_person_day"),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.person}"

    def access_facts(self) -> Facts:
        return Facts(path=self.path)

    @property
    def day_words(self) -> str:
        return date_words(self.happened_on)
