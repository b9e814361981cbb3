"""The committee's meeting: who is on the agenda, the resolution for all of them at once, the exceptions one by one."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.approvals.actions import Ground, Overtaken, Refused, decide
from carehub.approvals.machine import Deed, State, Verb
from carehub.approvals.models import Application, Item, Meeting
from carehub.audit.models import Action
from carehub.audit.trail import record
from hardship.models import Waiver
from hardship.waivers.actions import follow
from hardship.waivers.chain import COMMITTEE, WAIVERS


def waiting_for_a_meeting() -> Any:
    """Return the requests that are with the committee and on no agenda yet, official order."""
    with_committee = Waiver.objects.running().filter(application__stage=COMMITTEE)
    free = with_committee.exclude(application__items__decided=False)
    return free.with_names().order_by("organization__code", "person__pinyin", "pk")


@transaction.atomic
def call_meeting(
    *, title: str, held_on: dt.date, present: str, waivers: Sequence[Waiver], once_key: uuid.UUID, by: Any
) -> Meeting:
    """Put the agenda of a meeting together; a request stands on one agenda at a time."""
    if known := Meeting.objects.filter(once_key=once_key, made_by=by).first():
        return known
    meeting = Meeting.objects.create(
        kind=WAIVERS.kind, title=title, held_on=held_on, present=present, made_by=by, once_key=once_key
    )
    items = [Item(meeting=meeting, application=one.application, place=n) for n, one in enumerate(waivers, 1)]
    try:
        with transaction.atomic():
            Item.objects.bulk_create(items)
    except IntegrityError:
        raise Refused(_("有的申请已经列入别的会议。请刷新后再选。")) from None
    record(Action.CHANGE, by=by, target=meeting, what="call-meeting", items=len(items))
    return meeting


def next_document(year: int) -> int:
    """Return the number after the last resolution of a year that the portal knows."""
    last = Meeting.objects.filter(document_year=year).aggregate(last=Max("document_number"))["last"]
    return (last or 0) + 1


@transaction.atomic
def resolve(*, meeting: Meeting, chosen: Mapping[int, int], number: int, by: Any, on: dt.date) -> list[Waiver]:
    """Agree to the chosen requests under one number: {application: version seen}. All of them or none.

    The one who confirms is not the one who put the agenda down. Overtaken when one of them is not as it was shown.
    """
    if meeting.made_by_id == by.pk:
        raise Refused(_("议题是您录入的，由另一位审批人确认。"))
    document = _number(meeting, number)
    waivers = _chosen(meeting, chosen)
    ground = Ground("", meeting.held_on, meeting.title, meeting.present, document.document)
    for waiver in waivers:
        seen = chosen[waiver.application_id]
        one = decide(
            application=waiver.application, seen=seen, deed=Deed(Verb.PASS), chain=WAIVERS, by=by, on=on, ground=ground
        )
        follow(waiver, one, by, on)
    close_if_done(meeting)
    record(Action.CHANGE, by=by, target=meeting, what="resolve-meeting", items=len(waivers))
    return waivers


def _chosen(meeting: Meeting, chosen: Mapping[int, int]) -> list[Waiver]:
    items = Item.objects.filter(meeting=meeting, decided=False, application__in=chosen)
    found = list(
        Waiver.objects.filter(application__in=items.values("application"))
        .select_related("application", "person")
        .order_by("pk")
    )
    if not chosen:
        raise Refused(_("还没有选。请至少选一项。"))
    if len(found) != len(chosen):
        raise Overtaken
    return found


def _number(meeting: Meeting, number: int) -> Meeting:
    """Give the meeting's resolution its number; one number for one meeting."""
    fits = {"document_year": meeting.held_on.year, "document_number": number}
    if meeting.document_number is not None and meeting.document_number != number:
        raise Refused(_("这次会议的文号是 %s，一次通用。") % meeting.document)
    try:
        with transaction.atomic():
            Meeting.objects.filter(pk=meeting.pk).update(**fits)
    except IntegrityError:
        raise Refused(_("这个文号已经用过。请核对后换一个。")) from None
    meeting.document_year, meeting.document_number = fits["document_year"], fits["document_number"]
    return meeting


@transaction.atomic
def except_one(*, meeting: Meeting, waiver: Waiver, seen: int, deed: Deed, opinion: str, by: Any, on: dt.date) -> None:
    """Return one of the agenda to an earlier step, or decline it, with the reason."""
    if meeting.made_by_id == by.pk:
        raise Refused(_("议题是您录入的，由另一位审批人办。"))
    ground = Ground(opinion, meeting.held_on, meeting.title, meeting.present, "")
    one = decide(application=waiver.application, seen=seen, deed=deed, chain=WAIVERS, by=by, on=on, ground=ground)
    follow(waiver, one, by, on)
    close_if_done(meeting)


def close_if_done(meeting: Meeting) -> None:
    """Close a meeting of which nothing is left to decide."""
    left = Item.objects.filter(meeting=meeting, decided=False, application__state=State.RUNNING)
    if not left.exists():
        Meeting.objects.filter(pk=meeting.pk, closed_at=None).update(closed_at=timezone.now())


@transaction.atomic
def take_off(*, meeting: Meeting, application: Application, by: Any) -> None:
    """Take one request off an agenda, so that it can stand on another."""
    Item.objects.filter(meeting=meeting, application=application, decided=False).delete()
    close_if_done(meeting)
    record(Action.CHANGE, by=by, target=meeting, what="take-off-agenda")


def minutes_of(waivers: Sequence[Waiver]) -> str:
    """Return the sentence for the minutes: 会议审议了…10 名党员的党费减免申请，同意…6 名少交、…4 名免交."""
    if not waivers:
        return ""
    places = list(dict.fromkeys(_unit(waiver) for waiver in waivers))
    units = "、".join(places[:2]) + (_("等单位") if len(places) > 2 else "")
    parts = [_group(waivers, kind) for kind in (Waiver.Kind.REDUCTION, Waiver.Kind.EXEMPTION)]
    spans = {waiver.span_words for waiver in waivers}
    span = _("期限自%s") % spans.pop() if len(spans) == 1 else _("期限按各人申请")
    return _("会议审议了%(units)s %(n)s 名党员的党费减免申请，同意%(parts)s党费，%(span)s。") % {
        "units": units, "n": len(waivers), "parts": "、".join(filter(None, parts)), "span": span,
    }  # fmt: skip


def _unit(waiver: Waiver) -> str:
    parent = waiver.organization.parent
    return str(parent) if parent and parent.parent_id else str(waiver.organization)


def _group(waivers: Sequence[Waiver], kind: str) -> str:
    own = [waiver for waiver in waivers if waiver.kind == kind]
    if not own:
        return ""
    words = {"name": own[0].person.name, "n": len(own), "kind": Waiver.Kind(kind).label}
    if len(own) == 1:
        return _("%(name)s%(kind)s") % words
    return _("%(name)s等 %(n)s 名党员%(kind)s") % words
