"""The accounts as the security administrator sees them: number, name, posts, state. Nothing of the person's file."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carehub.access.matrix import PERSONAS
from carehub.accounts.addresses import mark_of
from carehub.accounts.models import Pace, SecondFactor, User
from carehub.accounts.pace import FREE, WINDOW
from carehub.administration.actions import Why
from members.models import Post
from members.scope import title_of

STATES = (
    ("", _("全部账号")), ("open", _("启用的")), ("closed", _("停用的")), ("first", _("还没改初始密码")),
    ("never", _("没登录过")), ("office", _("有部门、审批、三员职务")),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One account."""

    user: Any
    name: str
    posts: str
    is_locked: bool


class AccountsForm(forms.Form):
    """Bad values in the address are left out, never an error."""

    q = forms.CharField(label=_("工号、姓名或拼音"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        look = {"class": "form-control", "type": "search", "placeholder": _("工号、姓名或拼音"), "autocomplete": "off"}
        self.fields["q"].widget.attrs |= look
        self.fields["state"].widget.attrs["class"] = "form-select"

    def value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def filter(self, accounts: QuerySet[User], on: dt.date) -> QuerySet[User]:
        """Return the accounts asked for, by number."""
        if words := self.value("q").strip():
            typed = "".join(words.lower().split())
            named = Q(person__name__contains=words) | Q(person__pinyin_joined__startswith=typed)
            accounts = accounts.filter(named | Q(person__initials__startswith=typed) | Q(number__startswith=words))
        offices = Post.objects.in_force(on).filter(person__user=OuterRef("pk"), role__in=PERSONAS)
        conditions = {
            "open": Q(is_active=True),
            "closed": Q(is_active=False),
            "first": Q(must_change_password=True, is_active=True),
            "never": Q(last_login=None),
            "office": Q(Exists(offices)),
        }
        return accounts.filter(conditions.get(self.value("state"), Q())).order_by("number")


class WhyForm(forms.Form):
    """The reason of what is done to an account."""

    why = forms.ChoiceField(
        label=_("事由"),
        choices=[("", _("请选事由")), *Why.choices],
        widget=forms.Select(attrs={"class": "ch-narrow-select"}),
        error_messages={"required": _("还没有选事由。"), "invalid_choice": _("没有这一项。请从列表中选一项。")},
    )


def with_posts(accounts: QuerySet[User], on: dt.date) -> QuerySet[User]:
    """Fetch the people and their posts in force with the accounts: two queries whatever the number."""
    posts = Post.objects.in_force(on).select_related("organization").order_by("started_on", "pk")
    people = accounts.select_related("person__organization")
    return people.prefetch_related(Prefetch("person__posts", posts, to_attr="held"))


def rows_of(users: Iterable[Any]) -> list[Row]:
    """Return the accounts of a page with what the list says of each."""
    users = list(users)
    locked = locked_marks([user.number for user in users])
    return [_row(user, mark_of(user.number) in locked) for user in users]


def _row(user: Any, is_locked: bool) -> Row:
    person = getattr(user, "person", None)
    posts = [f"{post.organization} {title_of(post)}" for post in person.held] if person else []
    return Row(user, person.name if person else "", "、".join(posts), is_locked)


def locked_marks(numbers: list[str]) -> set[str]:
    """Return the marks of those numbers that are locked at some address, or slowed everywhere, at this moment."""
    marks, now = [mark_of(number) for number in numbers], timezone.now()
    tries = AccessAttempt.objects.filter(
        username__in=marks, failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=now - settings.AXES_COOLOFF_TIME,
    )  # fmt: skip
    slowed = Pace.objects.filter(account__in=marks, failures__gte=FREE, failed_at__gt=now - WINDOW)
    return {*tries.values_list("username", flat=True), *slowed.values_list("account", flat=True)}


def counts() -> dict[str, int]:
    """Return how many accounts there are, open and closed."""
    found = User.objects.aggregate(
        open=Count("pk", filter=Q(is_active=True)), closed=Count("pk", filter=Q(is_active=False))
    )
    return {name: found[name] for name in ("open", "closed")}


def has_second_factor(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exists()
