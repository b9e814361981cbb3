"""The verbs of a case: register, mend, decide a step, review, close.

What is recognised is what was shown: the engine compares version and digest, and any change makes a new one.
Nobody is told a word of the hardship, nor whose it is: the message says that something waits, the page says what.
"""

import datetime as dt
import hashlib
import json
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import post_words, viewer_of
from carehub.approvals.actions import NO_GROUND, Ground, Overtaken, Refused, carry_out, decide, submit
from carehub.approvals.hands import hands_on
from carehub.approvals.machine import Deed, State, Verb
from carehub.approvals.models import Application
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.reminders.actions import tell
from hardship.cases.chain import CASES
from hardship.models import Case, Review
from hardship.pairing.endings import end_with_case
from hardship.steps import is_untouched
from members.hands import places_above
from members.models import Person

TEXT = (
    "categories", "degree", "cause", "cause_words", "health", "income_source", "income", "income_on", "household",
    "has_allowance", "has_preference", "is_veteran", "family", "allowances", "help_from_on", "help_to_on",
)  # fmt: skip
Outcome = Case.Outcome


def digest_of(values: dict[str, Any]) -> str:
    """Return the digest of what is registered: any change of it is another text."""
    plain = [str(values[name]) for name in TEXT]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def values_of(case: Case) -> dict[str, Any]:
    """Return what a registration says."""
    return {name: getattr(case, name) for name in TEXT}


def open_case(
    *, person: Person, said: dict[str, Any], once_key: uuid.UUID, by: Any, on: dt.date, reopens: Case | None = None
) -> Case:
    """Register a hardship: the own one, or somebody's of the own organisations, with his consent."""
    if known := Case.objects.filter(application__once_key=once_key, application__author=by).first():
        return known
    places, values = places_above(person), {name: said[name] for name in TEXT}
    check_person(person)
    if person.organization is None or "branch" not in places:
        raise Refused(_("现在不在本校党支部，不能登记。请先办组织关系。"))
    try:
        with transaction.atomic():
            application = submit(
                chain=CASES, applicant_id=person.pk, path=person.path, places=places, form_hash=digest_of(values),
                once_key=once_key, by=by, on=on,
            )  # fmt: skip
            case = Case.objects.create(
                application=application, person=person, consent_on=said.get("consent_on") or on,
                is_paper=by.pk != person.user_id, reopens=reopens, **values,
            )  # fmt: skip
            record(Action.CHANGE, by=by, target=case, path=person.path, what="open-case")
            tell_next(case, by, on)
    except IntegrityError:
        raise Refused(_("这位同志已经在困难台账里，不用再登记。")) from None
    return case


def check_person(person: Person) -> None:
    """Refuse who is none of those that the ledger is for."""
    if person.category not in Person.MEMBER_CATEGORIES or person.died_on or person.left_party_on:
        raise Refused(_("困难党员台账登记党员和预备党员。别的同志的困难请在走访慰问里办。"))


@transaction.atomic
def amend(*, case: Case, seen: int, said: dict[str, Any], by: Any, on: dt.date) -> None:
    """Change the text: nobody has decided yet, or it was returned and goes the whole way again."""
    one = case.application
    returned = one.state == State.RETURNED
    if not is_untouched(one):
        raise Refused(_("已经有一级办过，不能再改。请等退回，或撤回后重新登记。"))
    if returned and has_moved(case):
        raise Refused(_("这位同志已转到别的党支部。请撤回，由现在的党支部重新登记。"))
    values = {name: said[name] for name in TEXT}
    _deed(one, seen, Verb.AGAIN if returned else Verb.AMEND, by, on, NO_GROUND, digest_of(values))
    Case.objects.filter(pk=case.pk).update(revision=F("revision") + 1, **values)
    if returned:
        tell_next(case, by, on)


def has_moved(case: Case) -> bool:
    """Return whether the person left the branch in which the registration began."""
    begun = case.application.way[0].get("path", "")
    return not case.person.path.startswith(begun)


@transaction.atomic
def withdraw(*, case: Case, seen: int, why: str, by: Any, on: dt.date) -> None:
    """Take an undecided registration back."""
    _deed(case.application, seen, Verb.WITHDRAW, by, on, Ground(why))
    _end(case, Outcome.WITHDRAWN, by, on)


def _deed(
    one: Application, seen: int, verb: Verb, by: Any, on: dt.date, ground: Ground = NO_GROUND, form_hash: str = ""
) -> None:
    """Do what belongs to who registered. The page has asked who may: successors in office finish what others began."""
    if one.version != seen:
        raise Overtaken
    carry_out(one, Deed(verb, viewer_of(by).person_id or 0), CASES, by, on, ground, form_hash)


@transaction.atomic
def take_step(*, case: Case, seen: int, deed: Deed, ground: Ground = NO_GROUND, by: Any, on: dt.date) -> None:
    """Decide, return, hand over; the last step recognises the hardship."""
    one = decide(application=case.application, seen=seen, deed=deed, chain=CASES, by=by, on=on, ground=ground)
    if one.state == State.APPROVED:
        Case.objects.filter(pk=case.pk, is_open=True).update(recognised_on=on, recognised_by=by)
    elif one.state == State.DECLINED:
        _end(case, Outcome.UNRECOGNISED, by, on)
    tell_next(case, by, on)


def _end(case: Case, outcome: str, by: Any, on: dt.date) -> None:
    Case.objects.filter(pk=case.pk, is_open=True).update(is_open=False, closed_on=on, closed_by=by, outcome=outcome)


ANSWERS = {
    State.APPROVED: gettext_lazy("您的登记已认定"),
    State.DECLINED: gettext_lazy("您的登记没有认定，请看原因"),
    State.RETURNED: gettext_lazy("您的登记退回补正，请看原因"),
}
FOR_AUTHOR = {
    State.APPROVED: gettext_lazy("您办的一份登记已认定"),
    State.DECLINED: gettext_lazy("您办的一份登记没有认定"),
    State.RETURNED: gettext_lazy("您办的一份登记退回补正，请看原因"),
}


def tell_next(case: Case, by: Any, on: dt.date) -> None:
    """Tell who has it now, or the person and the officer who registered it: never whose it is, never a word of it."""
    one, path = case.application, case.get_absolute_url()
    key = f"case:{case.pk}:{one.version}"
    if one.state == State.RUNNING:
        accounts, title = hands_on(one, CASES, on).accounts, _("台账里有一份登记等您办")
        tell(accounts=accounts, key=key, title=title, path=path, on=on, by=by)
    elif one.state in ANSWERS:
        own = {case.person.user_id} if case.person.user_id else set()
        tell(accounts=own, key=key, title=str(ANSWERS[State(one.state)]), path=path, on=on, by=by)
        words = str(FOR_AUTHOR[State(one.state)])
        tell(accounts={one.author_id} - own, key=key, title=words, path=path, on=on, by=by)


def review(*, case: Case, seen: int, said: dict[str, Any], once_key: uuid.UUID, by: Any, on: dt.date) -> Review:
    """Write down that somebody looked again; degree and income of the ledger follow what he found. Once a day."""
    if known := Review.objects.filter(once_key=once_key, case=case).first():
        return known
    found = {"version": F("version") + 1, "next_review_on": said.get("next_review_on"), "degree": said["degree"]}
    if said.get("income"):
        found |= {"income": said["income"], "income_on": said["on"]}
    try:
        with transaction.atomic():
            if not _standing(case, seen).filter(recognised_on__lte=said["on"]).update(**found):
                raise Overtaken
            made = Review.objects.create(
                case=case, on=said["on"], by=by, by_name=_signature(by), result=said["result"], degree=said["degree"],
                income=said.get("income") or "", note=said["note"], once_key=once_key,
            )  # fmt: skip
            record(Action.CHANGE, by=by, target=case, path=case.path, what="review-case", on=str(said["on"]))
    except IntegrityError:
        raise Refused(_("这一天已经记过一次复核。")) from None
    return made


def _signature(by: Any) -> str:
    """Return 外国语学院教工第一党支部，支部书记 林晓岚."""
    return " ".join(filter(None, (post_words(by), viewer_of(by).name)))


def _standing(case: Case, seen: int) -> Any:
    """Return the recognised case if it still is as somebody saw it."""
    return Case.objects.recognised().filter(pk=case.pk, version=seen)


@transaction.atomic
def close(*, case: Case, seen: int, outcome: str, why: str, by: Any, on: dt.date) -> None:
    """End a recognised case; Overtaken if somebody did, or reviewed it, before. The person is told."""
    values = {"is_open": False, "closed_on": on, "closed_by": by, "outcome": outcome, "closed_why": why}
    if not _standing(case, seen).update(version=F("version") + 1, **values):
        raise Overtaken
    record(Action.CHANGE, by=by, target=case, path=case.path, what="close-case")
    end_with_case(case=case, outcome=outcome, by=by, on=on)
    if case.person.user_id and outcome != Outcome.DIED:
        title, key = _("您的登记已结束，请看说明"), f"case-closed:{case.pk}"
        tell(accounts=[case.person.user_id], key=key, title=title, path=case.get_absolute_url(), on=on, by=by)
