"""The verbs of events of life: entered by the branch, told by a department, taken back."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import FAR_FUTURE, date_words, today
from carehub.reminders.actions import tell
from members.actions import leave
from members.events_records import concerns, heads_of, stay_on
from members.grants_actions import Refused
from members.models import Affiliation, EventKind, LifeEvent, Organization, Person, Post
from members.models.life_event import SENSITIVE

Source = LifeEvent.Source
LONGEST = dt.timedelta(days=366)
OFFICERS = (Post.Role.SECRETARY, Post.Role.ORGANIZER, Post.Role.ORGANIZING_CLERK)


def enter_event(*, person: Person, kind: str, on: dt.date, note: str, once_key: uuid.UUID, by: Any) -> LifeEvent:
    """Write down what happened; a death takes the person out of everything in the same transaction.

    Refused for what does not concern the person, what is known already, and days too far away.
    """
    check(person, kind, on)
    if known := LifeEvent.objects.filter(once_key=once_key, entered_by=by).first():
        return known
    with transaction.atomic():
        if kind == EventKind.DIED:
            leave(person=person, on=on, ending=Affiliation.Ending.DIED, by=by)
        return write(person, kind, on, Source.BRANCH, by=by, note=note, once_key=once_key)


def tell_of_event(*, person: Person, kind: str, on: dt.date, once_key: uuid.UUID, by: Any) -> LifeEvent:
    """Hand over a fact for a department; who answers for the person is told, without a word of what is sensitive."""
    check(person, kind, on)
    if known := LifeEvent.objects.filter(once_key=once_key, entered_by=by).first():
        return known
    with transaction.atomic():
        event = write(person, kind, on, Source.DEPARTMENT, by=by, once_key=once_key)
        what = _("一件要关心的事") if kind in SENSITIVE else event.get_kind_display()
        title = _("%(name)s：%(what)s，%(day)s") % {"name": person.name, "what": what, "day": date_words(on)}
        path = reverse("events:list")
        accounts = answering(event.organization, today())
        tell(accounts=accounts, key=f"event:{event.pk}", title=title, path=path, on=today(), by=by)
    return event


def check(person: Person, kind: str, on: dt.date) -> None:
    """Refuse what the policy does not ask about, and days that cannot be."""
    if on > today():
        raise Refused(_("这一天还没有到。请到那一天再登记。"))
    if on < today() - LONGEST:
        raise Refused(_("这件事过去一年以上了，不再列任务，不用登记。"))
    if not concerns(person, kind):
        raise Refused(_("制度只要求党员的这件事，%(name)s不是党员，不用登记。") % {"name": person.name})


def write(
    person: Person, kind: str, on: dt.date, source: str, *, by: Any, once_key: uuid.UUID, note: str = ""
) -> LifeEvent:
    """Write one event down with the organisation that answers for it; what our records said already gets the note."""
    organization = answers_for(person, on)
    row = {"organization": organization, "path": organization.path or "", "source": source, "entered_by": by}
    try:
        with transaction.atomic():
            event = LifeEvent.objects.create(
                person=person, kind=kind, happened_on=on, note=note, once_key=once_key, **row
            )
    except IntegrityError:
        event = _already(person, kind, on, note, by=by)
    record(Action.CHANGE, by=by, target=event, path=event.path, what="enter-event", on=str(on))
    return event


def _already(person: Person, kind: str, on: dt.date, note: str, *, by: Any) -> LifeEvent:
    """Return the same event when it was made by our own records this moment, else refuse to write it twice."""
    same = LifeEvent.objects.standing().filter(person=person, kind=kind, happened_on=on).first()
    if same is None or same.source != Source.RECORD or kind != EventKind.DIED:
        raise Refused(_("这一天的这件事已经登记过，没有重复。"))
    same.note, same.entered_by = note, by
    same.save(update_fields=["note", "entered_by"])
    return same


def answers_for(person: Person, on: dt.date) -> Organization:
    """Return the unit whose head answers: of the branch of that day, else of the last one."""
    stays = list(person.affiliations.select_related("branch__parent").order_by("-started_on"))
    stay = stay_on(stays, on) or next((one for one in stays if one.started_on <= on), None) or next(iter(stays), None)
    if stay is None:
        raise Refused(_("%(name)s还没有编入党组织，请先导入名册。") % {"name": person.name})
    found: Organization = heads_of([(person.pk, stay.branch, min(on, stay.ended_on or FAR_FUTURE))])[0]
    return found


def answering(organization: Organization, on: dt.date) -> set[int]:
    """Return the accounts of those who look after the organisation."""
    posts = Post.objects.in_force(on).filter(organization=organization, role__in=OFFICERS)
    return {user for user in posts.values_list("person__user", flat=True) if user}


@transaction.atomic
def withdraw_event(*, event: LifeEvent, because: str, by: Any) -> bool:
    """Take an event back with its reason; return whether it stood until now."""
    standing = LifeEvent.objects.standing().filter(pk=event.pk)
    done = standing.update(withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_because=because)
    if done:
        record(Action.CHANGE, by=by, target=event, path=event.path, what="withdraw-event")
    return bool(done)


def may_be_withdrawn(event: LifeEvent) -> bool:
    """Return whether a hand may take it back: what our records made follows the records, a death has gone through."""
    return event.source != Source.RECORD and event.kind != EventKind.DIED and event.withdrawn_at is None
