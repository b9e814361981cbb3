"""What the pages of a waiver show: the request, its steps, who has it, and how much of the ground is read."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import Viewer, viewer_of
from carehub.approvals.machine import State
from carehub.approvals.models import Decision, last_decisions
from carehub.calendar import date_words
from carehub.masking import masked_id, masked_id_for_export
from hardship.models import Waiver
from hardship.steps import Drawn, drawn
from hardship.waivers.chain import WAIVERS


@dataclass(frozen=True)
class Row(Drawn):
    """One request in a list."""

    waiver: Waiver

    @property
    def shows_ground(self) -> bool:
        return shows_ground(self.waiver, self.viewer)


def rows_of(waivers: Sequence[Waiver], user: Any, on: dt.date) -> list[Row]:
    """Return requests ready for a list, in a fixed number of queries."""
    both = zip(waivers, drawn(waivers, WAIVERS, user, on), strict=True)
    return [Row(**vars(one), waiver=waiver) for waiver, one in both]


def shows_ground(waiver: Waiver, viewer: Viewer) -> bool:
    """Return whether the cause, the income and the opinions may be read: of what is over only the fact stays.

    The person and the department read them always, the committee what was decided there, the branch and the general
    branch as long as it runs or holds.
    """
    if waiver.person_id == viewer.person_id or viewer.reach("waiver", "v").everything:
        return True
    if not waiver.is_over(viewer.on):
        return True
    return viewer.may("waiver", "c")


def state_words(waiver: Waiver, on: dt.date) -> tuple[str, str]:
    """Return (look, words) of a request: 在支部, 减免中, 已到期, 没有批准."""
    one = waiver.application
    if one.state == State.RUNNING:
        stop = one.stop(WAIVERS)
        late = one.due_on is not None and on > one.due_on
        words = _("等%s") % stop.step.short if stop else ""
        return (
            ("overdue", _("%(words)s，超期 %(n)s 天") % {"words": words, "n": (on - one.due_on).days})
            if late and one.due_on
            else ("open", words)
        )
    if one.state == State.APPROVED:
        return _held_words(waiver, on)
    return {State.RETURNED: "due_soon"}.get(State(one.state), "not_applicable"), str(one.get_state_display())


def _held_words(waiver: Waiver, on: dt.date) -> tuple[str, str]:
    if waiver.ends_on < on:
        return ("not_applicable", _("已终止") if waiver.revoked_month else _("已到期"))
    if waiver.first_month > on:
        return ("upcoming", _("%s月起减免") % waiver.first_month.month)
    return ("done", _("减免中"))


@dataclass(frozen=True)
class Block:
    """One step on the printed form: its heading and what it decided."""

    title: str
    skipped: bool
    decision: Decision | None

    @property
    def words(self) -> str:
        """Return 同意，情况属实。2026年9月22日，支部委员会，到会 3 人; empty for what is written by hand."""
        one = self.decision
        if one is None:
            return ""
        said = "，".join(filter(None, (str(one.get_verb_display()), one.opinion.strip().rstrip("。"))))
        ground = filter(None, (date_words(one.day), one.meeting, one.present, one.document))
        return f"{said}。{'，'.join(ground)}"


def blocks_of(waiver: Waiver) -> list[Block]:
    """Return the steps of a request for its printed form, each with its latest decision."""
    last = last_decisions(waiver.application)
    stops = waiver.application.stops(WAIVERS)
    return [Block(str(stop.step.title), not stop.exists, last.get(stop.step.code)) for stop in stops]


def person_for(waiver: Waiver, user: Any) -> dict[str, str]:
    """Return what the printed form says of the person, as far as this visitor may read it."""
    viewer, facts = viewer_of(user), waiver.person.access_facts()
    number = waiver.person.id_number or ""
    exports, masked = viewer.reach("person", "x").covers(facts), viewer.reach("identity", "m").covers(facts)
    return {
        "number": masked_id_for_export(number) if exports and masked else masked_id(number) if masked else "",
        "position": waiver.person.position if viewer.reach("person", "v").covers(facts) else "",
    }
