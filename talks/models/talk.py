"""Talks: who talked with whom on which day. The fact serves every duty; the line is the talker's and recorder's."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.paths import PathField, below
from carehub.access.viewer import Facts, viewer_of
from carehub.sealing import SealedJSONField, SealedTextField
from members.models import Organization, Person

SEALED = ("id_number", "phone", "address")  # a list never opens what it does not show


class TalkQuerySet(models.QuerySet["Talk"]):
    def visible_to(self, user: Any) -> "TalkQuerySet":
        """Return the talks whose fact this account may see: in its scope, or its person took part."""
        viewer = viewer_of(user)
        reach = viewer.reach("talk", "v", "F")
        if reach.everything:
            return self.all()
        own = Q(talker=viewer.person_id) | Q(
            pk__in=Participation.objects.filter(person=viewer.person_id).values("talk")
        )
        seen = reach.q(path="path", person="talker", occupation="")
        if reach.occupations:
            group = Person.objects.filter(occupation__in=reach.occupations)
            seen |= Q(pk__in=Participation.objects.filter(person__in=group).values("talk"))
        return self.filter(seen | own if viewer.person_id else seen)

    def standing(self) -> "TalkQuerySet":
        """Talks that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def withdrawn(self) -> "TalkQuerySet":
        return self.exclude(withdrawn_at=None)

    def at_or_below(self, path: str) -> "TalkQuerySet":
        """Talks in the ledgers of an organisation and those under it."""
        return self.filter(below(path))

    def with_person(self, person_id: int | None) -> "TalkQuerySet":
        """Talks in which a person took part."""
        return self.filter(Exists(Participation.objects.filter(talk=OuterRef("pk"), person=person_id)))

    def with_people(self) -> "TalkQuerySet":
        """Ready to be listed: talker, unit and people in two queries, without the words of the talk."""
        present = Participation.objects.select_related("person").defer(*(f"person__{name}" for name in SEALED))
        talks = self.defer("line", *(f"talker__{name}" for name in SEALED)).select_related("talker", "organization")
        return talks.prefetch_related(Prefetch("participations", present))

    def newest_first(self) -> "TalkQuerySet":
        return self.order_by("-held_on", "-pk")


class Talk(models.Model):
    class Form(models.TextChoices):
        SINGLE = "single", _("个别")
        COLLECTIVE = "collective", _("集体")

    class Channel(models.TextChoices):
        IN_PERSON = "in-person", _("当面")
        PHONE = "phone", _("电话")
        VIDEO = "video", _("视频")

    access_resource = "talk"
    # What a talk was held for tells of a sanction or a complaint: codes that the duties count, hence not sealed.
    field_classes = classes(
        C0="held_on talker talker_title form channel place organization path recorded_by entered_on "
        "recorded_at once_key version withdrawn_at erased_on",
        C3="reasons withdrawn_because",
        C4="line",
    )

    held_on = models.DateField(_("谈话日期"), db_index=True)
    talker = models.ForeignKey(Person, verbose_name=_("谈话人"), on_delete=models.PROTECT, related_name="talks_led")
    talker_title = models.CharField(_("谈话人职务"), max_length=60, blank=True, help_text=_("谈话当日的职务"))
    people = models.ManyToManyField(Person, verbose_name=_("谈话对象"), through="Participation", related_name="talks")
    form = models.CharField(_("谈话形式"), max_length=10, choices=Form.choices, default=Form.SINGLE)
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices, default=Channel.IN_PERSON)
    reasons = models.JSONField(_("谈话事由"), default=list, help_text="annual, quarterly, …: talks/reasons.py")
    place = models.CharField(_("地点"), max_length=100, blank=True)
    line = SealedTextField(_("一句话要点"), blank=True, default="")
    # The organisation whose ledger holds the talk: where the talker held the post that day.
    organization = models.ForeignKey(
        Organization, verbose_name=_("所属党组织"), on_delete=models.PROTECT, related_name="talks"
    )
    path = PathField(_("组织路径"), editable=False, db_index=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The day of entry decides 补录; an imported ledger brings its own.
    entered_on = models.DateField(_("录入日期"))
    recorded_at = models.DateTimeField(_("录入时间"), auto_now_add=True)
    once_key = models.UUIDField(_("一次性表单号"), default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_because = SealedTextField(_("撤回原因"), max_length=200, blank=True, default="")

    # When the words were let go of, because nobody whom they concern is here any more; the fact stays.
    erased_on = models.DateField(_("到期清除的日期"), null=True, blank=True, editable=False)

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("谈心谈话")
        verbose_name_plural = _("谈心谈话")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_because="") | Q(erased_on__isnull=False),
                name="talk_withdrawn_with_reason",
            ),
            models.CheckConstraint(condition=Q(entered_on__gte=F("held_on")), name="talk_not_in_future"),
        ]
        indexes = [models.Index(fields=["talker", "held_on"], name="talk_talker_day")]

    def __str__(self) -> str:
        return f"{self.held_on} {self.talker}"

    def get_absolute_url(self) -> str:
        return reverse("talks:talk", args=[self.pk])

    def access_facts(self) -> Facts:
        people = frozenset({self.talker_id, *self.participations.values_list("person", flat=True)})
        return Facts(path=self.path, people=people)

    def is_late_entry(self, grace: dt.timedelta) -> bool:
        """Return whether it was entered (补录) more than the grace after it was held."""
        return self.entered_on > self.held_on + grace


class Participation(models.Model):
    """One person took part in one talk; the talker may have shared the words with him."""

    field_classes = classes(C0="talk person attended text_shared_at")

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="participations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="participations")
    attended = models.BooleanField(_("到场"), default=True)
    text_shared_at = models.DateTimeField(_("要点给本人看的时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("参加谈话")
        verbose_name_plural = _("参加谈话")
        constraints = [models.UniqueConstraint(fields=["talk", "person"], name="participation_once")]

    def __str__(self) -> str:
        return f"{self.person}"


class Correction(models.Model):
    """What a correction or a withdrawal changed, and why: kept beside the talk for whoever may see its fact."""

    field_classes = classes(C0="talk by made_at", C3="because changed")

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="corrections")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    because = SealedTextField(_("原因"), max_length=200)
    changed = SealedJSONField(_("改了什么"), default=dict)
    made_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("更正")
        verbose_name_plural = _("更正")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.because
