"""The overview: by rule, and by organisation and rule in official order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from carehub.access.viewer import Reach
from carehub.calendar import Window
from carehub.dashboard.heat import Sum, by_rule, by_unit, total
from carehub.dashboard.periods import Period
from carehub.dashboard.sight import Sight
from carehub.duties.duty import Tally
from carehub.duties.rule import Rule, tally_duties
from members.models import Organization, Person

Kind = Organization.Kind


@dataclass(frozen=True)
class RuleLine:
    """One line of the table by rule."""

    rule: Rule
    sum: Sum


@dataclass(frozen=True)
class Cell:
    """One organisation and one rule."""

    rule: Rule
    sum: Sum
    opens: bool  # whether the viewer may see the names behind it


@dataclass(frozen=True)
class UnitLine:
    """One line of the heat table."""

    organization: Organization
    cells: Sequence[Cell]
    opens: bool  # whether it has branches to be opened
    branch_screen: bool = False

    @property
    def unfinished(self) -> list[Cell]:
        """Return the cells that a phone shows: those that are neither 齐 nor 不适用."""
        return [cell for cell in self.cells if cell.sum.kind not in ("full", "na")]


@dataclass(frozen=True)
class Overview:
    """Everything on the page, from one set of tallies."""

    sight: Sight
    period: Period
    rules: Sequence[Rule]

    @cached_property
    def spans(self) -> list[tuple[Rule, Window]]:
        return self.period.spans(self.rules)

    @cached_property
    def tallies(self) -> list[Tally]:
        """Return the tallies of every window of the period, in a fixed number of queries per window."""
        ask, inside = self.sight.ask(), self.sight.below
        rows = [row for rule, window in self.spans for row in tally_duties([rule], ask, window)]
        return [row for row in rows if row.organization_id in inside]

    @property
    def counted_rules(self) -> list[Rule]:
        """Return the rules that have a window in the period."""
        codes = {rule.code for rule, _window in self.spans}
        return [rule for rule in self.rules if rule.code in codes]

    @property
    def total(self) -> Sum:
        return total(self.tallies)

    @property
    def rule_lines(self) -> list[RuleLine]:
        sums = by_rule(self.tallies)
        return [RuleLine(rule, sums[rule.code]) for rule in self.counted_rules if rule.code in sums]

    @cached_property
    def unit_lines(self) -> list[UnitLine]:
        """Return one line per organisation in official order; those with nothing to do in the period are left out."""
        with_duties = {unit for unit, rule in self.unit_sums if rule in {rule.code for rule in self.unit_rules}}
        return [self._line(row, self.unit_sums) for row in self.sight.rows if row.pk in with_duties]

    @cached_property
    def unit_sums(self) -> dict[tuple[int, str], Sum]:
        """Return {(organisation, rule): sum} for the organisations of the table."""
        return by_unit(self.tallies, {row.pk: row.path or "" for row in self.sight.rows})

    @cached_property
    def unit_rules(self) -> list[Rule]:
        """Return the columns: rules that some organisation below the committee has to do with."""
        committee = {row.pk for row in self.sight.rows if row.kind == Kind.COMMITTEE}
        owed = {rule for unit, rule in self.unit_sums if unit not in committee}
        return [rule for rule in self.counted_rules if rule.code in owed]

    def _line(self, row: Organization, sums: dict[tuple[int, str], Sum]) -> UnitLine:
        may_name = self.sight.may_name(row)
        cells = [Cell(rule, sums.get((row.pk, rule.code), Sum()), may_name) for rule in self.unit_rules]
        is_opened = self.sight.unit is not None and self.sight.unit.pk == row.pk
        screen = row.kind == Kind.BRANCH and self.sight.named.covers(row.access_facts())
        return UnitLine(row, cells, may_name and row.kind == Kind.GENERAL_BRANCH and not is_opened, screen)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many organisations and Party members are in view."""
        inside = list(self.sight.below.values())
        committee = {row.pk for row in inside if row.kind == Kind.COMMITTEE}
        people = Person.objects.party_members().filter(organization__isnull=False)
        scope = self.sight.counted if self.sight.unit is None else Reach(paths=(self.sight.unit.path or "",))
        return {
            "general": sum(row.kind == Kind.GENERAL_BRANCH for row in inside),
            "direct": sum(row.kind == Kind.BRANCH and row.parent_id in committee for row in inside),
            "branches": sum(row.kind == Kind.BRANCH for row in inside),
            "people": people.filter(scope.q()).count(),
        }
