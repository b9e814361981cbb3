"""A talk while it is being typed: what is filled in beforehand, and what stands beside the form."""

import datetime as dt
from typing import Any

from django.http import QueryDict

from carehub.access.viewer import viewer_of
from carehub.calendar import window_named
from carehub.duties.duty import Duty
from carehub.duties.rule import Ask, Draft, list_duties
from members.events import kinds_of_events
from members.models import Person
from talks.duties import RULES
from talks.follow_ups.forms import MatterForm
from talks.follow_ups.offices import asks_from
from talks.forms import NUMBER, TalkForm
from talks.models import Talk
from talks.offices import default_talker, offices_on, reachable, talkers_for
from talks.owing import Settling, settling
from talks.panels import last_talks, who_sees
from talks.preparing import preparable
from talks.reasons import OF_EVENT, OF_RULE, clean_reasons
from talks.text import keeps_text


def prefilled(user: Any, asked: QueryDict, on: dt.date) -> dict[str, Any]:
    """Return what an address fills in: ?person=17, ?people=1,2,3 or ?duty=C-2.3:2026:12:17."""
    numbers = [part for key in ("person", "people") for part in asked.get(key, "").split(",")]
    people = [int(part) for part in numbers if NUMBER.fullmatch(part)]
    duty = duty_named(asked.get("duty", ""), on)
    if duty and duty.person_id:
        people.append(duty.person_id)
    initial: dict[str, Any] = {"people": people, "held": "today"}
    talker = default_talker(user, talkers_for(user, on), on)
    if talker is None or not people:
        return initial
    within = set(Person.objects.filter(reachable(talker.pk, on), pk__in=people).values_list("pk", flat=True))
    duty = duty if duty and duty.person_id in within else None
    if duty and duty.due_on < on:
        # The window has closed: only a talk that was held in it can still be entered.
        initial["held"] = "other"
    if len(within) > 1:
        initial["form"] = Talk.Form.COLLECTIVE
    would = settling(Draft(talker.pk, frozenset(within), on, on, collective=len(within) > 1))
    initial["reasons"] = reasons_of([*would.duties, *([duty] if duty else [])], user)
    return initial


def matter_form(form: TalkForm, sent: QueryDict | None = None) -> MatterForm | None:
    """Return the optional line 要办的事 of a talk that is being typed; None for who may not ask."""
    viewer, talker = viewer_of(form.user), form.talker_person
    if talker is None or not viewer.may("follow_up", "e"):
        return None
    offices = offices_on(talker.pk, form.held_day)
    path = offices[0].path if offices else ""
    if not asks_from(viewer, path, talker.pk):
        return None
    return MatterForm(sent, people=form.picked, path=path, viewer_person=viewer.person_id, on=form.on)


def duty_named(key: str, on: dt.date) -> Duty | None:
    """Return the duty of a key, None for one that is not there."""
    parts = key.split(":")
    rule = next((rule for rule in RULES if rule.code == parts[0]), None)
    if rule is None or len(parts) != 4 or not NUMBER.fullmatch(parts[2]):
        return None
    try:
        window = window_named(parts[1])
    except ValueError:
        return None
    duties = list_duties([rule], Ask(on=on, owners=frozenset({int(parts[2])})), window)
    return next((duty for duty in duties if duty.key == key), None)


def reasons_of(duties: list[Duty], user: Any) -> list[str]:
    """Return the reasons that duties suggest; of an event only to who may read what happened."""
    kinds = kinds_of_events(duties, user).values()
    of_events = [OF_EVENT[kind] for kind in kinds if kind in OF_EVENT]
    return clean_reasons([*(OF_RULE[duty.rule] for duty in duties if duty.rule in OF_RULE), *of_events])


def aside(form: TalkForm) -> dict[str, Any]:
    """Return what stands beside the form: what it settles, who can see it, the last talk with the one person chosen."""
    talker, picked = form.talker_person, form.picked
    if talker is None:
        return {"settling": Settling([], form.on), "picked": picked}
    people = frozenset(person.pk for person in picked)
    is_collective = form["form"].value() == Talk.Form.COLLECTIVE
    draft = Draft(talker.pk, people, form.held_day, form.on, collective=is_collective)
    possible = bool(picked) and form.held_day <= form.on
    would = settling(draft) if possible else Settling([], form.on)
    offices = offices_on(talker.pk, form.held_day)
    alone = picked[0] if len(picked) == 1 else None
    return {
        "settling": would,
        "picked": picked,
        "talker": talker,
        "reasons_suggested": ",".join(reasons_of(would.duties, form.user)),
        "witnesses": who_sees(offices[0].path, picked, form.on) if offices else None,
        "keeps_text": keeps_text(form.on),
        "recorder": form.user.person if hasattr(form.user, "person") else None,
        "alone": alone,
        "may_prepare": bool(alone and preparable(form.user, [alone.pk], form.on)),
        "last": last_talks([alone.pk], on=form.on).get(alone.pk) if alone else None,
        "held_day": form.held_day,
    }
