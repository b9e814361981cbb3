"""One duty by its name, as far as the viewer may see it, and what the viewer may do about it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import Reach, Viewer, viewer_of
from carehub.calendar import Window, date_words, titled_window, window_named
from carehub.catalog import RULES
from carehub.duties.duty import Duty, DutyKey, State, parse_key
from carehub.duties.rule import EVERYWHERE, Ask, Rule
from carehub.duties.settings import ENTRY_GRACE, Settings
from carehub.policy import CLAUSES, Clause
from members.events import with_event, words_of_events
from members.models import Organization
from members.panels import full_words
from members.vacancies import who_answers
from talks.models import Talk

UNSETTLED = (State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING, State.EXCUSED)


@dataclass(frozen=True)
class Found:
    """A duty with everything that its page says."""

    duty: Duty
    key: DutyKey
    rule: Rule
    on: dt.date
    viewer: Viewer
    organization: Organization
    answers: str  # who answers while the post is vacant
    event: str = ""  # what happened, for who may read it

    @property
    def window(self) -> Window:
        return window_named(self.key.window)

    @property
    def clause(self) -> Clause:
        return CLAUSES[self.rule.code]

    @property
    def name(self) -> str:
        return self.duty.person or self.duty.subject

    @property
    def place(self) -> str:
        return full_words(self.organization)

    @property
    def title(self) -> str:
        """Return 2026年度谈话, 2026年第四季度谈话, 五必谈（组织关系转入）."""
        if self.is_event:
            return with_event(self.rule.title, self.event)
        return titled_window(self.key.window, str(self.rule.title))

    @property
    def is_event(self) -> bool:
        return self.duty.event_id is not None

    @property
    def is_open(self) -> bool:
        return self.duty.state in UNSETTLED

    @property
    def is_excused(self) -> bool:
        return self.duty.state == State.EXCUSED

    @property
    def has_closed(self) -> bool:
        """Return whether the window is over, so that only a late entry or an excuse settles it; an event's never is."""
        return not self.is_event and self.on > self.duty.due_on

    @property
    def in_time_until(self) -> dt.date:
        return self.duty.due_on + Settings(min(self.on, self.duty.due_on)).days(ENTRY_GRACE)

    @property
    def arithmetic(self) -> str:
        """Return how the state follows from the days."""
        due, left = date_words(self.duty.due_on), self.duty.days_left(self.on)
        if self.duty.done_on and self.is_event:
            return _("%(day)s谈过，期限是 %(due)s。") % {"day": date_words(self.duty.done_on), "due": due}
        if self.duty.done_on:
            return _("%(day)s谈过，在时段之内。") % {"day": date_words(self.duty.done_on)}
        if left < 0:
            return _("期限是 %(due)s，到今天过了 %(n)s 天。") % {"due": due, "n": -left}
        return _("期限是 %(due)s，今天 %(today)s，还有 %(n)s 天。") % {
            "due": due, "today": date_words(self.on), "n": left,
        }  # fmt: skip

    @property
    def may_excuse(self) -> bool:
        """Return whether the viewer may say why it was not done."""
        inside = self.viewer.reach("duty", "e").over_organizations().covers(self.organization.access_facts())
        return self.is_open and inside

    @property
    def may_record(self) -> bool:
        """Return whether the viewer records talks there, or owes this one."""
        inside = self.viewer.reach("talk", "e").over_organizations().covers(self.organization.access_facts())
        owes = self.duty.obligor_id == self.viewer.person_id and self.viewer.may("talk", "e")
        return self.is_open and self.duty.person_id != self.viewer.person_id and (inside or owes)

    @property
    def shows_why(self) -> bool:
        """Return whether the words of an excuse may be read: by those responsible, not by the person it is about."""
        reach = self.viewer.reach("duty", "v").over_organizations()
        owes = self.duty.obligor_id == self.viewer.person_id
        return not self.is_excused or owes or reach.covers(self.organization.access_facts())

    def evidence_for(self, user: Any) -> Talk | None:
        """Return the talk that proves it, if the viewer may see its fact."""
        if self.duty.evidence_id is None:
            return None
        return Talk.objects.visible_to(user).select_related("talker").filter(pk=self.duty.evidence_id).first()


def duty_found(user: Any, name: str, on: dt.date) -> Found | None:
    """Return the duty of a name, None for one that is not there or lies outside."""
    try:
        key = parse_key(name)
    except ValueError:
        return None
    rule = next((rule for rule in RULES if rule.code == key.rule), None)
    if rule is None or not rule.fits(window_named(key.window)):
        return None
    viewer = viewer_of(user)
    duty = _seen(viewer, rule, key, viewer.reach("duty", "v"), on) or _owed(viewer, rule, key, on)
    if duty is None:
        return None
    organization = Organization.objects.select_related("parent").get(pk=duty.organization_id)
    answers = who_answers([organization.pk], on).get(organization.pk, "") if duty.vacant else ""
    event = words_of_events([duty], user).get(duty.event_id or 0, "")
    return Found(duty, key, rule, on, viewer, organization, answers, event)


def _seen(viewer: Viewer, rule: Rule, key: DutyKey, scope: Reach, on: dt.date) -> Duty | None:
    ask = Ask(on=on, scope=scope, owners=frozenset({key.owner_id}))
    found = rule.list(ask, window_named(key.window)) if scope else []
    return next((duty for duty in found if duty.key == str(key)), None)


def _owed(viewer: Viewer, rule: Rule, key: DutyKey, on: dt.date) -> Duty | None:
    """Return a duty that the viewer owes in person (C-2.1): it lies in no organisation of his."""
    duty = _seen(viewer, rule, key, EVERYWHERE, on)
    return duty if duty and viewer.person_id and duty.obligor_id == viewer.person_id else None
