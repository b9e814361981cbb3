"""The slow engine's part for events of life: duties.md, Event rules, read aloud over plain rows.

Where duties.md leaves a choice, docs/duties.md makes it:

- the days, and the days before, are those set on the day of the event; the other settings those of the reference day;
- who moves takes the duty along until its deadline, and a talk by the head of the unit of the time goes on counting;
- a goodbye is the old branch's alone, up to the last day there.
"""

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

from members.models import LifeEvent
from tests.duties.oracle import ONE, Rows, covers

KINDS = {
    "C-2.4": ("joined-work", "retired"),
    "C-2.5a": ("activist", "development", "probationary", "confirmed", "moved-in", "moved-out"),
    "C-2.5b": ("post-changed",),
    "C-2.5c": ("honoured",),
    "C-2.5d": ("sanctioned", "warning-sign"),
    "C-2.5e": ("complaint",),
}
START = {
    "C-2.4-days": "30", "C-2.5a-days": "30", "C-2.5b-days": "30", "C-2.5c-days": "30", "C-2.5d-days": "15",
    "C-2.5e-days": "15", "event-lead-days": "7", "entry-grace-days": "7", "due-soon-days-event": "3",
    "event-direct-branch": "OH",
}  # fmt: skip
FINISHED, SETTLED = ("done", "late_entry", "done_late"), ("done", "late_entry", "done_late", "not_applicable")


class EventOracle:
    """All events seen on one day, for the list of one year."""

    def __init__(self, rows: Rows, on: dt.date, label: str) -> None:
        self.rows, self.on, self.year = rows, on, int(label)
        self.found: dict[str, list[dict[str, Any]]] = {}
        self.events = list(LifeEvent.objects.values("id", "person_id", "kind", "happened_on", "withdrawn_at"))
        self.heard: dict[int, list[Any]] = defaultdict(list)
        for talk in rows.talks:
            if talk["withdrawn_at"] is None and talk["held_on"] <= on:
                for person in talk["people"]:
                    if person != talk["talker_id"]:
                        self.heard[person].append(talk)

    def setting(self, name: str, day: dt.date) -> str:
        dated = [row for row in self.rows.settings if row["name"] == name and row["from_on"] <= day]
        return max(dated, key=lambda row: row["from_on"])["value"] if dated else START[name]

    def days(self, name: str, day: dt.date) -> dt.timedelta:
        return ONE * int(self.setting(name, day))

    def stay(self, person: int, day: dt.date) -> Any:
        """Return the stay in a branch of that day."""
        for stay in self.rows.stays[person]:
            if covers(stay, day) and self.rows.organizations[stay["branch_id"]]["kind"] == "branch":
                return stay
        return None

    def last_stay(self, person: int, day: dt.date) -> Any:
        first = min((stay["started_on"] for stay in self.rows.stays[person]), default=dt.date.max)
        while day >= first:
            if stay := self.stay(person, day):
                return stay
            day -= ONE
        return None

    def heads(self, organization: int, day: dt.date) -> list[int]:
        role = "OH" if self.rows.organizations[organization]["kind"] == "committee" else "secretary"
        return [post["person_id"] for post in self.rows.posts[organization, role] if covers(post, day)]

    def unit(self, person: int, branch: int, day: dt.date) -> tuple[int, bool]:
        """Return the organisation whose head answers, and whether it is the one above the branch."""
        if person in [post["person_id"] for post in self.rows.posts[branch, "secretary"] if covers(post, day)]:
            return self.rows.organizations[branch]["parent_id"], True
        return branch, False

    def counts(self, event: Any, unit: int, last: dt.date, talk: Any) -> bool:
        person, opens, held = event["person_id"], event["happened_on"], talk["held_on"]
        if not opens - self.days("event-lead-days", opens) <= held <= last:
            return False
        if talk["talker_id"] in self.heads(unit, held):
            return True
        then = max(held, opens)
        stay = self.stay(person, then)
        if stay is None or event["kind"] == "moved-out":
            return False
        return talk["talker_id"] in self.heads(self.unit(person, stay["branch_id"], then)[0], held)

    def row(self, clause: str, rule: str, event: Any) -> dict[str, Any] | None:
        person, opens = event["person_id"], event["happened_on"]
        due = opens + self.days(f"{clause}-days", opens)
        reference = min(self.on, due)
        leaving = event["kind"] == "moved-out"
        stay = self.last_stay(person, opens if leaving else reference)
        if stay is None:
            return None
        end = stay["ended_on"] or dt.date.max
        day = min(reference, end)
        unit, above = self.unit(person, stay["branch_id"], day)
        direct = above and self.rows.organizations[unit]["kind"] == "committee"
        last = end if leaving else dt.date.max
        deeds = [talk for talk in self.heard[person] if self.counts(event, unit, last, talk)]
        excepted = person in self.heads(unit, day) or (
            direct and self.setting("event-direct-branch", reference) == "none"
        )
        state = self.state(event, rule, unit, deeds, due, reference, left=last < self.on, excepted=excepted)
        done = min(talk["held_on"] for talk in deeds) if state in FINISHED else None
        return {
            "key": f"{rule}:{opens.year}:{unit}:{event['id']}",
            "organization": self.rows.organizations[unit]["code"],
            "state": state,
            "opens_on": opens,
            "due_on": due,
            "done_on": done,
            "vacant": not self.heads(unit, day),
        }

    def state(
        self, event: Any, rule: str, unit: int, deeds: list[Any], due: dt.date, reference: dt.date, *, left: bool,
        excepted: bool,
    ) -> str:  # fmt: skip
        if excepted:
            return "not_applicable"
        if deeds:
            early = [talk for talk in deeds if talk["held_on"] <= due]
            grace = self.days("entry-grace-days", reference)
            if any(talk["entered_on"] <= due + grace for talk in early):
                return "done"
            return "late_entry" if early else "done_late"
        person = self.rows.people[event["person_id"]]
        gone = any(person[end] and person[end] <= self.on for end in ("died_on", "left_party_on", "suspended_on"))
        if left or gone or self.stay(event["person_id"], self.on) is None:
            return "not_applicable"
        excused_as = "C-2.4" if rule == "C-2.4" else "C-2.5"
        for made in self.rows.excuses.get((excused_as, str(event["happened_on"].year), unit, event["id"]), []):
            if made["withdrawn_at"] is None and made["made_on"] <= self.on <= made["until_on"]:
                return "excused"
        if self.on > due:
            return "overdue"
        return "due_soon" if due - self.on <= self.days("due-soon-days-event", reference) else "open"

    def duties(self, rule: str) -> list[dict[str, Any]]:
        if rule not in self.found:
            self.found[rule] = self.read_aloud(rule)
        return self.found[rule]

    def read_aloud(self, rule: str) -> list[dict[str, Any]]:
        kinds = {kind: clause for clause, kinds in KINDS.items() if clause.startswith(rule) for kind in kinds}
        found = [
            self.row(kinds[event["kind"]], rule, event)
            for event in self.events
            if event["kind"] in kinds and event["withdrawn_at"] is None and event["happened_on"] <= self.on
        ]
        return [row for row in found if row and self.belongs(row)]

    def belongs(self, row: dict[str, Any]) -> bool:
        if row["opens_on"].year == self.year or self.on.year != self.year:
            return bool(row["opens_on"].year == self.year)
        return row["state"] not in SETTLED or bool(row["done_on"] and row["done_on"].year >= self.year)

    def tally(self, rule: str) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.duties(rule):
            if row["state"] != "not_applicable":
                counts[row["organization"]][row["state"]] += 1
        return dict(counts)
