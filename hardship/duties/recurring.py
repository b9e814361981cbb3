"""What the rules on the ledger share: a case asks again and again, and each turn is a matter of its own."""

import datetime as dt
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from carehub.duties.duty import State
from carehub.duties.rule import Ask
from carehub.duties.settings import ENTRY_GRACE, Settings, read_once
from hardship.cases.rules import NextReview
from hardship.duties.keepers import Keepers
from hardship.duties.matters import Matter, MatterRule, Obligor
from hardship.duties.turns import Deed, turn_number, turns_done
from hardship.pairing.rules import NextContact
from members.models import Organization, Person


@dataclass(frozen=True)
class Subject:
    """A case or a pairing with what was done for it; `next` is what the pages say of it, too."""

    pk: int
    person: Person
    start: dt.date
    deeds: list[Deed]
    next: NextReview | NextContact | None
    over_on: dt.date | None
    obligor: Obligor | None = None  # whom the record names; None: the secretary of the organisation that keeps it


class RecurringRule(MatterRule):
    """Each turn ends with a deed and the next begins. Whose the case is, no list and no reminder says."""

    names_nobody = True

    @abstractmethod
    def subjects(self, ask: Ask) -> Iterable[Subject]:
        """Return what there is to look after below a scope, in a fixed number of queries."""

    @abstractmethod
    def due_after(self, since: dt.date, settings: Settings) -> dt.date | None:
        """Return the deadline that the settings of a day give, None where they set none."""

    def words_of(self, matter: Matter) -> str:
        return _("一份登记")

    def found(self, ask: Ask) -> Iterable[Matter]:
        with read_once():
            subjects, at = list(self.subjects(ask)), cache(Settings)
            keepers = Keepers.of([one.person for one in subjects], ask.on)
            return [
                matter
                for one in subjects
                if (kept := keepers.of_case(one.person))
                for matter in self._turns(one, kept, ask.on, at)
            ]

    def _turns(
        self, one: Subject, kept: tuple[Organization, Obligor | None], on: dt.date, at: Callable[[dt.date], Settings]
    ) -> Iterator[Matter]:
        """Yield the turns of a subject: those that were done, each by the settings of its day, and the next."""

        def due(since: dt.date, day: dt.date) -> tuple[dt.date | None, dt.timedelta]:
            return self.due_after(since, at(day)), at(day).days(ENTRY_GRACE)

        unit, secretary = kept
        matter: Callable[..., Matter] = partial(
            Matter, unit=unit, person=one.person, obligor=one.obligor or secretary, subject_id=one.pk
        )
        for turn in turns_done(one.start, one.deeds, due, on):
            yield matter(
                opens_on=turn.since_on, due_on=turn.due_on, state=turn.state, left_on=turn.deed.on,
                evidence_id=turn.deed.pk, turn=turn_number(one.pk, turn.since_on),
            )  # fmt: skip
        if one.next is not None and one.next.due_on is not None:
            over = one.next.state == State.NOT_APPLICABLE
            yield matter(
                opens_on=one.next.since_on, due_on=one.next.due_on, state=State(one.next.state),
                why=_("已结束") if over else "", left_on=one.over_on, turn=turn_number(one.pk, one.next.since_on),
            )  # fmt: skip


def deeds_of(rows: Iterable[tuple[int, dt.date, dt.datetime, int]]) -> Mapping[int, list[Deed]]:
    """Return what was done by what it was done for; rows are (subject, day, time of entry, number)."""
    found: dict[int, list[Deed]] = defaultdict(list)
    for subject, on, entered_at, pk in rows:
        found[subject].append(Deed(on, timezone.localdate(entered_at), pk))
    return found


def narrowed(rows: Any, ask: Ask, person: str) -> Any:
    """Return the rows of people at or below the places asked for; an office for a group of people sees none."""
    where = ask.scope.over_organizations().q(path=f"{person}__path", person=person, occupation="")
    found = rows.filter(where)
    return found if ask.people is None else found.filter(**{f"{person}__in": ask.people})
