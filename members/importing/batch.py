"""Imports from the web: uploaded, read in the background, shown, confirmed, written. One row of RosterImport each.

Each step takes the row by a conditional update under a lease: a lost ring is made up for by the next pick-up, and two
workers, or two clicks, have one effect. The file is sealed while it waits and cleared when written or expired.
"""

import datetime as dt
import logging
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from carehub.access.viewer import Reach, viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.doorbell import ring
from members.importing.base import CHANGED, IMPORTERS, NEW, REJECTED, Entry, Importer
from members.importing.machine import Reading, hold_imports, importer_of, read_file, short, write
from members.importing.problems import forget_old_problems, problems_of
from members.importing.undoing import forget_old_undo
from members.models import RosterImport

READ, COMMIT = "carehub.tasks.read_import", "carehub.tasks.commit_import"
LEASE = dt.timedelta(minutes=10)
KEEP_FILE = dt.timedelta(days=3)
MOST_ATTEMPTS = 3
SHOWN = {NEW: 100, CHANGED: 300, REJECTED: 300}
State = RosterImport.State

log = logging.getLogger(__name__)


@transaction.atomic
def upload(*, kind: str, file_name: str, content: bytes, by: Any, on: dt.date, once_key: uuid.UUID) -> RosterImport:
    """Keep an uploaded file, sealed, and ask for it to be read; the same form sent twice uploads once."""
    try:
        with transaction.atomic():
            batch = RosterImport.objects.create(
                kind=kind, file_name=file_name[-200:], content=content, imported_on=on, uploaded_by=by,
                once_key=once_key,
            )  # fmt: skip
    except IntegrityError:
        return RosterImport.objects.get(once_key=once_key, uploaded_by=by)
    record(Action.IMPORT, by=by, target=batch, kind=kind, step="upload", bytes=len(content))
    ring(READ, batch.pk)
    return batch


def waiting_imports() -> list[tuple[str, int]]:
    """Return (task, number) of what nobody works on: its ring was lost, or its worker was killed."""
    found = RosterImport.objects.to_work(timezone.now()).order_by("pk").values_list("state", "pk")
    return [(COMMIT if state == State.COMMITTING else READ, pk) for state, pk in found]


def forget_old_files() -> int:
    """Clear the files of uploads that nobody confirmed within three days. Return how many."""
    forget_old_undo(timezone.now())
    forget_old_problems(timezone.now())
    old = RosterImport.objects.stale(timezone.now() - KEEP_FILE)
    return old.update(content=None, preview={}, problems=None, state=State.EXPIRED, finished_at=timezone.now())


def claim(pk: int, *states: str, to: str) -> RosterImport | None:
    """Take one import under a lease; None if another worker has it or it is past that step."""
    free = RosterImport.objects.to_work(timezone.now()).filter(pk=pk, state__in=states)
    lease = timezone.now() + LEASE
    taken = free.update(state=to, lease_until_at=lease, attempts=F("attempts") + 1, progress=10)
    if not taken:
        return None
    batch = RosterImport.objects.select_related("uploaded_by").get(pk=pk)
    if batch.attempts > MOST_ATTEMPTS:  # its workers died three times over it
        give_up(batch, to)
        return None
    return batch


def own(batch: RosterImport) -> Any:
    """Return the row as long as this attempt still owns it."""
    return RosterImport.objects.filter(pk=batch.pk, state=batch.state, attempts=batch.attempts)


def importer_for(batch: RosterImport) -> Importer:
    """Return the importer with the reach that the uploader has today."""
    viewer = viewer_of(batch.uploaded_by) if batch.uploaded_by else None
    reach = viewer.reach(*IMPORTERS[batch.kind].right) if viewer else Reach()
    return importer_of(batch.kind, on=batch.imported_on, reach=reach, by=batch.uploaded_by)


def reading_of(batch: RosterImport) -> Reading:
    return read_file(bytes(batch.content or b""), batch.file_name, importer_for(batch))


def read_import(pk: int) -> bool:
    """Read one upload and prepare its preview; False if it is not there to read, or could not be read."""
    batch = claim(pk, State.WAITING, State.READING, to=State.READING)
    if batch is None:
        return False
    try:
        show(batch, reading_of(batch))
    except Exception:
        log.exception("import %s could not be read", pk)
        give_up(batch, State.WAITING)
        return False
    return True


def show(batch: RosterImport, reading: Reading) -> None:
    """Put the preview where its uploader finds it."""
    state = State.REFUSED if reading.refused else State.READY
    own(batch).update(
        state=state, report=short(reading), preview=preview_of(reading), digest=reading.digest,
        problems=problems_of(reading),
        content=None if reading.refused else F("content"), progress=100, attempts=0, lease_until_at=None,
        finished_at=timezone.now() if reading.refused else None,
    )  # fmt: skip


def preview_of(reading: Reading) -> dict[str, Any]:
    """Return what the page shows of each kind of row; sensitive values are masked in the plan already."""
    shown: dict[str, Any] = {}
    for status, most in SHOWN.items():
        entries = [entry for entry in reading.entries if entry.status == status]
        shown[status] = [entry_words(entry) for entry in entries[:most]]
    return shown


def entry_words(entry: Entry) -> dict[str, Any]:
    """Return one row in words, the errors first."""
    findings = sorted(entry.row.findings, key=lambda finding: finding.level != "error")
    return {
        "row": entry.row.number,
        "name": entry.name,
        "place": entry.place,
        "changes": [vars(change) for change in entry.changes],
        "findings": [finding.as_dict() for finding in findings],
    }


@transaction.atomic
def confirm(*, batch: RosterImport, by: Any) -> bool:
    """Ask for the preview to be written; False if somebody did already."""
    ready = RosterImport.objects.filter(pk=batch.pk, state=State.READY, content__isnull=False)
    if not ready.update(state=State.COMMITTING, progress=0, attempts=0, lease_until_at=None):
        return False
    record(Action.IMPORT, by=by, target=batch, kind=batch.kind, step="confirm")
    ring(COMMIT, batch.pk)
    return True


def commit_import(pk: int) -> bool:
    """Write one confirmed import, all or nothing; False if it is not there to write or the school changed meanwhile."""
    batch = claim(pk, State.COMMITTING, to=State.COMMITTING)
    if batch is None:
        return False
    try:
        return finish(batch)
    except Exception:
        log.exception("import %s could not be written", pk)
        give_up(batch, State.COMMITTING)
        return False


def finish(batch: RosterImport) -> bool:
    """Write what was shown; if the plan is another one by now, show it again instead."""
    with transaction.atomic():
        hold_imports()
        reading = reading_of(batch)
        if reading.digest != batch.digest:
            show(batch, reading)
            own_again = RosterImport.objects.filter(pk=batch.pk, state=State.READY)
            own_again.update(report={**short(reading), "changed_meanwhile": True})
            return False
        done = own(batch).update(
            state=State.DONE, progress=100, content=None, lease_until_at=None, finished_at=timezone.now()
        )
        if done:
            write(reading, batch)
    return bool(done)


def give_up(batch: RosterImport, back_to: str) -> None:
    """Put it back for another attempt, or say after the last one that it failed. Nothing was written."""
    failed = batch.attempts >= MOST_ATTEMPTS
    state = State.FAILED if failed else back_to
    own(batch).update(state=state, progress=0, lease_until_at=None, content=None if failed else F("content"))
