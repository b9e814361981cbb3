"""Take an import back within seven days: all of it or nothing, as long as nothing newer touched its rows.

How one kind of file is taken back is a Way, registered by its kind: the roster's in roster_undo.py, the others' on the
floors above.
"""

import datetime as dt
from abc import ABC, abstractmethod
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.audit.models import Action
from carehub.audit.trail import record
from members.importing.machine import hold_imports
from members.importing.obstacles import Kept
from members.models import RosterImport
from members.models.roster import UNDO_WITHIN


class Way(ABC):
    """How one kind of import is taken back; `kept` is what its importer remembered in `before`."""

    in_the_way: Any  # the sentence when the database itself says that later records build on the import

    @abstractmethod
    def hold(self, kept: Kept) -> None:
        """Let nobody write these rows meanwhile (PostgreSQL); SQLite has one writer anyway."""

    @abstractmethod
    def obstacle(self, batch: RosterImport, kept: Kept, by: Any) -> str:
        """Return the first thing that stands in the way, a sentence for the clerk; empty for nothing."""

    @abstractmethod
    def take_back(self, batch: RosterImport, kept: Kept, by: Any) -> None:
        """Undo the writing."""

    @abstractmethod
    def counts(self, kept: Kept) -> dict[str, int]:
        """Return what it changes, for the trail and the page."""


WAYS: dict[str, Way] = {}


class CannotUndo(Exception):
    """The import stays as it is; the words say why."""


def undo(*, batch: RosterImport, by: Any) -> None:
    """Take the import back; raises CannotUndo, and then nothing has changed."""
    way = WAYS.get(batch.kind)
    if way is None:
        raise CannotUndo(why_past(batch))
    try:
        with transaction.atomic():
            hold_imports()
            kept = claimed(batch, by)
            way.hold(kept)
            if why := way.obstacle(batch, kept, by):
                raise CannotUndo(why)
            way.take_back(batch, kept, by)
            path = batch.organization.path if batch.organization else ""
            facts = {"kind": batch.kind, "step": "undo", **way.counts(kept)}
            record(Action.IMPORT, by=by, target=batch, path=path or "", **facts)
    except (IntegrityError, ProtectedError) as trouble:
        raise CannotUndo(str(way.in_the_way)) from trouble


def prospect(*, batch: RosterImport, by: Any) -> dict[str, Any]:
    """Return what taking it back would change, and what stands in the way now; changes nothing."""
    kept = RosterImport.objects.undoable(timezone.now()).filter(pk=batch.pk).values_list("before", flat=True).first()
    way = WAYS.get(batch.kind)
    if not kept or way is None:
        return {"obstacle": why_past(batch)}
    return {"counts": way.counts(kept), "obstacle": way.obstacle(batch, kept, by)}


def claimed(batch: RosterImport, by: Any) -> Kept:
    """Mark the import as taken back and return what it remembers; only one click gets it."""
    now = timezone.now()
    here = RosterImport.objects.undoable(now).filter(pk=batch.pk)
    kept = here.values_list("before", flat=True).first()
    if kept and here.update(state=RosterImport.State.UNDONE, before=None, undone_at=now, undone_by=by):
        return kept
    raise CannotUndo(why_past(batch))


def why_past(batch: RosterImport) -> str:
    """Return why there is nothing to take back: somebody did already, or it is too late."""
    now = RosterImport.objects.select_related("undone_by__person").defer("content", "before").get(pk=batch.pk)
    if now.state == RosterImport.State.UNDONE:
        return _("这次导入已被%(name)s撤销。您的操作没有生效，也没有重复。") % {"name": now.undone_by_name}
    if now.kind not in WAYS or now.state != RosterImport.State.DONE:
        return _("只有写入了的名册、谈话台账和困难党员台账可以整批撤销。")
    return _("已过 7 天，不能再撤销。请逐人更正。")


def forget_old_undo(now: dt.datetime) -> int:
    """Clear what imports remember that can be taken back no more. Return how many."""
    return RosterImport.objects.filter(before__isnull=False, finished_at__lt=now - UNDO_WITHIN).update(before=None)
