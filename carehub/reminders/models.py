"""Who was told of what: the log of reminders, one digest per person and day, the inbox, and mail on its way out."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carehub.access.classes import classes
from carehub.access.viewer import Facts, Viewer


class ReminderLogQuerySet(models.QuerySet["ReminderLog"]):
    def visible_to(self, user: Any) -> "ReminderLogQuerySet":
        """A reminder is its recipient's own; whether its name may still be read, `is_open_to` says."""
        return self.filter(recipient=user)

    def standing(self) -> "ReminderLogQuerySet":
        """Return what may still be shown: not about somebody who died or left since."""
        return self.filter(silenced_at=None)

    def of_day(self, on: dt.date) -> "ReminderLogQuerySet":
        return self.filter(day_on=on)


class ReminderLog(models.Model):
    """One person was reminded of one duty at one stage. The key is unique, so no sweep can say it twice.

    Names are copied as values: foundation rows know no app's tables.
    """

    class Stage(models.TextChoices):
        OVERDUE = "overdue", _("逾期")
        DUE_SOON = "due_soon", _("快到期")

    field_classes = classes(
        C0=(
            "recipient duty_key stage rule window title subject person_id due_on organization path link vacant day_on "
            "silenced_at batch"
        )
    )

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("提醒谁"), on_delete=models.CASCADE, related_name="reminders"
    )
    duty_key = models.CharField(_("任务"), max_length=80, help_text="C-2.3:2026:12:17")
    stage = models.CharField(_("阶段"), max_length=8, choices=Stage.choices)
    rule = models.CharField(_("条款"), max_length=10)
    window = models.CharField(_("时段"), max_length=10)
    title = models.CharField(_("任务名称"), max_length=60)
    subject = models.CharField(_("对象"), max_length=200)
    person_id = models.BigIntegerField(_("对象是谁"), null=True, help_text=_("对象是人时才有"))
    due_on = models.DateField(_("期限"))
    organization = models.CharField(_("责任党组织"), max_length=200, blank=True)
    # Where the names may still be read; empty for what is the recipient's own (校领导).
    path = models.CharField(_("组织路径"), max_length=255, blank=True)
    link = models.CharField(_("去哪里办"), max_length=100, blank=True, default="", help_text=_("空：工作台"))
    vacant = models.BooleanField(_("书记空缺，责任上移"), default=False)
    day_on = models.DateField(_("提醒日期"))
    silenced_at = models.DateTimeField(_("不再显示的时间"), null=True, blank=True)
    batch = models.UUIDField(_("写入批次"), editable=False)

    objects = ReminderLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("提醒记录")
        verbose_name_plural = _("提醒记录")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "duty_key", "stage"], name="reminder_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "day_on"], name="reminder_digest"),
            models.Index(fields=["batch"], name="reminder_batch"),
            models.Index(fields=["window"], name="reminder_window"),
            models.Index(fields=["person_id"], name="reminder_person"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.subject}"

    def is_open_to(self, viewer: Viewer) -> bool:
        """Return whether the name lies in the reader's reach today: names stay behind when a post ends."""
        return not self.path or viewer.reach("duty", "v").covers(Facts(path=self.path))


class Digest(models.Model):
    """Everything that one person is told on one day: one inbox item, one mail at most."""

    field_classes = classes(C0="recipient day_on batch")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    day_on = models.DateField(_("日期"))
    batch = models.UUIDField(_("写入批次"), editable=False)

    class Meta:
        verbose_name = _("每日摘要")
        verbose_name_plural = _("每日摘要")
        constraints = [models.UniqueConstraint(fields=["recipient", "day_on"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day_on}"


class InboxItemQuerySet(models.QuerySet["InboxItem"]):
    def visible_to(self, user: Any) -> "InboxItemQuerySet":
        """A message is its recipient's own."""
        return self.filter(recipient=user)

    def unread(self) -> "InboxItemQuerySet":
        return self.filter(read_at=None)

    def unread_first(self) -> "InboxItemQuerySet":
        return self.order_by(F("read_at").asc(nulls_first=True), "-day_on", "-pk")


class InboxItem(models.Model):
    """One message in somebody's inbox."""

    field_classes = classes(C0="recipient key title text path day_on created_at read_at")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="inbox")
    key = models.CharField(_("消息号"), max_length=60, help_text="digest:2026-11-23")
    title = models.CharField(_("标题"), max_length=120)
    text = models.CharField(_("正文"), max_length=500, blank=True)
    path = models.CharField(_("去哪里办"), max_length=200, help_text="/")
    day_on = models.DateField(_("日期"))
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("读过的时间"), null=True, blank=True)

    objects = InboxItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="inbox_item_once")]
        indexes = [
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="inbox_unread"),
            models.Index(fields=["recipient", "-day_on"], name="inbox_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_digest(self) -> bool:
        """Return whether it sums up a day's reminders; others tell one thing (`tell`)."""
        return self.key.startswith("digest:")


class Pulse(models.Model):
    """When a recurring piece of work last ended, so that a page can say that the clock goes and a worker works."""

    field_classes = classes(C0="name ended_at")

    name = models.CharField(_("哪一样"), max_length=20, unique=True)
    ended_at = models.DateTimeField(_("最近一次办完"))

    class Meta:
        verbose_name = _("定时工作")
        verbose_name_plural = _("定时工作")

    def __str__(self) -> str:
        return self.name


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def due(self, now: dt.datetime) -> "OutboxQuerySet":
        """Return what may be sent: waiting and its time has come, or in the hands of a sender whose lease ran out."""
        waiting = Q(state=OutboxMessage.State.WAITING, next_try_at__lte=now)
        return self.filter(waiting | Q(state=OutboxMessage.State.SENDING, lease_until_at__lte=now))

    def not_under_way(self) -> "OutboxQuerySet":
        """Return what no sender has in hand and none has sent."""
        return self.filter(state=OutboxMessage.State.WAITING)


class OutboxMessage(models.Model):
    """A mail on its way out. It carries numbers and a link only: no name of anybody, nothing sensitive."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENDING = "sending", _("正在发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("没有发出")

    class Channel(models.TextChoices):
        MAIL = "mail", _("电子邮件")

    field_classes = classes(
        C0="digest channel subject body state attempts next_try_at lease_until_at sent_at error", C1="to"
    )

    digest = models.OneToOneField(Digest, on_delete=models.CASCADE, related_name="mail")
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel.choices, default=Channel.MAIL)
    to = models.EmailField(_("收件地址"))
    subject = models.CharField(_("主题"), max_length=120)
    body = models.TextField(_("正文"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("第几次发送"), default=0)
    next_try_at = models.DateTimeField(_("下次发送时间"))
    lease_until_at = models.DateTimeField(_("本次发送的时限"), null=True, blank=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    error = models.CharField(_("出错类别"), max_length=60, blank=True, help_text=_("只记错误的类别，不记内容"))

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("待发邮件")
        verbose_name_plural = _("待发邮件")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="outbox_sent_has_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until_at__isnull=False), name="outbox_sending_has_a_lease"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="outbox_waiting"),
            models.Index(fields=["lease_until_at"], condition=Q(state="sending"), name="outbox_sending"),
        ]

    def __str__(self) -> str:
        return self.subject
