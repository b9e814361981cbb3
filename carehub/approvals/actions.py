"""The verbs of an application. Each is one transaction: the application moves only if it still stands as it was seen.

The database decides between two who act at once: the conditional UPDATE moves it for the first, the other is told who
was first. Every deed leaves a row of evidence; a step that the organisation does not have leaves one too.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import post_words, viewer_of
from carehub.approvals.chain import APPLICANT, Chain, Place
from carehub.approvals.hands import Hands, hands_on
from carehub.approvals.machine import (
    DECISIONS,
    OPEN,
    Deed,
    NotPossible,
    Position,
    State,
    Verb,
    moved,
    submitted,
)
from carehub.approvals.models import Application, Decision, Item, Preparation, Stay
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.duties.settings import Settings


class Refused(Exception):
    """It cannot be done; the words say why and who can."""


class Overtaken(Exception):
    """Somebody decided, or changed the text, before: what was on the screen is no longer what there is."""


@dataclass(frozen=True)
class Ground:
    """On what a decision rests: the meeting, who was there, the number of the resolution, the opinion in words."""

    opinion: str = ""
    meeting_on: dt.date | None = None
    meeting: str = ""
    present: str = ""
    document: str = ""


NO_GROUND = Ground()


def submit(
    *,
    chain: Chain,
    applicant_id: int,
    path: str,
    places: Mapping[str, Place],
    form_hash: str,
    once_key: uuid.UUID,
    by: Any,
    on: dt.date,
) -> Application:
    """Send an application on its way. Call it in the transaction that writes what is applied for."""
    way = chain.way(places)
    person = viewer_of(by).person_id or 0
    try:
        position = submitted([stop.exists for stop in chain.stops(way)], person)
    except NotPossible:
        raise Refused(_("所在党组织还没有可以办理的一级，请组织部核对。")) from None
    one = Application(
        kind=chain.kind, applicant_id=applicant_id, author=by, author_person_id=person, path=path, way=way,
        form_hash=form_hash, submitted_on=on, once_key=once_key, **_place_of(position, way, chain, on),
    )  # fmt: skip
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("已经有一份在办的申请。请先等它办完，或先撤回。")) from None
    before = Position(State.RUNNING, APPLICANT)
    _write_down(one, before, Deed(Verb.SUBMIT, person), position, chain, by, on, NO_GROUND)
    _begin_stay(one, position, chain, on)
    record(Action.CHANGE, by=by, target=one, path=path, what="submit-application", kind=chain.kind)
    return one


def decide(
    *,
    application: Application,
    seen: int,
    deed: Deed,
    chain: Chain,
    by: Any,
    on: dt.date,
    ground: Ground = NO_GROUND,
    form_hash: str = "",
) -> Application:
    """Do what somebody does with an application that he saw at version `seen`; `form_hash` is the text after an edit.

    Refused for who may not, or for a deed that does not fit; Overtaken when it is not as it was seen any more.
    """
    position = application.position
    if position.version != seen:
        raise Overtaken
    person = viewer_of(by).person_id or 0
    deed = Deed(deed.verb, person, deed.to)
    check(application, deed, hands_on(application, chain, on), by)
    return carry_out(application, deed, chain, by, on, ground, form_hash)


def check(application: Application, deed: Deed, hands: Hands, by: Any) -> None:
    """Refuse what this person may not do; the engine's own rules, the same for every kind of application."""
    if deed.verb in (*DECISIONS, Verb.HAND):
        _check_hand(hands, deed)
    elif application.author_id != by.pk and application.applicant_id != deed.actor:
        raise Refused(_("只有申请人或代为录入的同志能办这一步。"))
    if deed.verb == Verb.HAND and deed.to not in {holder.person_id for holder in hands.deputies}:
        raise Refused(_("不能转给这位同志。请从列出的同志里选一位。"))


def _check_hand(hands: Hands, deed: Deed) -> None:
    if hands.holds(deed.actor):
        return
    why = {
        "self": _("这是您本人的申请，由别的同志办。"),
        "relative": _("您声明过亲属关系，本项回避。"),
        "previous": _("上一步是您办的，这一步由别的同志办。"),
    }.get(hands.barred.get(deed.actor or 0, ""), _("这一步不由您办。"))
    raise Refused(" ".join(filter(None, (why, _("现在等%s。") % hands.words if hands.words else ""))))


@transaction.atomic
def prepare(*, application: Application, seen: int, ground: Ground, chain: Chain, by: Any, on: dt.date) -> None:
    """Put down the minutes for who decides. The version rises: nobody decides on minutes that he has not seen."""
    stop = application.stop(chain)
    if stop is None or application.version != seen:
        raise Overtaken
    carry_out(application, Deed(Verb.AMEND, viewer_of(by).person_id or 0), chain, by, on, NO_GROUND)
    values = {"step": stop.step.code, "by": by, "on": on, **vars(ground)}
    Preparation.objects.update_or_create(application=application, defaults=values)


@transaction.atomic
def carry_out(
    application: Application, deed: Deed, chain: Chain, by: Any, on: dt.date, ground: Ground, form_hash: str = ""
) -> Application:
    """Move the application if it still stands as it was read, and leave the evidence. Overtaken if it does not."""
    position = application.position
    stops = application.stops(chain)
    try:
        after = moved(position, deed, [stop.exists for stop in stops])
    except NotPossible:
        raise Refused(_("这份申请现在是“%s”，不能这样办。") % application.get_state_display()) from None
    values = _place_of(after, application.way, chain, on)
    if deed.verb in (Verb.HAND, Verb.AMEND):
        values = {"version": after.version, "handed_to": after.handed_to}
    if form_hash:
        values["form_hash"] = form_hash
    found = Application.objects.standing_at(position, application.form_hash).filter(pk=application.pk)
    if not found.update(**values):
        raise Overtaken
    for name, value in values.items():
        setattr(application, name, value)
    _write_down(application, position, deed, after, chain, by, on, ground)
    if after.at != position.at or after.state != position.state:
        _end_stay(application, deed.verb, on)
        _begin_stay(application, after, chain, on)
        Item.objects.filter(application=application, decided=False).update(decided=True)
        Preparation.objects.filter(application=application).delete()
    record(Action.CHANGE, by=by, target=application, path=application.path, what=f"application-{deed.verb}")
    return application


def _place_of(position: Position, way: list[dict[str, Any]], chain: Chain, on: dt.date) -> dict[str, Any]:
    """Return the columns that say where an application is."""
    stop = chain.stops(way)[position.at] if position.state == State.RUNNING else None
    return {
        "state": position.state,
        "stage": position.at,
        "version": position.version,
        "handed_to": position.handed_to,
        "last_actor": position.last_actor,
        "stage_path": stop.place.path if stop and stop.place else "",
        "since_on": on,
        "due_on": on + Settings(on).days(stop.step.days) if stop else None,
        "closed_on": None if position.state in OPEN else on,
    }


def _write_down(
    one: Application, before: Position, deed: Deed, after: Position, chain: Chain, by: Any, on: dt.date, ground: Ground
) -> None:
    """Add the evidence: one row for the deed, one for each step that was passed over on the way."""
    common = {
        "application": one, "account": by, "person_id": deed.actor or 0, "person": viewer_of(by).name,
        "post": post_words(by), "applicant_id": one.applicant_id, "at": timezone.now(), "on": on,
        "form_hash": one.form_hash, "handed_to": after.handed_to,
    }  # fmt: skip
    stops = one.stops(chain)
    here = stops[before.at] if 0 <= before.at < len(stops) else None
    passed = after.version - before.version - 1
    first = after if not passed else Position(State.RUNNING, before.at, before.version + 1)
    rows = [
        Decision(
            number=before.version + 1, verb=deed.verb, step=here.step.code if here else "",
            organization_id=here.place.organization_id if here and here.place else None,
            organization=here.place.name if here and here.place else "", before_id=before.last_actor,
            at_after=first.at, state_after=first.state, version_after=first.version, **vars(ground), **common,
        )
    ]  # fmt: skip
    for n in range(passed):
        place = before.at + 1 + n
        last = n == passed - 1
        rows.append(
            Decision(
                number=before.version + 2 + n, verb=Verb.SKIP, step=stops[place].step.code,
                at_after=after.at if last else place, state_after=after.state if last else State.RUNNING,
                version_after=before.version + 2 + n, **common,
            )
        )  # fmt: skip
    Decision.objects.bulk_create(rows)


def _begin_stay(one: Application, after: Position, chain: Chain, on: dt.date) -> None:
    stop = one.stop(chain)
    if stop is None or stop.place is None or one.due_on is None:
        return
    Stay.objects.create(
        application=one, kind=one.kind, applicant_id=one.applicant_id, step=stop.step.code,
        organization_id=stop.place.organization_id, path=stop.place.path, came_on=on, due_on=one.due_on,
    )  # fmt: skip


def _end_stay(one: Application, verb: str, on: dt.date) -> None:
    Stay.objects.filter(application=one, left_on=None).update(left_on=on, ended_by=verb)
