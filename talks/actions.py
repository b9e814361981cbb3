"""The verbs of talks: log, correct, withdraw. One transaction and one audit entry each, never the words of a talk."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import date_words
from carehub.reminders.actions import tell
from members.models import Person
from talks.follow_ups.actions import Matter, add_follow_up
from talks.models import Correction, Participation, Talk
from talks.offices import Office, OfficeBook, own_ledgers, talkers_for
from talks.reasons import clean_reasons
from talks.text import is_talker, keeps_text


class Overtaken(Exception):
    """Somebody else corrected or withdrew the talk in between."""

    def __init__(self, talk: Talk) -> None:
        super().__init__(str(talk))
        self.talk = Talk.objects.get(pk=talk.pk)
        self.last = talk.corrections.select_related("by__person").first()


@transaction.atomic
def log_talk(
    *,
    talker: Person,
    people: Sequence[Person],
    held_on: dt.date,
    form: str = Talk.Form.SINGLE,
    channel: str = Talk.Channel.IN_PERSON,
    reasons: Iterable[str] = (),
    place: str = "",
    line: str = "",
    asking: Matter | None = None,
    once_key: uuid.UUID,
    by: Any = None,
    on: dt.date,
) -> Talk:
    """Record a talk, and what somebody is asked to do after it, once per key; sent again it gives the same talk."""
    office = _checked(talker, people, held_on, by=by, on=on)
    talk, is_new = Talk.objects.get_or_create(
        once_key=once_key,
        defaults={
            "held_on": held_on,
            "talker": talker,
            "talker_title": office.title,
            "organization_id": office.organization_id,
            "path": office.path,
            "form": form_for(form, len(people)),
            "channel": channel,
            "reasons": clean_reasons(reasons),
            "place": place,
            "line": line if keeps_text(on) else "",
            "recorded_by": by,
            "entered_on": on,
        },
    )
    if not is_new:
        return _same_or_refuse(talk, talker, people, held_on, by)
    Participation.objects.bulk_create(Participation(talk=talk, person=person) for person in people)
    record(
        Action.CHANGE, by=by, target=talk, path=talk.path, what="log-talk", held_on=str(held_on), people=_ids(people)
    )
    if asking is not None:
        add_follow_up(talk=talk, matter=asking, once_key=uuid.uuid5(once_key, "follow-up"), by=by, on=on)
    return talk


@transaction.atomic
def correct_talk(
    *,
    talk: Talk,
    version: int,
    because: str,
    people: Sequence[Person],
    held_on: dt.date,
    form: str,
    channel: str,
    reasons: Iterable[str],
    place: str,
    line: str | None = None,
    by: Any,
    on: dt.date,
) -> Talk:
    """Change a recorded talk that nobody changed since `version`; `line` None leaves the words as they are."""
    _need_reason(because)
    _need_right(by, talk)
    office = _checked(talk.talker, people, held_on, by=None, on=on)
    values: dict[str, Any] = {
        "held_on": held_on,
        "talker_title": office.title,
        "organization_id": office.organization_id,
        "path": office.path,
        "form": form_for(form, len(people)),
        "channel": channel,
        "reasons": clean_reasons(reasons),
        "place": place,
    }
    if line is not None and keeps_text(on):
        values["line"] = line
    changed = _differences(talk, values, people)
    # A talk moved to a later day cannot have been entered before it was held.
    values["entered_on"] = max(talk.entered_on, held_on)
    if not _take(talk, version, values):
        return _already(talk, because, by, lambda now: not _differences(now, values, people))
    Participation.objects.filter(talk=talk).exclude(person__in=[person.pk for person in people]).delete()
    Participation.objects.bulk_create(
        (Participation(talk=talk, person=person) for person in people), ignore_conflicts=True
    )
    Correction.objects.create(talk=talk, by=by, because=because, changed=changed)
    record(Action.CHANGE, by=by, target=talk, path=office.path, what="correct-talk", changed=sorted(changed))
    return Talk.objects.get(pk=talk.pk)


@transaction.atomic
def withdraw_talk(*, talk: Talk, version: int, because: str, by: Any) -> None:
    """Take a talk back: it stays on record with the reason, and counts for no duty any more."""
    _need_reason(because)
    _need_right(by, talk)
    values = {"withdrawn_at": timezone.now(), "withdrawn_because": because}
    if not _take(talk, version, values):
        _already(talk, because, by, lambda now: now.withdrawn_at is not None)
        return
    Correction.objects.create(talk=talk, by=by, because=because, changed={"withdrawn": True})
    record(Action.CHANGE, by=by, target=talk, path=talk.path, what="withdraw-talk")


@transaction.atomic
def share_text(*, talk: Talk, person: Person, shared: bool, by: Any, on: dt.date) -> None:
    """Let one person who was there read the words, or take that back; only the talker does."""
    if not is_talker(viewer_of(by), talk):
        raise PermissionDenied(_("谈话要点给不给本人看，由谈话人自己定。"))
    if not talk.line or talk.withdrawn_at:
        raise ValidationError(_("这次谈话没有留下要点。"))
    there = Participation.objects.filter(talk=talk, person=person, text_shared_at__isnull=shared)
    if not there.update(text_shared_at=timezone.now() if shared else None):
        return
    record(Action.CHANGE, by=by, target=talk, path=talk.path, what="share-text" if shared else "unshare-text")
    if shared and person.user_id:
        key, title = f"talk-text:{talk.pk}:{uuid.uuid4().hex[:12]}", _("谈话人请您看一次谈话的要点")
        words = {"name": talk.talker.name, "day": date_words(talk.held_on)}
        text = _("%(name)s，%(day)s谈的。请打开看。") % words
        tell(accounts=[person.user_id], key=key, title=title, text=text, path=talk.get_absolute_url(), on=on)


def form_for(form: str, people: int) -> str:
    """Return 集体 for two or more, whatever was ticked; one person may still have been part of a larger circle."""
    return str(Talk.Form.COLLECTIVE) if people > 1 else form


def _take(talk: Talk, version: int, values: dict[str, Any]) -> bool:
    """Write the values if the talk still stands as it was shown. Return whether it did."""
    standing = Talk.objects.standing().filter(pk=talk.pk, version=version)
    return bool(standing.update(version=F("version") + 1, **values))


def _already(talk: Talk, because: str, by: Any, is_as_wanted: Callable[[Talk], bool]) -> Talk:
    """Return the talk if the same person already did this very thing (a form sent twice); else say who was first."""
    overtaken = Overtaken(talk)
    last = overtaken.last
    if last and by is not None and last.by == by and last.because == because and is_as_wanted(overtaken.talk):
        return overtaken.talk
    raise overtaken


def _checked(talker: Person, people: Sequence[Person], held_on: dt.date, *, by: Any, on: dt.date) -> Office:
    """Return the office of the talk, or say what is wrong with who, whom and when."""
    if not people:
        raise ValidationError({"people": _("还没有选人。请在“和谁谈”里选至少一位。")})
    if held_on > on:
        raise ValidationError({"held_on": _("谈话日期晚于今天。谈过之后再记录。")})
    if talker.pk in {person.pk for person in people}:
        raise ValidationError({"people": _("谈话人不能和自己谈。请去掉%(name)s。") % {"name": talker.name}})
    if by is not None and talker.pk not in {person.pk for person in talkers_for(by, held_on)}:
        raise ValidationError({"talker": _("您不能替这位同志记录这一天的谈话。请选本人或当时的书记。")})
    book = OfficeBook([talker.pk], [person.pk for person in people])
    if not book.offices_on(talker.pk, held_on):
        words = {"name": talker.name, "day": date_words(held_on)}
        raise ValidationError({"held_on": _("%(name)s %(day)s还没有担任可以谈话的职务。请核对日期。") % words})
    office = book.choose(talker.pk, [person.pk for person in people], held_on)
    if office is None:
        raise ValidationError({"people": _("这一天有人不在谈话范围内。请核对人和日期，校外或外单位的同志请去掉。")})
    return office


def _same_or_refuse(talk: Talk, talker: Person, people: Sequence[Person], held_on: dt.date, by: Any) -> Talk:
    """Return the talk that this form already made, unless the form was filled in anew or belongs to somebody else."""
    known = set(talk.participations.values_list("person", flat=True))
    is_same = talk.talker_id == talker.pk and talk.held_on == held_on and known == set(_ids(people))
    if is_same and talk.recorded_by == by:
        return talk
    raise ValidationError(
        _("这张表单已经保存过一次谈话，这次没有保存。已填的内容都在，再点一次“保存”就是新的一条。"), code="used"
    )


def _need_reason(because: str) -> None:
    if not because.strip():
        raise ValidationError({"because": _("还没有写原因。请用一句话写明为什么。")})


def _need_right(by: Any, talk: Talk) -> None:
    if by is not None and not may_change(by, talk):
        raise PermissionDenied(_("这条记录由谈话人、记录人或所属党组织的书记、委员更正。"))


def _ids(people: Iterable[Person]) -> list[int]:
    return sorted(person.pk for person in people)


def _differences(talk: Talk, values: dict[str, Any], people: Sequence[Person]) -> dict[str, Any]:
    """Return {field: [before, after]} of what changes; of the words only that they change."""
    shown = ("held_on", "form", "channel", "reasons", "place")
    pairs = {name: (getattr(talk, name), values[name]) for name in shown}
    changed: dict[str, Any] = {
        name: [_plain(before), _plain(after)] for name, (before, after) in pairs.items() if before != after
    }
    present = sorted(talk.participations.values_list("person", flat=True))
    if present != _ids(people):
        changed["people"] = [present, _ids(people)]
    if "line" in values and values["line"] != talk.line:
        changed["line"] = True
    return changed


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def may_change(user: Any, talk: Talk) -> bool:
    """Return whether an account may correct or withdraw a talk: its talker, its recorder, the ledger's keepers."""
    viewer = viewer_of(user)
    if not viewer.may("talk", "e"):
        return False
    own = viewer.person_id is not None and talk.talker_id == viewer.person_id
    return own or talk.recorded_by_id == user.pk or talk.path in own_ledgers(viewer)
