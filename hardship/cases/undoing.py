"""How an imported hardship ledger is taken back: what it registered is withdrawn, what it mended is put back.

Decisions are only ever added: a withdrawal and another amendment stand in the evidence beside what they take back.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from carehub.access.viewer import viewer_of
from carehub.approvals.actions import Overtaken, Refused
from carehub.approvals.models import Application
from carehub.calendar import today
from hardship.cases.actions import amend, withdraw
from hardship.models import Case, Need
from hardship.models.case import RESOURCE, WHERE
from members.importing.obstacles import Kept
from members.importing.remembering import chunks
from members.importing.undoing import WAYS, CannotUndo, Way
from members.models import RosterImport

DAYS = ("income_on", "help_from_on", "help_to_on")


class CasesWay(Way):
    in_the_way = _("导入以后，其中有的登记又有了变化，不能整批撤销。请逐份撤回或修改。")

    def hold(self, kept: Kept) -> None:
        for chunk in chunks(versions_of(kept)):
            rows = Application.objects.select_for_update().filter(case__in=chunk)
            list(rows.order_by("pk").values_list("pk"))

    def obstacle(self, batch: RosterImport, kept: Kept, by: Any) -> str:
        """Return why not: somebody is out of reach, or a registration is not as the import left it."""
        if out_of_reach(kept, by):
            return __("其中有人已不在您的范围内，不能撤销。请联系党委组织部。")
        moved = len(touched(kept))
        words = __("导入以后，其中 %(n)s 份登记已有人办过、改过或登记了需求，不能整批撤销。请逐份撤回或修改。")
        return words % {"n": moved} if moved else ""

    def take_back(self, batch: RosterImport, kept: Kept, by: Any) -> None:
        on, why = today(), __("导入的台账整批撤销")
        try:
            for case in cases_of(kept["opened"]):
                withdraw(case=case, seen=case.application.version, why=why, by=by, on=on)
            for case in cases_of(kept["amended"]):
                said = said_of(kept["amended"][str(case.pk)]["was"])
                amend(case=case, seen=case.application.version, said=said, by=by, on=on)
        except (Overtaken, Refused) as trouble:
            raise CannotUndo(str(self.in_the_way)) from trouble

    def counts(self, kept: Kept) -> dict[str, int]:
        return {"opened": len(kept["opened"]), "amended": len(kept["amended"])}


def versions_of(kept: Kept) -> dict[int, int]:
    """Return the version at which the import left each registration."""
    opened = {int(pk): version for pk, version in kept["opened"].items()}
    return opened | {int(pk): row["version"] for pk, row in kept["amended"].items()}


def cases_of(kept: dict[str, Any]) -> Iterator[Case]:
    """Yield the registrations of which something is kept."""
    for chunk in chunks(int(pk) for pk in kept):
        yield from Case.objects.filter(pk__in=chunk).select_related("application", "person").order_by("pk")


def out_of_reach(kept: Kept, by: Any) -> bool:
    """Return whether somebody of the file is none of those whose ledger the visitor keeps today."""
    reach, every = viewer_of(by).reach(RESOURCE, "e").over_others(), versions_of(kept)
    inside = sum(Case.objects.filter(reach.q(**WHERE), pk__in=chunk).count() for chunk in chunks(every))
    return inside < len(every)


def touched(kept: Kept) -> set[int]:
    """Return the registrations that somebody decided, changed, or asked something for, after the import."""
    then, found = versions_of(kept), set()
    for chunk in chunks(then):
        now = Case.objects.filter(pk__in=chunk).values_list("pk", "application__version")
        found |= {pk for pk, version in now if version != then[pk]}
    for chunk in chunks(int(pk) for pk in kept["opened"]):
        found |= set(Need.objects.filter(case__in=chunk).values_list("case", flat=True))
    return found


def said_of(was: dict[str, Any]) -> dict[str, Any]:
    """Return what a registration said, its days as days again."""
    days = {name: dt.date.fromisoformat(was[name]) if was[name] else None for name in DAYS}
    return was | days


WAYS[RosterImport.Kind.HARDSHIP] = CasesWay()
