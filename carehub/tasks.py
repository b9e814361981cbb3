"""Background work. Every task may run twice or be killed: what is due stands in tables, a message carries ids only."""

from celery import shared_task

from carehub.audit.seals import seal_when_due
from carehub.calendar import today
from carehub.doorbell import ring
from carehub.reminders.actions import note_pulse
from carehub.reports import building
from carehub.sweep import sweep as sweep_day
from members.importing import batch


@shared_task(name="carehub.tasks.sweep")
def sweep() -> None:
    """Remind everybody of what is due today and send the mail that waits."""
    sweep_day(on=today())
    note_pulse("sweep")


@shared_task(name="carehub.tasks.pick_up")
def pick_up() -> None:
    """Ring again for what waits in a table: its first ring was lost, or its worker was killed. Seal the audit trail."""
    for number in building.waiting():
        ring("carehub.tasks.build_inspection", number)
    for task, number in batch.waiting_imports():
        ring(task, number)
    batch.forget_old_files()
    note_pulse("pick-up")
    seal_when_due()


@shared_task(name="carehub.tasks.build_inspection")
def build_inspection(number: int) -> None:
    """Build one inspection workbook."""
    building.build(number)


@shared_task(name="carehub.tasks.read_import")
def read_import(number: int) -> None:
    """Read one upload and prepare its preview."""
    batch.read_import(number)


@shared_task(name="carehub.tasks.commit_import")
def commit_import(number: int) -> None:
    """Write one confirmed upload."""
    batch.commit_import(number)
