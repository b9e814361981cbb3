"""Who waits for a talk, as the desk shows it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from talks.models import TalkRequest

ON_THE_DESK = ("BS", "GS")


@dataclass(frozen=True)
class Waiting:
    """One person who waits: how long the answer still has, or that it was given."""

    asked: TalkRequest
    words: str
    is_late: bool


def waiting_for(user: Any) -> list[Waiting]:
    """Return who waits for a secretary: in the own organisation all, below it those whom nobody answered in time.

    The head of the department, who comes last, has the list and the message.
    """
    viewer = viewer_of(user)
    own = {seat.organization_id for seat in viewer.seats if seat.persona in ON_THE_DESK}
    if not own:
        return []
    rows = TalkRequest.objects.visible_to(user).waiting().with_names().defer("words", "answer").order_by("pk")
    found = [waiting_of(one, viewer.on) for one in rows]
    return [one for one in found if one.asked.organization_id in own or one.is_late]


def waiting_of(asked: TalkRequest, on: Any) -> Waiting:
    left = asked.days_left(on)
    if asked.state == TalkRequest.State.ANSWERED:
        return Waiting(asked, _("已约好，谈过记录后自动办结"), False)
    words = _("还有 %(n)s 天答复") % {"n": left} if left > 0 else _("今天要答复") if not left else ""
    return Waiting(asked, words or _("等答复已逾期 %(n)s 天") % {"n": -left}, left < 0)
