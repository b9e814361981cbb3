"""The verbs of 办理事项. One transaction and one audit entry each, never the words; whoever must act is told."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import date_words
from carehub.reminders.actions import tell
from members.models import Person, Post
from talks.follow_ups.offices import accounts_of, candidates, holders, may_ask, next_office, post_words
from talks.models import FollowUp, FollowUpStep, Talk

Kind = FollowUpStep.Kind
NOT_YOURS = "这件事由请办的书记、经办人或接到移交的负责人处理。请与他们联系。"


@dataclass(frozen=True)
class Matter:
    """What is to be done for whom, by whom and until when, before it is written down."""

    person: Person
    what: str
    assignee: Post | None
    due_on: dt.date
    shared: bool = False


class Overtaken(Exception):
    """Somebody else did something with the matter in between."""

    def __init__(self, item: FollowUp) -> None:
        super().__init__(str(item.pk))
        self.last = item.steps.select_related("by__person").last()


@transaction.atomic
def add_follow_up(*, talk: Talk, matter: Matter, once_key: uuid.UUID, by: Any, on: dt.date) -> FollowUp:
    """Write down what is to be done after a talk, once per key, and tell who is asked."""
    if not may_ask(by, talk):
        raise PermissionDenied(_("办理事项由谈话所在党组织的书记写；校领导写自己谈话里的。"))
    _check(talk, matter, on)
    item, is_new = FollowUp.objects.get_or_create(
        once_key=once_key,
        defaults={
            "talk": talk,
            "person": matter.person,
            "what": matter.what.strip(),
            "organization_id": talk.organization_id,
            "path": talk.path,
            "asked_by": by,
            "asked_title": viewer_of(by).main_seat.title,
            "asked_on": on,
            "assignee": matter.assignee,
            "due_on": matter.due_on,
            "shared_at": timezone.now() if matter.shared else None,
        },
    )
    if not is_new:
        return _same_or_refuse(item, talk, matter, by)
    _write_step(item, Kind.ASKED, by, to=post_words(matter.assignee) if matter.assignee else "")
    _tell_who_does_it(item, by, on)
    if matter.shared:
        _tell_the_member(item, on, _("和您说过的一件事正在办"))
    return item


@transaction.atomic
def assign_follow_up(
    *, item: FollowUp, version: int, assignee: Post | None, due_on: dt.date, by: Any, on: dt.date
) -> FollowUp:
    """Give a matter to somebody, or to somebody else, with a date; nobody means the office in charge itself."""
    _need(_rights(item, by).is_charged)
    _check_assignee(item.path, item.person, assignee, on)
    if due_on < on and due_on != item.due_on:
        raise ValidationError({"due_on": _("这个日期已经过了。请选今天或以后。")})
    values = {"assignee": assignee, "due_on": due_on}
    to = post_words(assignee) if assignee else _("自己办")
    done = _take(item, version, values, Kind.ASSIGNED, by, to=to)
    _tell_who_does_it(done, by, on)
    return done


@transaction.atomic
def raise_follow_up(*, item: FollowUp, version: int, because: str, by: Any, on: dt.date) -> FollowUp:
    """Hand a matter up: to the general branch, then to the department. The office below keeps seeing it."""
    _need(may_raise(_rights(item, by), on))
    _need_words("because", because, _("还没有写为什么移交。请用一句话写明。"))
    office = next_office(item, on)
    if not office:
        raise ValidationError(_("已经在组织部，不能再往上移交。"))
    field, to = {
        "general": ("to_general_at", _("党总支")),
        "department": ("to_department_at", _("组织部")),
    }[office]
    values = {field: timezone.now(), "assignee": None}
    done = _take(item, version, values, Kind.RAISED, by, note=because, to=to)
    _tell(done, holders(done, on), by, on, _("有一件办理事项移交到您这里"))
    return done


@transaction.atomic
def return_follow_up(*, item: FollowUp, version: int, because: str, by: Any, on: dt.date) -> FollowUp:
    """Give a matter back: to who asked, to the office below, or, when it was closed too early, to be done again."""
    rights = _rights(item, by)
    _need_words("because", because, _("还没有写为什么退回。请用一句话写明。"))
    if item.state != FollowUp.State.OPEN:
        _need(rights.is_asked or rights.is_charged)
        values: dict[str, Any] = {"state": FollowUp.State.OPEN, "result": None, "closed_at": None}
        kind = Kind.REOPENED
    else:
        _need(may_return(rights))
        values, kind = {"assignee": None}, Kind.RETURNED
        if rights.is_charged:
            values["to_department_at" if item.to_department_at else "to_general_at"] = None
    done = _take(item, version, values, kind, by, note=because)
    if kind == Kind.REOPENED and done.assignee:
        _tell_who_does_it(done, by, on)
    else:
        _tell(done, holders(done, on), by, on, _("有一件办理事项退回给您"))
    return done


@transaction.atomic
def finish_follow_up(*, item: FollowUp, version: int, possible: bool, result: str, by: Any, on: dt.date) -> FollowUp:
    """Close a matter with what came of it, or with why it cannot be done; whoever asked is told."""
    rights = _rights(item, by)
    _need((rights.is_assigned or rights.is_charged) and item.withdrawn_at is None)
    _need_words("result", result, _("还没有写结果。请用一句话写明怎么办的，或为什么办不了。"))
    kind = Kind.DONE if possible else Kind.IMPOSSIBLE
    state = FollowUp.State.DONE if possible else FollowUp.State.IMPOSSIBLE
    values = {"state": state, "result": result.strip(), "closed_at": timezone.now()}
    done = _take(item, version, values, kind, by, note=result)
    told = holders(done, on) + _asking_holders(done, on)
    _tell(done, told, by, on, _("一件办理事项有了结果") if possible else _("一件办理事项办不了，请看原因"))
    if done.shared_at:
        _tell_the_member(done, on, _("和您说过的一件事有了结果"))
    return done


@transaction.atomic
def withdraw_follow_up(*, item: FollowUp, version: int, because: str, by: Any, on: dt.date) -> FollowUp:
    """Take a matter back; it stays with the office that asked, and leaves everybody else's lists."""
    _need(_rights(item, by).is_asked)
    _need_words("because", because, _("还没有写为什么撤回。请用一句话写明。"))
    done = _take(item, version, {"withdrawn_at": timezone.now()}, Kind.WITHDRAWN, by, note=because)
    posts = ([done.assignee] if done.assignee else []) + (holders(done, on) if done.to_general_at else [])
    words = _("请办的党组织撤回了它，不必再做什么。")
    _tell(done, posts, by, on, _("一件办理事项不用办了"), text=words, path=reverse("follow-ups:list"))
    return done


@transaction.atomic
def share_follow_up(*, item: FollowUp, version: int, shared: bool, by: Any, on: dt.date) -> FollowUp:
    """Let the person whose matter it is see it, with who does it and the result; or take that back."""
    _need(_rights(item, by).is_asked)
    values = {"shared_at": timezone.now() if shared else None}
    done = _take(item, version, values, Kind.SHARED if shared else Kind.UNSHARED, by, closed_too=True)
    if shared:
        _tell_the_member(done, on, _("和您说过的一件事正在办"))
    return done


def may_raise(rights: Any, on: dt.date) -> bool:
    """Return whether an account may hand a matter up: who is in charge, or who asked while that office is vacant."""
    is_open = rights.state == FollowUp.State.OPEN and rights.withdrawn_at is None
    stuck = rights.is_asked and not rights.is_charged and not holders(rights, on)
    return is_open and (rights.is_charged or stuck) and bool(next_office(rights, on))


def may_return(rights: Any) -> bool:
    """Return whether an open matter can be given back: by who was asked, or by the office it was handed up to."""
    raised = bool(rights.to_general_at or rights.to_department_at)
    return bool((rights.is_charged and raised) or (rights.is_assigned and not rights.is_charged))


def _rights(item: FollowUp, by: Any) -> Any:
    """Return the matter as the account sees it, with its part in it; PermissionDenied if it sees nothing."""
    found = FollowUp.objects.visible_to(by).with_rights(by).filter(pk=item.pk).first()
    _need(found is not None)
    return found


def _need(allowed: Any) -> None:
    if not allowed:
        raise PermissionDenied(_(NOT_YOURS))


def _need_words(field: str, words: str, sentence: str) -> None:
    if not words.strip():
        raise ValidationError({field: sentence})


def _check(talk: Talk, matter: Matter, on: dt.date) -> None:
    _need_words("what", matter.what, _("还没有写要办什么。请用一句话写明。"))
    if not talk.participations.filter(person=matter.person).exists():
        raise ValidationError({"person": _("这位同志不在这次谈话里。请选谈话对象中的一位。")})
    if matter.due_on < on:
        raise ValidationError({"due_on": _("这个日期已经过了。请选今天或以后。")})
    _check_assignee(talk.path, matter.person, matter.assignee, on)


def _check_assignee(path: str, person: Person, assignee: Post | None, on: dt.date) -> None:
    if assignee is not None and assignee.pk not in {post.pk for post in candidates(path, person, on)}:
        raise ValidationError({"assignee": _("这位同志现在不能办这件事。请在名单里另选一位。")})


def _same_or_refuse(item: FollowUp, talk: Talk, matter: Matter, by: Any) -> FollowUp:
    if item.talk_id == talk.pk and item.person_id == matter.person.pk and item.asked_by == by:
        return item
    raise ValidationError(_("这张表单已经保存过一次，这次没有保存。请刷新后再写。"), code="used")


def _take(
    item: FollowUp,
    version: int,
    values: dict[str, Any],
    kind: str,
    by: Any,
    *,
    note: str = "",
    to: str = "",
    closed_too: bool = False,
) -> FollowUp:
    """Write the values if the matter still stands as it was shown, with a step and an audit entry; else Overtaken."""
    standing = FollowUp.objects.filter(pk=item.pk, version=version, withdrawn_at=None)
    if kind in (Kind.ASSIGNED, Kind.RAISED, Kind.RETURNED, Kind.DONE, Kind.IMPOSSIBLE):
        standing = standing.filter(state=FollowUp.State.OPEN)
    if not standing.update(version=F("version") + 1, **values):
        _repeated_or_overtaken(item, (by, kind, note.strip(), to))
    else:
        _write_step(item, kind, by, note=note, to=to)
    return FollowUp.objects.with_people().get(pk=item.pk)


def _repeated_or_overtaken(item: FollowUp, wanted: tuple[Any, ...]) -> None:
    """Pass over a form sent twice by the same person; say who was first to anybody else."""
    overtaken = Overtaken(item)
    last = overtaken.last
    if last is None or (last.by, last.kind, last.note, last.to) != wanted:
        raise overtaken


def _write_step(item: FollowUp, kind: str, by: Any, *, note: str = "", to: str = "") -> None:
    title = viewer_of(by).main_seat.title
    FollowUpStep.objects.create(follow_up=item, kind=kind, by=by, title=title, to=to, note=note.strip())
    record(Action.CHANGE, by=by, target=item, path=item.path, what=f"follow-up-{kind}")


def _asking_holders(item: FollowUp, on: dt.date) -> list[Post]:
    """Return who holds the office that asked, wherever the matter lies now."""
    at_home = FollowUp(organization=item.organization, path=item.path, asked_by_id=item.asked_by_id)
    return holders(at_home, on)


def _tell_who_does_it(item: FollowUp, by: Any, on: dt.date) -> None:
    posts = [item.assignee] if item.assignee else []
    _tell(item, posts, by, on, _("有一件事请您办"))


def _tell(item: FollowUp, posts: Iterable[Post], by: Any, on: dt.date, title: str, **other: str) -> None:
    """Put a message into the inbox of those in office; it names who acted and until when, not whose matter it is."""
    words = {"name": str(getattr(by, "person", "")), "day": date_words(item.due_on)}
    tell(
        accounts=accounts_of([post for post in posts if post.person_id != item.person_id]),
        key=f"follow-up:{item.pk}:{item.version}",
        title=title,
        text=other.get("text") or _("%(name)s写的，期限 %(day)s。内容请打开看。") % words,
        path=other.get("path") or item.get_absolute_url(),
        on=on,
        by=by,
    )


def _tell_the_member(item: FollowUp, on: dt.date, title: str) -> None:
    if item.person.user_id:
        tell(
            accounts=[item.person.user_id],
            key=f"follow-up:{item.pk}:{item.version}:own",
            title=title,
            text=_("进展和结果您都可以看。"),
            path=item.get_absolute_url(),
            on=on,
        )
