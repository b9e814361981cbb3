"""交接清单: what is open in an organisation when its secretary changes; all of it passes on, but for words of talks."""

from collections.abc import Sequence
from dataclasses import dataclass

from carehub.access.viewer import Reach
from carehub.calendar import today
from carehub.duties.duty import Duty, State
from carehub.duties.rule import Ask, Rule, list_owed
from members.models import LifeEvent, Organization, Person, Post, Transfer
from members.tree import Offices, offices_of
from talks.models import FollowUp, TalkRequest

OPEN = frozenset({State.OVERDUE, State.DUE_SOON, State.OPEN, State.EXCUSED})


@dataclass(frozen=True)
class Due:
    """One rule: how many duties are open, how many of them overdue."""

    title: str
    clause: str
    open: int
    overdue: int


@dataclass(frozen=True)
class Handover:
    """Everything on the sheet."""

    organization: Organization
    offices: Offices
    people: int
    due: Sequence[Due]
    matters: int
    requests: int
    transfers: int
    events: int

    @property
    def now(self) -> Post | None:
        return next((post for post in self.offices.held if post.role == Post.Role.SECRETARY), None)

    @property
    def before(self) -> Post | None:
        """Return the secretary before this one, the last one while the office is free."""
        return next((post for post in self.offices.former if post.role == Post.Role.SECRETARY), None)


def handover_of(organization: Organization, rules: Sequence[Rule]) -> Handover:
    """Return what is open, in a fixed number of queries."""
    on, path = today(), organization.path or ""
    ask = Ask(on=on, scope=Reach(paths=(path,)), owners=frozenset({organization.pk}), states=OPEN)
    duties = list_owed(rules, ask)
    matters = FollowUp.objects.filter(organization=organization, state=FollowUp.State.OPEN, withdrawn_at=None)
    return Handover(
        organization=organization,
        offices=offices_of(organization, on),
        people=Person.objects.at_or_below(path).count(),
        due=[row for rule in rules if (row := due_of(rule, duties)).open],
        matters=matters.count(),
        requests=TalkRequest.objects.waiting().filter(organization=organization).count(),
        transfers=transfers_of(organization),
        events=LifeEvent.objects.standing().filter(organization=organization, happened_on__year=on.year).count(),
    )


def due_of(rule: Rule, duties: Sequence[Duty]) -> Due:
    own = [duty for duty in duties if duty.rule == rule.code]
    return Due(str(rule.title), rule.code, len(own), sum(duty.state == State.OVERDUE for duty in own))


def transfers_of(organization: Organization) -> int:
    """Return how many people are on the way from here or to here."""
    rows = Transfer.objects.waiting()
    return (rows.filter(origin=organization) | rows.filter(target=organization)).count()
