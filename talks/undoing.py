"""How an imported talk ledger is taken back: its talks go, as long as nobody built on one of them."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from members.importing.obstacles import Kept
from members.importing.remembering import chunks
from members.importing.undoing import WAYS, Way
from members.models import RosterImport
from talks.models import Correction, FollowUp, Participation, Talk, TextRequest


class LedgerWay(Way):
    in_the_way = _("导入以后，其中有的谈话又有了别的记录，不能整批撤销。请逐条撤回。")

    def hold(self, kept: Kept) -> None:
        for chunk in chunks(kept["talks"]):
            list(Talk.objects.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk"))

    def obstacle(self, batch: RosterImport, kept: Kept, by: Any) -> str:
        """Return why not: a talk was corrected, withdrawn, shared, or something was asked for after it."""
        built = sum(Talk.objects.filter(built_upon(), pk__in=chunk).count() for chunk in chunks(kept["talks"]))
        words = __("导入以后，其中 %(n)s 次谈话又有了更正、撤回、办理事项或查阅，不能整批撤销。请逐条撤回。")
        return words % {"n": built} if built else ""

    def take_back(self, batch: RosterImport, kept: Kept, by: Any) -> None:
        for chunk in chunks(kept["talks"]):
            Participation.objects.filter(talk__in=chunk).delete()
            Talk.objects.filter(pk__in=chunk).delete()

    def counts(self, kept: Kept) -> dict[str, int]:
        return {"talks": len(kept["talks"])}


def built_upon() -> Q:
    """Return the condition that something came after a talk."""
    mine = {"talk": OuterRef("pk")}
    later = Q(Exists(Participation.objects.filter(**mine, text_shared_at__isnull=False)))
    for model in (Correction, FollowUp, TextRequest):
        later |= Q(Exists(model._default_manager.filter(**mine)))
    return later | ~Q(withdrawn_at=None)


WAYS[RosterImport.Kind.TALKS] = LedgerWay()
