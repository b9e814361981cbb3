"""One composed message for each secretary about everything that is overdue or soon due in his hands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from carehub.addressees import Chart
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import date_words, today
from carehub.dashboard.sight import Sight
from carehub.duties.duty import Duty, State
from carehub.duties.rule import Ask, Rule, list_owed
from carehub.reminders.actions import tell
from carehub.reminders.models import InboxItem
from members.models import Person

STAGES = frozenset({State.OVERDUE, State.DUE_SOON})


@dataclass(frozen=True)
class Letter:
    """What one person would be told: how much of each rule, by when; the names stand on the desk and not here."""

    account_id: int
    name: str
    units: Sequence[str]
    text: str
    overdue: int
    due_soon: int
    was_sent: bool = False


def letters_for(sight: Sight, rules: Iterable[Rule]) -> list[Letter]:
    """Return one letter for each person who owes something in view, those of official order first; fixed queries.

    The visitor himself is not written to. A vacant post's duties are told to whoever answers for it one level up.
    """
    rules, viewer = list(rules), sight.viewer
    ask = Ask(on=viewer.on, scope=sight.named.over_organizations(), states=STAGES)
    found = _by_person(
        rules, [duty for duty in list_owed(rules, ask) if duty.organization_id in sight.below], viewer.on
    )
    people = Person.objects.filter(pk__in=found, user__is_active=True).exclude(pk=viewer.person_id or 0)
    accounts = {pk: (account, name) for pk, account, name in people.values_list("pk", "user", "name")}
    sent = _sent_today(sight)
    titles = {rule.code: str(rule.title) for rule in rules}
    return [
        _letter(*accounts[pk], duties, titles, was_sent=accounts[pk][0] in sent)
        for pk, duties in found.items()
        if pk in accounts
    ]


def _by_person(rules: Sequence[Rule], duties: Sequence[Duty], on: Any) -> Mapping[int, list[Duty]]:
    personal = {rule.code: rule.personal for rule in rules}
    chart, found = Chart.on(on), defaultdict(list)
    for duty in sorted(duties, key=lambda duty: (duty.organization, duty.rule)):
        if addressee := chart.addressee(duty, personal=personal[duty.rule]):
            found[addressee.person_id].append(duty)
    return found


def _letter(account: int, name: str, duties: Sequence[Duty], titles: Mapping[str, str], *, was_sent: bool) -> Letter:
    counted = Counter((duty.rule, duty.state, duty.due_on) for duty in duties)
    parts = [
        _("%(title)s逾期 %(n)s 项") % {"title": titles[rule], "n": n}
        if state == State.OVERDUE
        else _("%(title)s还有 %(n)s 项，%(day)s前") % {"title": titles[rule], "n": n, "day": date_words(due_on)}
        for (rule, state, due_on), n in sorted(counted.items())
    ]
    states = Counter(duty.state for duty in duties)
    text = _("%(parts)s。名单在工作台。确实谈过的请补录，谈不了的请说明原因。") % {"parts": "；".join(parts)}
    units = list(dict.fromkeys(duty.organization_name for duty in duties))
    return Letter(account, name, units, text, states[State.OVERDUE], states[State.DUE_SOON], was_sent)


def _key(sight: Sight) -> str:
    return f"chase:{sight.viewer.on}:{sight.viewer.person_id}"


def _sent_today(sight: Sight) -> set[int]:
    return set(InboxItem.objects.filter(key=_key(sight)).values_list("recipient", flat=True))


@transaction.atomic
def send_letters(*, letters: Iterable[Letter], sight: Sight, by: Any) -> int:
    """Put each letter into its inbox, once a day from one sender, and write it down; return how many were new."""
    sent = sum(
        tell(
            accounts=[letter.account_id], key=_key(sight), title=_("请看一看还没办的谈话"), text=letter.text,
            path=resolve_url(settings.LOGIN_REDIRECT_URL), on=today(), by=by,
        )
        for letter in letters
    )  # fmt: skip
    if sent:
        path = (sight.unit.path or "") if sight.unit else ""
        record(Action.CHANGE, by=by, target=sight.unit, path=path, what="chase", accounts=sent)
    return sent
