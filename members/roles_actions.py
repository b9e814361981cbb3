"""The verbs of role proposals: propose, send back, approve, decline, take back, carry out.

Each is one conditional update: of two who act at once one succeeds, the other is told who was first.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.accounts.models import User
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import DAY, date_words, today
from carehub.reminders.actions import tell
from members.actions import settle_accounts
from members.events_records import note_post
from members.grants_actions import Refused, check_span
from members.models import Organization, OrganizationGrant, Person, Post, RoleProposal
from members.models.grant import LONGEST_DAYS
from members.roles import ACTING, APART_WORDS, CODENAMES, RESTRICTED, Role, clashing, other_secretary

State, Kind = RoleProposal.State, RoleProposal.Kind


class Overtaken(Exception):
    """Somebody else was first: the proposal is no longer what was on the screen."""


def propose(
    *, person: Person, organization: Organization, role: str, started_on: dt.date, ended_on: dt.date | None,
    reason: str, once_key: uuid.UUID, by: Any, on: dt.date,
) -> RoleProposal:  # fmt: skip
    """Propose that somebody takes an office; Refused with the reason when it cannot be."""
    check_office(person, organization, role, started_on, ended_on, on)
    return _put_down(
        RoleProposal(
            kind=Kind.APPOINT, person=person, organization=organization, role=role, started_on=started_on,
            ended_on=ended_on, reason=reason, once_key=once_key,
        ),
        by,
    )  # fmt: skip


def propose_end(
    *, post: Post, ended_on: dt.date, reason: str, once_key: uuid.UUID, by: Any, on: dt.date
) -> RoleProposal:
    """Propose the last day of a post."""
    check_end(post, ended_on, on)
    return _put_down(
        RoleProposal(
            kind=Kind.END, person=post.person, organization=post.organization, role=post.role, post=post,
            ended_on=ended_on, reason=reason, once_key=once_key,
        ),
        by,
    )  # fmt: skip


def check_end(post: Post, ended_on: dt.date, on: dt.date) -> None:
    """Refuse a last day that is long past, before the post began, or later than the post ends anyway."""
    if not (is_restricted(post) and post.started_on <= on <= (post.ended_on or on)):
        raise Refused(_("这项任职已经结束，或不在这里免去。"))
    if ended_on < max(on - DAY, post.started_on) or (ended_on - on).days >= LONGEST_DAYS:
        raise Refused(_("最后一天请选昨天（办理后立即失效）到一年以内的日期，不早于任职起。"))
    if post.ended_on and ended_on >= post.ended_on:
        raise Refused(_("这项任职到%(day)s本来就结束。") % {"day": date_words(post.ended_on)})


def is_restricted(post: Post) -> bool:
    """Return whether a post is given and ended by three hands: an office, or an acting secretary's."""
    return post.role in RESTRICTED or (post.role == Role.SECRETARY and post.manner == Post.Manner.ACTING)


def _put_down(proposal: RoleProposal, by: Any) -> RoleProposal:
    """Write a proposal once; the same form posted again finds it."""
    account = User.objects.filter(pk=proposal.person.user_id or 0, is_active=True).first()
    if account is None:
        raise Refused(_("这位同志还没有可用的账号。请先开户。"))
    if account.pk == by.pk:
        raise Refused(_("自己的职务请由另一位同志提出。"))
    proposal.account, proposal.proposed_by, proposal.proposed_at = account, by, timezone.now()
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
            _note(proposal, by, "propose")
    except IntegrityError:
        if known := RoleProposal.objects.filter(once_key=proposal.once_key, proposed_by=by).first():
            return known
        raise Refused(_("这件事已经有人提出，还没有办完。请在“职务办理”里看它到了哪一步。")) from None
    return proposal


def check_office(
    person: Person, organization: Organization, role: str, first: dt.date, last: dt.date | None, on: dt.date
) -> None:
    """Refuse what cannot be: a person who is gone, the wrong place, no last day for acting, posts held apart."""
    if person.died_on or person.left_party_on or person.organization_id is None:
        raise Refused(_("这位同志已不在本校党组织，不能任职。"))
    if role in ACTING:
        if organization.kind not in ACTING[Role(role)][1]:
            raise Refused(_("这个党组织没有这项职务。请核对党组织和职务。"))
        if last is None:
            raise Refused(_("代理要写明到哪天止，最长一年。"))
        check_span(max(first, on), last, on)
    elif role not in RESTRICTED or organization.kind != Organization.Kind.COMMITTEE:
        raise Refused(_("这项职务不在这里办，请由组织部导入任职表。"))
    _check_others(person, organization, role, first, last)


def _check_others(person: Person, organization: Organization, role: str, first: dt.date, last: dt.date | None) -> None:
    """Refuse a second secretary, posts that are held apart, and what the person holds already."""
    if last is not None and last < first:
        raise Refused(_("结束日期早于开始日期。请核对。"))
    if clashing(person, role, first, last).exists():
        raise Refused(str(APART_WORDS))
    if role == Role.SECRETARY and (held := other_secretary(organization, first, last)):
        words = _("这段时间书记是%(name)s，同一天只能有一位书记。请先登记他的任职止，再由代理书记主持工作。")
        raise Refused(words % {"name": held.person.name})
    same = Post.objects.filter(person=person, organization=organization, role=role)
    if same.touching(first, last or dt.date.max).exists():
        raise Refused(_("这位同志这段时间已任这项职务。"))


def _note(proposal: RoleProposal, by: Any, what: str) -> None:
    """Write the step down and tell whoever acts next, and at its end whom it concerns."""
    record(
        Action.ACCOUNT, by=by, target=proposal, path=proposal.organization.path or "", what=what,
        kind=proposal.kind, role=proposal.role, of=proposal.account_id,
    )  # fmt: skip
    title = _("职务办理：%(what)s，%(state)s") % {"what": proposal, "state": proposal.get_state_display()}
    key = f"role:{proposal.pk}:{proposal.revision}:{proposal.state}"
    tell(accounts=_next_hands(proposal), key=key, title=title, path=proposal.get_absolute_url(), on=today(), by=by)
    if proposal.state == State.DONE:
        what = _("您的职务有变动：%(what)s") % {"what": proposal}
        tell(accounts=[proposal.account_id], key=key, title=what, path=reverse("handbook:access"), on=today(), by=by)


def _next_hands(proposal: RoleProposal) -> set[int]:
    """Return the accounts that act next, or that wait for the answer."""
    offices = {State.PROPOSED: Role.DEPARTMENT_HEAD, State.APPROVED: Role.SECURITY_ADMIN}
    office = offices.get(State(proposal.state))
    if office is None:
        return {pk for pk in (proposal.proposed_by_id, proposal.approved_by_id) if pk}
    holders = Post.objects.in_force(today()).filter(role=office, person__user__is_active=True)
    return set(holders.values_list("person__user", flat=True)) - {proposal.account_id}


def check_hand(proposal: RoleProposal, by: Any) -> None:
    """Refuse who did an earlier step, or whom it is about."""
    if by.pk == proposal.account_id:
        raise Refused(_("这是您自己的职务，请由另一位同志办理。"))
    if by.pk in (proposal.proposed_by_id, proposal.approved_by_id):
        raise Refused(_("前一步是您办的，这一步请由另一位同志办理。"))


def _move(proposal: RoleProposal, states: tuple[str, ...], shown: int, /, **values: Any) -> None:
    """Take a proposal from a state to another; Overtaken if it is not, or no longer, as it was shown."""
    standing = RoleProposal.objects.filter(pk=proposal.pk, state__in=states, revision=shown)
    if not standing.update(**values):
        raise Overtaken
    proposal.refresh_from_db()


@transaction.atomic
def approve(*, proposal: RoleProposal, revision: int, by: Any) -> None:
    """Approve what was shown."""
    check_hand(proposal, by)
    _move(proposal, (State.PROPOSED,), revision, state=State.APPROVED, approved_by=by, approved_at=timezone.now())
    _note(proposal, by, "approve")


@transaction.atomic
def decline(*, proposal: RoleProposal, revision: int, note: str, by: Any) -> None:
    """Say no; it ends here."""
    check_hand(proposal, by)
    closing = {"closed_by": by, "closed_at": timezone.now(), "note": note}
    _move(proposal, (State.PROPOSED,), revision, state=State.DECLINED, **closing)
    _note(proposal, by, "decline")


@transaction.atomic
def send_back(*, proposal: RoleProposal, revision: int, note: str, by: Any) -> None:
    """Give it back to who proposed it, before the approval or, by the security administrator, after it."""
    check_hand(proposal, by)
    closing = {"closed_by": by, "closed_at": timezone.now(), "note": note}
    again = {"approved_by": None, "approved_at": None}
    _move(proposal, (State.PROPOSED, State.APPROVED), revision, state=State.RETURNED, **closing, **again)
    _note(proposal, by, "send back")


@transaction.atomic
def take_back(*, proposal: RoleProposal, revision: int, note: str, by: Any) -> None:
    """Withdraw the own proposal before it is carried out."""
    if proposal.proposed_by_id != by.pk:
        raise Refused(_("只有提出的人可以撤回。"))
    closing = {"closed_by": by, "closed_at": timezone.now(), "note": note}
    _move(proposal, RoleProposal.OPEN, revision, state=State.WITHDRAWN, **closing)
    _note(proposal, by, "take back")


@transaction.atomic
def propose_again(
    *, proposal: RoleProposal, revision: int, started_on: dt.date | None, ended_on: dt.date | None, reason: str,
    by: Any, on: dt.date,
) -> None:  # fmt: skip
    """Put down a returned proposal anew: a new revision, which needs a new approval."""
    if proposal.proposed_by_id != by.pk:
        raise Refused(_("只有提出的人可以修改。"))
    if proposal.kind == Kind.END and proposal.post is not None and ended_on is not None:
        check_end(proposal.post, ended_on, on)
    elif started_on is not None:
        check_office(proposal.person, proposal.organization, proposal.role, started_on, ended_on, on)
    values = {"started_on": started_on, "ended_on": ended_on, "reason": reason, "revision": revision + 1}
    cleared = {"closed_by": None, "closed_at": None, "note": ""}
    _move(proposal, (State.RETURNED,), revision, state=State.PROPOSED, **values, **cleared)
    _note(proposal, by, "propose again")


@transaction.atomic
def carry_out(*, proposal: RoleProposal, revision: int, by: Any, on: dt.date) -> None:
    """Write or end the post in the same transaction; it holds from the next request on."""
    check_hand(proposal, by)
    # The row waits for whoever carries it out just now; where locks do nothing (SQLite) there is one writer anyway.
    locked = RoleProposal.objects.select_for_update().filter(pk=proposal.pk, state=State.APPROVED, revision=revision)
    if not list(locked):
        raise Overtaken
    try:
        with transaction.atomic():
            result = _end_post(proposal, on) if proposal.kind == Kind.END else _appoint(proposal, on)
    except IntegrityError:  # two proposals about one office at once: the database kept the first
        raise Refused(_("刚刚有另一项任职同它冲突，没有办理。请核对现任后退回提出的人。")) from None
    done = {"state": State.DONE, "carried_out_by": by, "carried_out_at": timezone.now()}
    _move(proposal, (State.APPROVED,), revision, **done, **result)
    settle_accounts(on=on, people=[proposal.person_id], by=by)
    _note(proposal, by, "carry out")


def _end_post(proposal: RoleProposal, on: dt.date) -> dict[str, Any]:
    post, last = proposal.post, proposal.ended_on
    assert post is not None  # nosec B101 # a constraint demands it; this tells mypy
    assert last is not None  # nosec B101 # a constraint demands it; this tells mypy
    standing = Post.objects.filter(pk=post.pk).touching(last, dt.date.max)
    if not standing.exclude(ended_on__lte=last).update(ended_on=last):
        raise Refused(_("这项任职已经结束，不用再办。请退回提出的人。"))
    return {"post": post}


def _appoint(proposal: RoleProposal, on: dt.date) -> dict[str, Any]:
    """Write the post, or for an acting officer other than the secretary the grant; never from a day that has passed."""
    first, last, role = max(proposal.started_on or on, on), proposal.ended_on, proposal.role
    if last is not None and last < on:
        raise Refused(_("代理的日期已经过了。请退回提出的人。"))
    check_office(proposal.person, proposal.organization, role, first, last, on)
    if role in CODENAMES:
        terms = {"reason": proposal.reason, "started_on": first, "ended_on": last, "granted_by": proposal.approved_by}
        terms["once_key"] = proposal.once_key
        codename = CODENAMES[Role(role)]
        grants = OrganizationGrant.objects
        return {"grant": grants.assign_dated(codename, proposal.account, proposal.organization, **terms)}
    manner = Post.Manner.ACTING if role == Role.SECRETARY else Post.Manner.FORMAL
    office = {"person": proposal.person, "organization": proposal.organization, "role": role, "manner": manner}
    post = Post.objects.create(**office, started_on=first, ended_on=last)
    note_post([post], by=proposal.approved_by)
    return {"post": post}
