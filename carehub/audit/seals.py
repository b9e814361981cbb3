"""The sealer: closes what was written since the last seal, so that afterwards no row can be taken away unseen."""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterable

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from carehub.audit.models import AuditEvent, AuditSeal
from carehub.audit.signing import moment, sign

ROWS_OF_A_SEAL = 10_000
SEAL_AFTER = dt.timedelta(minutes=2)
PATIENCE = "800ms"  # who writes waits behind the lock for as long

log = logging.getLogger(__name__)


def seal_when_due() -> int:
    """Seal if the oldest open row has waited for two minutes; return how many seals were made."""
    oldest = open_rows().order_by("id").values_list("at", flat=True).first()
    return seal_new_rows() if oldest and oldest <= timezone.now() - SEAL_AFTER else 0


def seal_new_rows() -> int:
    """Seal everything that is settled; return how many seals were made. Two at once make each seal once."""
    settled, made = settled_id(), 0
    while settled and (seal := seal_next(settled)):
        log.info("audit seal %s", seal)
        made += 1
    return made


def open_rows() -> QuerySet[AuditEvent]:
    """Return the rows after the last seal."""
    last = AuditSeal.objects.aggregate(id=Max("last_id"))["id"] or 0
    return AuditEvent.objects.filter(id__gt=last)


def settled_id() -> int:
    """Return the id up to which every row is there or never will be; 0 if that cannot be known now.

    An insert holds its lock on the table from before it draws its id until it commits. Once the lock below is ours,
    no lower id is under way. SQLite writes one transaction at a time.
    """
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                    cursor.execute(f"LOCK TABLE {AuditEvent._meta.db_table} IN SHARE MODE")
            return AuditEvent.objects.aggregate(id=Max("id"))["id"] or 0
    except DatabaseError:
        log.info("audit rows are being written; the next look seals them")
        return 0


def seal_next(settled: int) -> AuditSeal | None:
    """Make the next seal over rows up to a settled id; None if there is nothing left or another sealer was first."""
    last = AuditSeal.objects.order_by("-number").first()
    after = AuditEvent.objects.filter(id__lte=settled, id__gt=last.last_id if last else 0).order_by("id")
    rows = list(after.values_list("id", "signature")[:ROWS_OF_A_SEAL])
    if not rows:
        return None
    seal = AuditSeal(
        number=last.number + 1 if last else 1,
        at=timezone.now(),
        first_id=rows[0][0],
        last_id=rows[-1][0],
        rows=len(rows),
        previous=last.digest if last else "",
    )
    seal.digest = digest_of(seal, rows)
    seal.signature = sign("seal", seal.digest)
    try:
        with transaction.atomic():
            seal.save(force_insert=True)
    except IntegrityError:
        return None
    return seal


def digest_of(seal: AuditSeal, rows: Iterable[tuple[int, str]]) -> str:
    """Return the digest of a seal's rows and of everything the seal says, the seal before included."""
    digest = hashlib.sha256(head_of(seal))
    for row in rows:
        digest.update(line_of(*row))
    return digest.hexdigest()


def head_of(seal: AuditSeal) -> bytes:
    return json.dumps([seal.number, moment(seal.at), seal.first_id, seal.last_id, seal.rows, seal.previous]).encode()


def line_of(id: int, signature: str) -> bytes:
    return f"\n{id}:{signature}".encode()
