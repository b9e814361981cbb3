"""Who has an application: the holders of the posts that its step names, without those who must stay out of it.

The first group with somebody in it has it: the office itself, its deputies, then whoever advises on a step above. Asked
for a whole list at once, in a fixed number of queries. Who holds which post, and who declared whom a relative, the
first floor says (members/hands.py).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from carehub.access.paths import parent_paths
from carehub.approvals.chain import Chain, Step, Stop
from carehub.approvals.machine import State, barred
from carehub.approvals.models import Application


@dataclass(frozen=True)
class Holder:
    """Somebody in an office on a day, with an account that is open."""

    person_id: int
    account_id: int
    name: str
    title: str  # 支部书记
    persona: str
    path: str

    @property
    def words(self) -> str:
        return f"{self.name}（{self.title}）"


Holders = Callable[[Iterable[str], dt.date], Sequence[Holder]]
Relatives = Callable[[Iterable[int]], Mapping[int, set[int]]]
_asked: list[tuple[Holders, Relatives]] = []


def ask_for_hands(holders: Holders, relatives: Relatives) -> None:
    """Register who knows the posts and the declared relatives (members/apps.py does)."""
    _asked[:] = [(holders, relatives)]


@dataclass(frozen=True)
class Hands:
    """Who may decide the present step of one application."""

    stop: Stop | None = None  # None: with the applicant, or closed
    able: tuple[Holder, ...] = ()
    stands_in: bool = False  # a deputy, or somebody from above, because the office itself cannot
    deputies: tuple[Holder, ...] = ()  # to whom the step may be handed
    barred: Mapping[int, str] = field(default_factory=dict)  # person → self, relative, previous
    asked: frozenset[int] = frozenset()  # everybody whose office this step is, deputies among them

    def holds(self, person_id: int | None) -> bool:
        """Return whether it is this person's to decide."""
        return any(holder.person_id == person_id for holder in self.able)

    @property
    def words(self) -> str:
        """Return 崔明亮（支部书记）、…; empty where nobody can."""
        return "、".join(holder.words for holder in self.able)

    @property
    def accounts(self) -> list[int]:
        return [holder.account_id for holder in self.able]


def hands_of(applications: Iterable[Application], chain: Chain, on: dt.date) -> dict[int, Hands]:
    """Return who has each application of one kind: {application: Hands}."""
    return hands_among([(one, chain) for one in applications], on)


def hands_among(applications: Iterable[tuple[Application, Chain]], on: dt.date) -> dict[int, Hands]:
    """Return who has each application, of whatever kinds. Three queries, whatever their number."""
    running = {one.pk: (one, one.stop(chain), chain) for one, chain in applications if one.state == State.RUNNING}
    paths = {stop.place.path for _one, stop, _chain in running.values() if stop and stop.place}
    holders, relatives = _asked[0]
    by_path: dict[str, list[Holder]] = defaultdict(list)
    for holder in holders({path for one in paths for path in (one, *parent_paths(one))}, on) if paths else ():
        by_path[holder.path].append(holder)
    related = relatives({one.applicant_id for one, _stop, _chain in running.values()}) if running else {}
    return {
        pk: _hands(one, stop, chain, by_path, related.get(one.applicant_id, set()))
        for pk, (one, stop, chain) in running.items()
    }


def hands_on(application: Application, chain: Chain, on: dt.date) -> Hands:
    """Return who has one application."""
    return hands_of([application], chain, on).get(application.pk, Hands())


def _hands(
    one: Application, stop: Stop | None, chain: Chain, by_path: Mapping[str, list[Holder]], relatives: set[int]
) -> Hands:
    if stop is None or stop.place is None:
        return Hands()
    out = barred(one.position, applicant=one.applicant_id, relatives=relatives)
    office, deputies, *above = _groups(stop.step, stop.place.path, chain, by_path)
    free = tuple(holder for holder in deputies if holder.person_id not in out)
    asked = frozenset(holder.person_id for holder in (*office, *deputies))
    handed = [holder for holder in (*office, *deputies) if holder.person_id == one.handed_to]
    for n, group in enumerate((handed, office, deputies, *above)):
        if able := tuple(holder for holder in group if holder.person_id not in out):
            return Hands(stop, able, n > 1, free, out, asked)
    return Hands(stop, (), False, (), out, asked)


def _groups(step: Step, path: str, chain: Chain, by_path: Mapping[str, list[Holder]]) -> list[list[Holder]]:
    """Return the office of a step, its deputies, and the offices above that advise on a later step, the nearest first.

    Who decides in the end never stands in for who advises.
    """
    later = {persona for one in chain.steps[chain.steps.index(step) + 1 : -1] for persona in one.personas}
    asked = [(path, step.personas), (path, step.deputies), *((up, later) for up in reversed(parent_paths(path)))]
    return [[holder for holder in by_path.get(at, ()) if holder.persona in who] for at, who in asked]
