"""What the security administrator does to an account: with a reason of a fixed list, never to his own.

The words of a reason are chosen, not typed, so that nothing sensitive reaches the audit trail.
"""

from collections.abc import Callable
from typing import Any

from axes.models import AccessAttempt
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from carehub.accounts.actions import (
    close_account,
    end_sessions,
    issue_first_password,
    reopen_account,
    reset_second_factor,
)
from carehub.accounts.addresses import mark_of
from carehub.accounts.models import Pace, User
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import today
from carehub.reminders.actions import tell


class Why(models.TextChoices):
    ASKED = "asked", _("本人申请，已当面核实")
    LOST = "lost", _("忘记密码或遗失手机，已当面核实")
    MOVED = "moved", _("岗位变动")
    ODD = "odd", _("账号有异常")
    MISTAKE = "mistake", _("更正前面的差错")


class OwnAccount(Exception):
    """Nobody administers the own account."""


def unlock_account(*, user: User, by: Any) -> bool:
    """Forget the failed tries of an account, from wherever; return whether there were any."""
    tries, _each = AccessAttempt.objects.filter(username=mark_of(user.number)).delete()
    slowed, _each = Pace.objects.filter(account=mark_of(user.number)).delete()
    return bool(tries or slowed)


def sign_out_everywhere(*, user: User, by: Any) -> bool:
    """End every sign-in of an account; return whether there was one."""
    return bool(end_sessions(user))


VERBS: dict[str, tuple[Callable[..., Any], Any]] = {
    "close": (close_account, _("停用账号")),
    "reopen": (reopen_account, _("重新启用账号")),
    "unlock": (unlock_account, _("解除锁定")),
    "end-sessions": (sign_out_everywhere, _("结束全部登录")),
    "second-factor": (reset_second_factor, _("撤销第二步验证")),
}


@transaction.atomic
def administer(verb: str, *, user: User, why: str, by: Any) -> bool:
    """Do one thing to an account and write down why; return False when there was nothing to do (any more)."""
    if user.pk == by.pk:
        raise OwnAccount
    act, words = VERBS[verb]
    if not act(user=user, by=by):
        return False
    _write_down(verb, words, user, why, by)
    return True


@transaction.atomic
def renew_first_password(*, user: User, seen: str, why: str, by: Any) -> str | None:
    """Set a new first password and return it, once; None if the password is not the one that was on the screen."""
    if user.pk == by.pk:
        raise OwnAccount
    locked = User.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    if locked is None or mark_of_password(locked) != seen:
        return None
    made = issue_first_password(user=locked, by=by)
    if made is not None:
        _write_down("first-password", _("设新的初始密码"), locked, why, by)
    return made


def mark_of_password(user: User) -> str:
    """Return which password an account has, without a trace of it: the moment it was set."""
    return user.password_set_at.isoformat()


def _write_down(verb: str, words: Any, user: User, why: str, by: Any) -> None:
    event = record(Action.ACCOUNT, by=by, target=user, what=f"administer {verb}", why=why)
    title = __("您的账号：安全管理员%(what)s") % {"what": words}
    text = __("事由：%(why)s。不是您要求的，请告诉审计管理员。") % {"why": Why(why).label}
    tell(
        accounts=[user.pk], key=f"account:{event.pk}", title=title, text=text,
        path=reverse("accounts:password"), on=today(), by=by,
    )  # fmt: skip
