"""The verbs of break-glass: ask, decide, withdraw, read. What is read is written down before a byte leaves."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.matrix import codes_of
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import today
from carehub.reminders.actions import tell
from members.models import Post
from members.scope import persona_of
from talks.models import Talk, TextRequest
from talks.models.text_request import READABLE_FOR, RESOURCE
from talks.text import may_read

FEWEST_LETTERS = 10
State = TextRequest.State


class Decided(Exception):
    """Somebody else decided, or the request was withdrawn or lapsed in between."""

    def __init__(self, asked: TextRequest) -> None:
        super().__init__(str(asked.pk))
        self.request = TextRequest.objects.ready().get(pk=asked.pk)


@transaction.atomic
def ask_for_text(*, talk: Talk, reason: str, once_key: uuid.UUID, by: Any) -> TextRequest:
    """Ask to read the words of one talk, once per key, and tell everybody who may decide."""
    now = timezone.now()
    if not may_ask_for(by, talk):
        raise PermissionDenied(_("应急查阅由组织部负责人申请；自己参加的谈话不能申请。"))
    if len(reason.strip()) < FEWEST_LETTERS:
        raise ValidationError({"reason": _("请写明为什么非看不可，至少 %(n)s 个字。") % {"n": FEWEST_LETTERS}})
    TextRequest.objects.lapsed(now).filter(talk=talk).update(state=State.LAPSED)
    known = TextRequest.objects.filter(once_key=once_key, requester=by.pk, talk=talk).first()
    if known:
        return known
    mine = TextRequest.objects.filter(talk=talk, requester=by.pk)
    if mine.undecided(now).exists() or mine.running(now).exists():
        raise ValidationError(_("您对这次谈话已有一份申请，在等待批准或还在有效期内。"))
    asked = TextRequest.objects.create(
        talk=talk,
        requester=by,
        requester_title=viewer_of(by).main_seat.title,
        reason=reason.strip(),
        asked_at=now,
        once_key=once_key,
    )
    _write(Action.BREAK_GLASS, asked, by, "asked")
    title = _("有一份应急查阅申请等您批复")
    _tell(asked, deciders_of(asked), title, _("三天内没有批复即作废。请打开看申请的理由。"))
    return asked


@transaction.atomic
def decide(*, asked: TextRequest, approve: bool, answer: str, by: Any) -> TextRequest:
    """Agree or not, as a second person; 24 hours run from now, and the talker is told at once."""
    now = timezone.now()
    if not TextRequest.objects.decidable_by(by).filter(pk=asked.pk).exists():
        raise PermissionDenied(_("申请人、谈话人和在场的人都不能批复这份申请。"))
    if not approve and not answer.strip():
        raise ValidationError({"answer": _("不同意时，请用一句话写明原因。")})
    values = {
        "state": State.APPROVED if approve else State.DECLINED,
        "decided_by": by,
        "decided_title": viewer_of(by).main_seat.title,
        "decided_at": now,
        "answer": answer.strip(),
        "until_at": now + READABLE_FOR if approve else None,
    }
    if not TextRequest.objects.undecided(now).filter(pk=asked.pk).update(**values):
        return _same_or_refuse(asked, values["state"], by)
    done = TextRequest.objects.ready().get(pk=asked.pk)
    _write(Action.BREAK_GLASS, done, by, "approved" if approve else "declined")
    title = _("应急查阅已批准，24 小时内可看") if approve else _("应急查阅没有批准")
    _tell(done, [done.requester_id], title, _("请打开看批复。"))
    if approve:
        _tell_the_talker(done, _("您的一次谈话要点被批准应急查阅"))
    return done


@transaction.atomic
def withdraw_request(*, asked: TextRequest, by: Any) -> None:
    """Take back a request that nobody decided yet."""
    if asked.requester_id != by.pk:
        raise PermissionDenied(_("申请由申请人自己撤回。"))
    waiting = TextRequest.objects.undecided(timezone.now()).filter(pk=asked.pk)
    if not waiting.update(state=State.WITHDRAWN):
        now = TextRequest.objects.ready().get(pk=asked.pk)
        if now.state != State.WITHDRAWN:
            raise Decided(asked)
        return
    _write(Action.BREAK_GLASS, asked, by, "withdrawn")


@transaction.atomic
def read_text(*, asked: TextRequest, by: Any) -> str | None:
    """Return the words to the requester while the 24 hours run, counted and audited first; None otherwise."""
    now = timezone.now()
    if not viewer_of(by).may(RESOURCE, "e"):
        return None
    mine = TextRequest.objects.running(now).filter(pk=asked.pk, requester=by.pk)
    if not mine.update(reads=F("reads") + 1, last_read_at=now):
        return None
    _write(Action.BREAK_GLASS, asked, by, "read")
    if TextRequest.objects.filter(pk=asked.pk, first_read_at=None).update(first_read_at=now):
        _tell_the_talker(TextRequest.objects.ready().get(pk=asked.pk), _("您的一次谈话要点已被查阅"))
    return Talk.objects.values_list("line", flat=True).get(pk=asked.talk_id)


def may_ask_for(user: Any, talk: Talk) -> bool:
    """Return whether an account may ask for the words: they exist, are not his to read, and he was not there."""
    viewer = viewer_of(user)
    if not talk.line or not viewer.may(RESOURCE, "e") or may_read(user, talk):
        return False
    there = {talk.talker_id, *talk.participations.values_list("person", flat=True)}
    return viewer.person_id not in there


def deciders_of(asked: TextRequest) -> list[int]:
    """Return the accounts that may decide a request today: not the requester, nobody who was there."""
    talk = asked.talk
    there = {talk.talker_id, *talk.participations.values_list("person", flat=True)}
    posts = Post.objects.in_force(today()).select_related("organization", "person")
    found = {
        post.person.user_id
        for post in posts.filter(role__in=DECIDING_ROLES, person__user__is_active=True)
        if post.person_id not in there and "a" in codes_of(RESOURCE, persona_of(post.role, post.organization.kind))
    }
    return sorted(account for account in found - {asked.requester_id, talk.recorded_by_id} if account)


DECIDING_ROLES = (Post.Role.DEPARTMENT_HEAD, Post.Role.APPROVER)


def _same_or_refuse(asked: TextRequest, state: str, by: Any) -> TextRequest:
    """Pass over a form sent twice by the same person."""
    decided = Decided(asked)
    if decided.request.decided_by_id != by.pk or decided.request.state != state:
        raise decided
    return decided.request


def _write(action: str, asked: TextRequest, by: Any, what: str) -> None:
    record(action, by=by, target=asked.talk, path=asked.talk.path, what=f"text-{what}", request=asked.pk)


def _tell(asked: TextRequest, accounts: list[int], title: str, text: str) -> None:
    key = f"text-request:{asked.pk}:{asked.state}:{1 if asked.first_read_at else 0}"
    tell(accounts=accounts, key=key, title=title, text=text, path=asked.get_absolute_url(), on=today())


def _tell_the_talker(asked: TextRequest, title: str) -> None:
    """Tell the talker, in office or not: who and when; the reason stands on the page that the message opens."""
    account = asked.talk.talker.user_id
    if account:
        at = timezone.localtime(asked.first_read_at or asked.decided_at)
        words = {"name": str(asked.requester.person), "title": asked.requester_title, "at": _moment(at)}
        text = _("%(at)s，%(name)s（%(title)s）。理由、批准人和次数请打开看。") % words
        _tell(asked, [account], title, text)


def _moment(at: dt.datetime) -> str:
    return f"{at.month}月{at.day}日 {at:%H:%M}"
