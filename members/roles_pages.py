"""What the pages of the three hands show: the steps of a proposal, who has it now, and who holds which office."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from members.models import Post, RoleProposal
from members.roles import RESTRICTED, holders, role_words

State = RoleProposal.State


@dataclass(frozen=True)
class Step:
    """One step of the chain: done, now, back or wait."""

    title: str
    state: str
    who: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Hands:
    """A proposal as somebody sees it: in words, its steps, and what this very visitor may do with it."""

    proposal: RoleProposal
    what: str
    steps: list[Step]
    may: frozenset[str]
    shows_reason: bool

    @property
    def is_mine(self) -> bool:
        """Return whether it waits for this visitor."""
        return bool(self.may & {"approve", "carry-out", "again"})


@dataclass(frozen=True)
class Office:
    """One office with its holders today."""

    title: str
    posts: list[Post]


def name_of(user: Any) -> str:
    """Return the name of the person behind an account, else its number."""
    person = getattr(user, "person", None) if user is not None else None
    return str(person or user or "")


def what_of(proposal: RoleProposal) -> str:
    """Return a proposal in one line: 拟任 组织部经办；拟免去 财务处；拟请代理书记."""
    role = role_words(proposal.role)
    if proposal.kind == RoleProposal.Kind.END:
        label = _("代理书记") if proposal.role == Post.Role.SECRETARY else role
        return _("免去%(role)s") % {"role": label}
    return _("任%(role)s") % {"role": role}


def hands_of(proposal: RoleProposal, user: Any) -> Hands:
    viewer = viewer_of(user)
    reason = viewer.may("account", "p", "a") or user.pk == proposal.account_id
    return Hands(proposal, what_of(proposal), steps_of(proposal), may_of(proposal, user), reason)


def may_of(proposal: RoleProposal, user: Any) -> frozenset[str]:
    """Return the steps that this visitor may take now."""
    viewer, may = viewer_of(user), set()
    first_hand = user.pk not in (proposal.account_id, proposal.proposed_by_id, proposal.approved_by_id)
    if first_hand and proposal.state == State.PROPOSED and viewer.may("account", "a"):
        may |= {"approve", "decline", "return"}
    if first_hand and proposal.state == State.APPROVED and viewer.may("account", "e"):
        may |= {"carry-out", "return"}
    if proposal.proposed_by_id == user.pk and proposal.state in RoleProposal.OPEN and viewer.may("account", "p"):
        may |= {"withdraw"} | ({"again"} if proposal.state == State.RETURNED else set())
    return frozenset(may)


def steps_of(proposal: RoleProposal) -> list[Step]:
    """Return the three steps, and where it stands."""
    proposed = Step(_("提出"), "done", name_of(proposal.proposed_by), proposal.proposed_at)
    ended = Step(str(State(proposal.state).label), "back", name_of(proposal.closed_by), proposal.closed_at)
    approved = Step(_("批准"), "done", name_of(proposal.approved_by), proposal.approved_at)
    waits_head, waits_admin = _("等组织部负责人"), _("等安全管理员")
    match proposal.state:
        case State.PROPOSED:
            return [proposed, Step(_("批准"), "now", waits_head), Step(_("办理"), "wait")]
        case State.APPROVED:
            return [proposed, approved, Step(_("办理"), "now", waits_admin)]
        case State.DONE:
            done = Step(_("办理"), "done", name_of(proposal.carried_out_by), proposal.carried_out_at)
            return [proposed, approved, done]
    return [proposed, *([approved] if proposal.approved_by_id else []), ended]


def page_of_proposal(proposal: RoleProposal, user: Any) -> dict[str, Any]:
    return {"hands": hands_of(proposal, user), "proposal": proposal}


def office_rows(on: dt.date) -> list[Office]:
    """Return every office that goes through three hands with its holders today, in one query."""
    held: dict[str, list[Post]] = {role: [] for role in RESTRICTED}
    for post in holders(on).order_by("started_on", "pk"):
        held[post.role].append(post)
    return [Office(str(Post.Role(role).label), posts) for role, posts in held.items()]
