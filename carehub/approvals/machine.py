"""Where an application is and what each deed makes of it. Values only: nothing is read or written here.

- A decision moves it to the next step that the organisation has; after the last one it is approved.
- It may be returned to any earlier step, or to the applicant, who sends it again from the first step.
- Nobody decides the own application, that of a declared relative, or two steps in a row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import models
from django.utils.translation import gettext_lazy as _

from carehub.approvals.chain import APPLICANT, following


class State(models.TextChoices):
    RUNNING = "running", _("在办")
    RETURNED = "returned", _("退回补正")
    APPROVED = "approved", _("已同意")
    DECLINED = "declined", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


class Verb(models.TextChoices):
    SUBMIT = "submit", _("提出申请")
    AGAIN = "again", _("补正后重新提出")
    AMEND = "amend", _("修改")
    SKIP = "skip", _("没有这一级，略过")
    PASS = "pass", _("同意")
    ADVISE_AGAINST = "against", _("不同意，仍报上一级")
    RETURN = "return", _("退回")
    DECLINE = "decline", _("不同意")
    WITHDRAW = "withdraw", _("撤回")
    HAND = "hand", _("转请代办")


OPEN = (State.RUNNING, State.RETURNED)
DECISIONS = (Verb.PASS, Verb.ADVISE_AGAINST, Verb.RETURN, Verb.DECLINE)  # of who has the step


class NotPossible(Exception):
    """The deed does not fit the place where the application is."""


@dataclass(frozen=True)
class Position:
    """Where an application is."""

    state: str
    at: int  # the step, APPLICANT when it was returned, the number of steps when it is through
    version: int = 0  # rises with every deed: what somebody saw is named by it
    handed_to: int | None = None  # the person to whom this step was handed
    last_actor: int | None = None  # the person of the last decision or submission: barred from the next

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Deed:
    """What somebody does."""

    verb: str
    actor: int | None = None  # a person
    to: int | None = None  # RETURN: the earlier step or APPLICANT · HAND: the person


def submitted(exists: Sequence[bool], actor: int) -> Position:
    """Return where a new application begins; NotPossible for a chain of which the organisation has no step."""
    *skipped, at = following(exists, APPLICANT)
    if at == len(exists):
        raise NotPossible
    return Position(State.RUNNING, at, version=1 + len(skipped), last_actor=actor)


def moved(position: Position, deed: Deed, exists: Sequence[bool]) -> Position:
    """Return where a deed brings an application; NotPossible where the deed does not fit."""
    if deed.verb not in possible(position):
        raise NotPossible
    next_one = replace(position, version=position.version + 1)
    if deed.verb == Verb.HAND:
        return replace(next_one, handed_to=deed.to)
    if deed.verb == Verb.AMEND:
        return next_one
    if deed.verb == Verb.WITHDRAW:
        return replace(next_one, state=State.WITHDRAWN, handed_to=None)
    return replace(_travelled(next_one, deed, exists), handed_to=None, last_actor=deed.actor)


def _travelled(position: Position, deed: Deed, exists: Sequence[bool]) -> Position:
    if deed.verb == Verb.DECLINE:
        return replace(position, state=State.DECLINED)
    if deed.verb == Verb.RETURN:
        return _returned(position, deed.to, exists)
    *skipped, at = following(exists, position.at)
    state = State.APPROVED if at == len(exists) else State.RUNNING
    return replace(position, state=state, at=at, version=position.version + len(skipped))


def _returned(position: Position, to: int | None, exists: Sequence[bool]) -> Position:
    if to == APPLICANT:
        return replace(position, state=State.RETURNED, at=APPLICANT)
    if to is None or not 0 <= to < position.at or not exists[to]:
        raise NotPossible
    return replace(position, at=to)


def possible(position: Position) -> frozenset[str]:
    """Return the verbs that fit the place, whoever asks."""
    if position.state == State.RUNNING:
        return frozenset({*DECISIONS, Verb.HAND, Verb.AMEND, Verb.WITHDRAW})
    if position.state == State.RETURNED:
        return frozenset({Verb.AGAIN, Verb.WITHDRAW})
    return frozenset()


def barred(position: Position, *, applicant: int, relatives: Iterable[int]) -> dict[int, str]:
    """Return who may not decide the present step, with the reason: person → self, relative or previous."""
    found = {position.last_actor: "previous"} if position.last_actor else {}
    return found | dict.fromkeys(relatives, "relative") | {applicant: "self"}
