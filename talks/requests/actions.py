"""The verbs of 请求约谈: ask, answer, take back. No word of it leaves the pages of the two who are concerned."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import today
from carehub.duties.settings import ANSWER_WITHIN, Settings
from carehub.reminders.actions import tell
from members.events_actions import answers_for
from members.grants_actions import Refused
from members.models import Organization, Person, Post
from talks.models import TalkRequest

State = TalkRequest.State
SECRETARIES = ("BS", "GS", "OH")


def ask_for_talk(*, person: Person, words: str, once_key: uuid.UUID, by: Any) -> TalkRequest:
    """Ask the unit's secretary for a talk; one at a time. Who answers learns that somebody waits, not who or why."""
    if known := TalkRequest.objects.filter(once_key=once_key, person=person).first():
        return known
    on = today()
    unit = answers_for(person, on)
    row = {"organization": unit, "path": unit.path or "", "words": words, "once_key": once_key}
    try:
        with transaction.atomic():
            TalkRequest.objects.filter(person=person).held().update(state=State.HELD)
            asked = TalkRequest.objects.create(
                person=person, account=by, asked_on=on, answer_by_on=on + days_to_answer(on), **row
            )
            record(Action.CHANGE, by=by, target=asked, path=asked.path, what="ask-talk")
            key, title = f"talk-request:{asked.pk}", _("有一位同志请求约谈")
            tell(accounts=secretaries_of(unit, on), key=key, title=title, path=asked.get_absolute_url(), on=on, by=by)
    except IntegrityError:
        raise Refused(_("您已经请求过约谈，还没有谈。要改说法的话，请先撤回再提。")) from None
    return asked


def days_to_answer(on: dt.date) -> dt.timedelta:
    return dt.timedelta(days=int(Settings(on)[ANSWER_WITHIN]))


def secretaries_of(unit: Organization | None, on: dt.date) -> set[int]:
    """Return the accounts of the unit's secretary; while there is none, of the one above; at last of the department."""
    while unit is not None and unit.parent_id is not None:
        posts = Post.objects.in_force(on).secretaries().filter(organization=unit, person__user__is_active=True)
        if found := set(posts.values_list("person__user", flat=True)):
            return {pk for pk in found if pk}
        unit = unit.parent
    heads = Post.objects.in_force(on).filter(role=Post.Role.DEPARTMENT_HEAD, person__user__is_active=True)
    return {pk for pk in heads.values_list("person__user", flat=True) if pk}


def reads_words(asked: TalkRequest, user: Any) -> bool:
    """Return whether the words are this account's to read: the unit's own secretary's, while there is none the next."""
    viewer = viewer_of(user)
    own = any(seat.organization_id == asked.organization_id for seat in viewer.seats if seat.persona in SECRETARIES)
    return own or user.pk in secretaries_of(asked.organization, viewer.on)


@transaction.atomic
def answer_request(*, asked: TalkRequest, answer: str, by: Any) -> bool:
    """Tell the person when and where; return whether it still waited for that."""
    values = {"state": State.ANSWERED, "answer": answer, "answered_by": by, "answered_at": timezone.now()}
    if not TalkRequest.objects.filter(pk=asked.pk, state=State.OPEN).update(**values):
        return False
    record(Action.CHANGE, by=by, target=asked, path=asked.path, what="answer-talk-request")
    title, path = _("您请求的约谈有答复了"), reverse("talk-requests:ask")
    tell(accounts=[asked.account_id], key=f"talk-answer:{asked.pk}", title=title, path=path, on=today(), by=by)
    return True


@transaction.atomic
def withdraw_request(*, asked: TalkRequest, by: Any) -> bool:
    """Take the own request back; return whether it still waited."""
    done = TalkRequest.objects.open().filter(pk=asked.pk, account=by).update(state=State.WITHDRAWN)
    if done:
        record(Action.CHANGE, by=by, target=asked, path=asked.path, what="withdraw-talk-request")
    return bool(done)


def follow_moves(*, on: dt.date) -> int:
    """Let requests that nobody answered follow who moved to another branch; return how many.

    The new secretary gets the whole time to answer. The person is told, and can still take it back.
    """
    waiting = TalkRequest.objects.filter(state=State.OPEN, person__organization__isnull=False)
    rows = waiting.select_related("person", "organization").order_by("pk")
    away = [one for one in rows if not one.person.path.startswith(one.path)]
    return sum(_follow(one, answers_for(one.person, on), on) for one in away)


@transaction.atomic
def _follow(asked: TalkRequest, unit: Organization, on: dt.date) -> bool:
    """Give the request to another unit, if it still waits where it was."""
    values = {"organization": unit, "path": unit.path or "", "answer_by_on": on + days_to_answer(on)}
    still = TalkRequest.objects.filter(pk=asked.pk, state=State.OPEN, organization=asked.organization_id)
    if unit.pk == asked.organization_id or not still.update(**values):
        return False
    record(Action.CHANGE, target=asked, path=unit.path or "", what="follow-talk-request")
    key, title = f"talk-request:{asked.pk}:{unit.pk}", _("有一位同志请求约谈")
    tell(accounts=secretaries_of(unit, on), key=key, title=title, path=asked.get_absolute_url(), on=on)
    told, path = _("您请求的约谈已转给%(place)s书记") % {"place": unit}, reverse("talk-requests:ask")
    tell(accounts=[asked.account_id], key=key, title=told, path=path, on=on)
    return True
