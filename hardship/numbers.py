"""How many are helped, as numbers: a small one would point at somebody, so only those who keep the cases read it."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from hardship.models import Case, Waiver
from hardship.models.case import WHERE

SMALL = 5


def told(n: int, *, keeps: bool) -> str:
    """Return a number in words: 12, 0; below five 不足 5 for who does not keep the cases himself."""
    return str(n) if keeps or n == 0 or n >= SMALL else _("不足 %s") % SMALL


def helped(user: Any, on: dt.date) -> list[tuple[str, str]]:
    """Return (what, how many) of the visitor's part of the school: the ledger, the waivers. Two queries at most."""
    viewer, found = viewer_of(user), []
    if part := viewer.reach("hardship", "v", "n").over_others():
        n = Case.objects.recognised().filter(part.q(**WHERE)).count()
        found.append((_("困难台账"), told(n, keeps=bool(viewer.reach("hardship", "v").over_others()))))
    if viewer.reach("waiver", "v", "c").over_others():
        n = Waiver.objects.in_organizations_of(user).in_force(on).count()
        found.append((_("党费减免中"), told(n, keeps=bool(viewer.reach("waiver", "v").over_others()))))
    return found
