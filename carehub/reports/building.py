"""Builds a workbook once: a lease against dead workers, a conditional update against two at a time, then frozen."""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.reports.facts import NOBODY, MonthFacts, month_window, read_facts
from carehub.reports.models import Inspection, InspectionQuerySet
from carehub.reports.sheets import Making, ledgers
from carehub.sheets.writing import Ledger, write_workbook

LEASE = dt.timedelta(minutes=10)
MOST_ATTEMPTS = 3
State = Inspection.State


@dataclass(frozen=True)
class Guarded:
    """Which ledgers stand in a workbook beside what all its readers may take along, and who is in them."""

    holds: tuple[str, ...] = ()
    people: tuple[int, ...] = ()


NOTHING = Guarded()
log = logging.getLogger(__name__)


def waiting() -> list[int]:
    """Return the numbers of the workbooks that nobody is building; the sweep rings for each of them."""
    return list(Inspection.objects.to_build(timezone.now()).order_by("pk").values_list("pk", flat=True))


def build(pk: int) -> bool:
    """Build one workbook and freeze it; False if it is not there to build, or could not be built."""
    inspection = claim(pk)
    if inspection is None:
        return False
    try:
        return freeze(inspection, *content_of(inspection))
    except Exception:
        log.exception("inspection workbook %s could not be built", pk)
        give_up(inspection)
        return False


def claim(pk: int) -> Inspection | None:
    """Take the workbook under a lease; None if another worker has it or it is finished.

    Each attempt has its number: a worker that was thought dead and wakes up later can change nothing any more.
    """
    now = timezone.now()
    free = Inspection.objects.to_build(now).filter(pk=pk)
    taken = free.update(
        state=State.BUILDING, attempts=F("attempts") + 1, lease_until_at=now + LEASE, progress=5, step=_("正在取数")
    )
    return Inspection.objects.without_content().get(pk=pk) if taken else None


def content_of(inspection: Inspection) -> tuple[bytes, dict[str, int], Guarded]:
    """Return the file, its figures, and what it holds that not everybody may take along.

    That is what its requester may export today: whose post ended while it waited gets it without.
    """
    by = inspection.requested_by
    viewer = viewer_of(by) if by else NOBODY
    facts = read_facts(inspection.organization, month_window(inspection.month_on), inspection.counted_on, viewer)
    making = Making(inspection.requester, inspection.created_at)
    data = write_workbook(watched(inspection, facts, making), by=making.requester, at=making.at)
    return data, facts.counts, Guarded(tuple(facts.holds), tuple(sorted(facts.people)))


def watched(inspection: Inspection, facts: MonthFacts, making: Making) -> Iterator[Ledger]:
    """Yield the sheets and say on the way how far it is."""
    for n, ledger in enumerate(ledgers(facts, making)):
        tell(inspection, 50 + 6 * n, _("正在写%s") % ledger.name)
        yield ledger
    tell(inspection, 95, _("正在封存"))


def own(inspection: Inspection) -> InspectionQuerySet:
    """Return the row as long as this attempt still owns it."""
    return Inspection.objects.filter(pk=inspection.pk, state=State.BUILDING, attempts=inspection.attempts)


def tell(inspection: Inspection, progress: int, step: str) -> None:
    """Show how far it is, and hold the lease for longer."""
    own(inspection).update(progress=progress, step=step, lease_until_at=timezone.now() + LEASE)


def freeze(inspection: Inspection, content: bytes, counts: dict[str, int], guarded: Guarded = NOTHING) -> bool:
    """Put the file away for good; False if another attempt has taken over meanwhile."""
    frozen = own(inspection).update(
        state=State.READY,
        progress=100,
        step="",
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        counts=counts,
        holds=guarded.holds,
        people=guarded.people,
        lease_until_at=None,
        finished_at=timezone.now(),
    )
    return bool(frozen)


def give_up(inspection: Inspection) -> None:
    """Put it back for another attempt, or say after the last one that it failed."""
    state = State.WAITING if inspection.attempts < MOST_ATTEMPTS else State.FAILED
    own(inspection).update(state=state, progress=0, step="", lease_until_at=None, finished_at=None)
