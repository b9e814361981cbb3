"""What the hourly sweep does for the records themselves: let go of what is over, back up once a day.

Each part by itself: whatever stops one of them stops neither the other nor the reminders.
"""

import datetime as dt
import logging
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from carehub.survival.backups import back_up, whole_backups
from carehub.survival.erasure import erase_departed
from carehub.survival.failing import Failed

log = logging.getLogger(__name__)


def look_after(*, on: dt.date) -> Counter[str]:
    """Erase and back up what the day asks for, and return the counts."""
    return Counter(erased=erased(on), backups=int(backed_up(on)))


def erased(on: dt.date) -> int:
    try:
        return erase_departed(on=on).total()
    except DatabaseError:
        log.exception("nothing was erased")
        return 0


def backed_up(on: dt.date) -> bool:
    """Make the day's backup if a folder is named and it has none of that day; return whether one was made."""
    if not settings.BACKUP_DIR or has_backup_of(on):
        return False
    try:
        back_up(Path(settings.BACKUP_DIR), keep=settings.BACKUP_KEEP)
    except Failed as trouble:
        # Our own sentence: it names files and reasons, nobody's values.
        log.error("the daily backup was not made: %s", str(trouble))
        return False
    except DatabaseError:
        log.exception("the daily backup was not made")
        return False
    return True


def has_backup_of(on: dt.date) -> bool:
    return any(f"-{on:%Y%m%d}-" in folder.name for folder in whole_backups(Path(settings.BACKUP_DIR)))
