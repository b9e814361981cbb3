"""Reveal one full value: the right, the quota, the trail, and only then the value."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action, AuditEvent
from carehub.audit.trail import name_of, record
from carehub.reveals.models import Purpose, Reveal

SHOWN = dt.timedelta(seconds=60)
RESOURCES = {"C1": "contact", "C2": "identity"}  # the row of the matrix that a class of fields obeys


class TooMany(Exception):
    """The account has used up its reveals of this hour."""


class Stale(Exception):
    """The form was sent again after its value had gone from the screen, or for something else."""


def resource_of(thing: models.Model, field: str) -> str:
    """Return the row of the matrix for a field; KeyError for one that cannot be revealed."""
    given: dict[str, Any] = getattr(type(thing), "field_classes", {})
    return RESOURCES[str(given[field])]


def may_reveal(user: Any, thing: Any, field: str) -> bool:
    """Return whether an account may see this very value in full: the right to reveal, or it is the own."""
    return viewer_of(user).reach(resource_of(thing, field), "r", "v").covers(thing.access_facts())


def reveal(*, thing: Any, field: str, purpose: str, once_key: uuid.UUID, by: Any) -> str:
    """Return the full value once who, what and why stand in the trail; the same form within a minute counts once."""
    if not may_reveal(by, thing, field):
        raise PermissionDenied(_("您的职务不看完整号码。需要时请与本党组织的组织委员或组织员联系。"))
    at = timezone.now()
    with transaction.atomic(durable=True):
        taken, is_new = _take(Reveal(user=by, once_key=once_key, target=name_of(thing), field=field, made_at=at))
        if is_new:
            path = thing.access_facts().path
            record(Action.REVEAL, by=by, target=thing, path=path, field=field, purpose=str(Purpose(purpose)))
    # Committed: from here on the trail knows. Only now is the sealed value opened.
    if not is_new and not (taken.is_fresh(at, SHOWN) and (taken.target, taken.field) == (name_of(thing), field)):
        raise Stale
    return str(type(thing)._base_manager.values_list(field, flat=True).get(pk=thing.pk))


def _take(wanted: Reveal) -> tuple[Reveal, bool]:
    """Take the next place of the hour, or find the one that this form took already."""
    if known := Reveal.objects.filter(once_key=wanted.once_key, user=wanted.user).first():
        return known, False
    wanted.hour_at = wanted.made_at.replace(minute=0, second=0, microsecond=0)
    hour = Reveal.objects.filter(user=wanted.user, hour_at=wanted.hour_at)
    for _attempt in range(settings.REVEALS_PER_HOUR + 1):
        wanted.place = (hour.aggregate(last=models.Max("place"))["last"] or 0) + 1
        if wanted.place > settings.REVEALS_PER_HOUR:
            raise TooMany
        try:
            with transaction.atomic():
                wanted.save(force_insert=True)
        except IntegrityError:
            if known := Reveal.objects.filter(once_key=wanted.once_key, user=wanted.user).first():
                return known, False
            continue
        return wanted, True
    raise TooMany


@transaction.atomic(durable=True)
def allow_full_export(
    *, what: str, purpose: str, rows: int, once_key: uuid.UUID, by: Any, path: str = ""
) -> AuditEvent:
    """Take a place, write down that full numbers are handed out, and return that row: call it before the first byte."""
    _taken, is_new = _take(Reveal(user=by, once_key=once_key, target=what, field="export", made_at=timezone.now()))
    if not is_new:
        raise Stale
    why = str(Purpose(purpose))
    return record(Action.EXPORT, by=by, path=path, what=what, rows=rows, purpose=why, full=True)


def note_refusal(*, thing: Any, field: str, by: Any) -> None:
    """Write down that the hour's reveals were used up."""
    record(Action.DENIAL, by=by, target=thing, path=thing.access_facts().path, what="reveal quota", field=field)


def forget_old_places(*, before: dt.datetime) -> int:
    """Remove the places of past hours; the trail keeps what was revealed. Return how many."""
    return Reveal.objects.filter(made_at__lt=before).delete()[0]
