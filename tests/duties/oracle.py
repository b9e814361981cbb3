"""The slow engine: duties.md read aloud, day by day, over plain rows. It shares no code with the real one.

It knows days, tuples and loops; no query but one per table. Where duties.md leaves a choice, docs/duties.md makes it:

- the day of death, of leaving the Party and of suspension is the first day out of scope;
- a person out of scope on the reference day is listed in the branch of the last day in scope of the window;
- before its window begins, a duty is read as of the day of looking.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from carehub.duties.models import Excuse, RuleSetting
from members.models import Affiliation, Organization, Oversight, Person, Post
from talks.models import Participation, Talk

ONE = dt.timedelta(days=1)
DEFAULTS = {
    "entry-grace-days": "7",
    "due-soon-days-year": "30",
    "due-soon-days-quarter": "20",
    "upcoming-days": "30",
    "C-2.1-with": "each",
    "C-2.2-direct-branch": "none",
    "C-2.3-late-joiner": "12-01",
    "C-2.3-other-branch": "yes",
    "C-2.3-collective-share": "none",
}


@dataclass
class Rows:
    """Every table as a list of dicts, and who sits where by day."""

    organizations: dict[int, Any] = field(default_factory=dict)
    people: dict[int, Any] = field(default_factory=dict)
    stays: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    in_branches: dict[int, list[tuple[dt.date, dt.date, int]]] = field(default_factory=lambda: defaultdict(list))
    posts: dict[tuple[int, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    oversights: list[Any] = field(default_factory=list)
    talks: list[Any] = field(default_factory=list)
    excuses: dict[tuple[str, str, int, int], list[Any]] = field(default_factory=lambda: defaultdict(list))
    settings: list[Any] = field(default_factory=list)


def load() -> Rows:
    rows = Rows()
    rows.organizations = {row["id"]: row for row in Organization.objects.values("id", "code", "kind", "parent_id")}
    wanted = ("id", "category", "joined_on", "lost_contact_on", "died_on", "left_party_on", "suspended_on")
    rows.people = {row["id"]: row for row in Person.objects.values(*wanted)}
    for row in Affiliation.objects.values("person_id", "branch_id", "started_on", "ended_on"):
        rows.stays[row["person_id"]].append(row)
        if rows.organizations[row["branch_id"]]["kind"] == "branch":
            stay = (row["started_on"], row["ended_on"] or dt.date.max, row["branch_id"])
            rows.in_branches[row["person_id"]].append(stay)
    for row in Post.objects.values("person_id", "organization_id", "role", "started_on", "ended_on"):
        rows.posts[row["organization_id"], row["role"]].append(row)
    rows.oversights = list(Oversight.objects.values())
    talks = {row["id"]: {**row, "people": []} for row in Talk.objects.values(
        "id", "held_on", "entered_on", "talker_id", "withdrawn_at", "form")}  # fmt: skip
    for row in Participation.objects.values("talk_id", "person_id", "attended"):
        if row["attended"]:
            talks[row["talk_id"]]["people"].append(row["person_id"])
    rows.talks = list(talks.values())
    for row in Excuse.objects.values():
        rows.excuses[row["rule"], row["window"], row["owner_id"], row["subject_id"]].append(row)
    rows.settings = list(RuleSetting.objects.values())
    return rows


def covers(row: Any, day: dt.date) -> bool:
    return bool(row["started_on"] <= day and (row["ended_on"] is None or day <= row["ended_on"]))


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + ONE * n for n in range((last - first).days + 1)]


class Oracle:
    """One window seen on one day."""

    def __init__(self, rows: Rows, on: dt.date, label: str) -> None:
        self.rows, self.on, self.label = rows, on, label
        self.found: dict[str, list[dict[str, Any]]] = {}  # read aloud once, though the list and the counts both ask
        year = int(label[:4])
        months = {"Q1": (1, 3, 31), "Q2": (4, 6, 30), "Q3": (7, 9, 30), "Q4": (10, 12, 31)}
        first, last, last_day = months.get(label[4:], (1, 12, 31))
        self.first, self.due = dt.date(year, first, 1), dt.date(year, last, last_day)
        self.reference = on if on < self.due else self.due
        self.span = days_between(min(self.first, self.reference), self.reference)
        self.deeds = [
            talk
            for talk in rows.talks
            if talk["withdrawn_at"] is None and self.first <= talk["held_on"] <= self.due and talk["held_on"] <= on
        ]

    def setting(self, name: str) -> str:
        dated = [row for row in self.rows.settings if row["name"] == name and row["from_on"] <= self.reference]
        return max(dated, key=lambda row: row["from_on"])["value"] if dated else DEFAULTS[name]

    def holders(self, organization: int, day: dt.date, role: str = "secretary") -> list[int]:
        return [post["person_id"] for post in self.rows.posts[organization, role] if covers(post, day)]

    def branch_of(self, person: int, day: dt.date) -> int | None:
        """Return the branch in which the person counts that day."""
        for first, last, branch in self.rows.in_branches[person]:
            if first <= day <= last:
                return branch
        return None

    def is_member(self, person: int, day: dt.date) -> bool:
        row = self.rows.people[person]
        if row["category"] not in ("full", "probationary") or (row["joined_on"] and row["joined_on"] > day):
            return False
        return not any(row[end] and row[end] <= day for end in ("died_on", "left_party_on", "suspended_on"))

    def state(self, key: tuple[str, int, int], deeds: list[Any], opens: dt.date, *, out: bool, never: bool) -> str:
        """Return the first state of the table that holds."""
        if never or (out and not deeds):
            return "not_applicable"
        grace = ONE * int(self.setting("entry-grace-days"))
        if deeds:
            return "done" if any(talk["entered_on"] <= self.due + grace for talk in deeds) else "late_entry"
        rule, owner, subject = key
        for made in self.rows.excuses.get((rule, self.label, owner, subject), []):
            if made["withdrawn_at"] is None and made["made_on"] <= self.on <= made["until_on"]:
                return "excused"
        if self.on > self.due:
            return "overdue"
        soon = self.setting("due-soon-days-quarter" if "Q" in self.label else "due-soon-days-year")
        if (self.due - self.on).days <= int(soon):
            return "due_soon"
        return "open" if opens <= self.on else "upcoming"

    def row(self, key: tuple[str, int, int], deeds: list[Any], opens: dt.date, unit: int, **how: Any) -> dict[str, Any]:
        rule, owner, subject = key
        vacant = how.pop("vacant")
        state = self.state(key, deeds, opens, **how)
        finished = state in ("done", "late_entry")
        return {
            "key": f"{rule}:{self.label}:{owner}:{subject}",
            "organization": self.rows.organizations[unit]["code"],
            "state": state,
            "opens_on": opens,
            "due_on": self.due,
            "done_on": min(talk["held_on"] for talk in deeds) if finished else None,
            "vacant": vacant,
        }

    def duties(self, rule: str) -> list[dict[str, Any]]:
        if rule not in self.found:
            rows = {"C-2.1": self.leaders, "C-2.2": self.generals, "C-2.3": self.branches}[rule]()
            far = (self.first - self.on).days > int(self.setting("upcoming-days"))
            self.found[rule] = [row for row in rows if not (far and row["state"] == "upcoming")]
        return self.found[rule]

    def tally(self, rule: str) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.duties(rule):
            if row["state"] != "not_applicable":
                counts[row["organization"]][row["state"]] += 1
        return dict(counts)

    # C-2.3

    def branches(self) -> list[dict[str, Any]]:
        heard = self.heard_by_person()
        rows = {person: self.member(person, heard.get(person, [])) for person in self.rows.people}
        limit = self.setting("C-2.3-collective-share")
        if limit != "none":
            for person in self.too_many_together(rows, heard, int(limit)):
                alone = [pair for pair in heard[person] if pair[0]["form"] != "collective"]
                rows[person] = self.member(person, alone)
        return [row for row in rows.values() if row]

    def too_many_together(
        self, rows: dict[int, dict[str, Any] | None], heard: dict[int, list[tuple[Any, int]]], percent: int
    ) -> list[int]:
        """Return whom the branch met in collective talks only, beyond its share: those met last."""
        listed: dict[str, list[tuple[dict[str, Any], int]]] = defaultdict(list)
        for person, row in rows.items():
            if row and row["state"] != "not_applicable":
                listed[row["organization"]].append((row, person))
        out = []
        for counted in listed.values():
            done = [(row, person) for row, person in counted if row["done_on"]]
            together = [(row["done_on"], person) for row, person in done if not self.alone(row, heard[person])]
            out += [person for _day, person in sorted(together)[len(counted) * percent // 100 :]]
        return out

    def alone(self, row: dict[str, Any], heard: list[tuple[Any, int]]) -> bool:
        """Return whether one of the talks that count was with the person alone."""
        own = int(row["key"].split(":")[2])
        counted = [talk for talk, where in heard if where == own or self.setting("C-2.3-other-branch") == "yes"]
        return any(talk["form"] != "collective" for talk in counted)

    def heard_by_person(self) -> dict[int, list[tuple[Any, int]]]:
        heard: dict[int, list[tuple[Any, int]]] = defaultdict(list)
        for talk in self.deeds:
            for person in talk["people"]:
                branch = self.branch_of(person, talk["held_on"])
                if (
                    branch
                    and person != talk["talker_id"]
                    and talk["talker_id"] in self.holders(branch, talk["held_on"])
                ):
                    heard[person].append((talk, branch))
        return heard

    def member(self, person: int, heard: list[tuple[Any, int]]) -> dict[str, Any] | None:
        for day in reversed(self.span):
            branch = self.branch_of(person, day)
            if branch and self.is_member(person, day):
                break
        else:
            return None
        if person in self.holders(branch, self.reference):
            return None
        deeds = [talk for talk, where in heard if where == branch or self.setting("C-2.3-other-branch") == "yes"]
        lost = self.rows.people[person]["lost_contact_on"]
        return self.row(
            ("C-2.3", branch, person),
            deeds,
            self.entered(person, branch, day),
            branch,
            out=day < self.reference or self.came_late(person, day),
            never=bool(lost and lost <= self.reference),
            vacant=not self.holders(branch, self.reference),
        )

    def entered(self, person: int, branch: int, day: dt.date) -> dt.date:
        """Return since when the person has been a member of this branch without a break, not before the window."""
        joined = self.rows.people[person]["joined_on"] or dt.date.min
        while day > self.first and joined < day and self.branch_of(person, day - ONE) == branch:
            day -= ONE
        return max(day, self.first)

    def came_late(self, person: int, day: dt.date) -> bool:
        """Return whether the unbroken stay in the school's organisations began on or after the date set."""
        month, date = map(int, self.setting("C-2.3-late-joiner").split("-"))
        limit = dt.date(self.first.year, month, date)
        while day >= limit:
            if not any(covers(stay, day - ONE) for stay in self.rows.stays[person]):
                return True
            day -= ONE
        return False

    # C-2.2

    def generals(self) -> list[dict[str, Any]]:
        branches = [row for row in self.rows.organizations.values() if row["kind"] == "branch"]
        return [row for branch in branches if (row := self.branch(branch))]

    def branch(self, branch: Any) -> dict[str, Any] | None:
        seated = [day for day in self.span if self.holders(branch["id"], day)]
        if not seated:
            return None
        parent, direct = branch["parent_id"], self.rows.organizations[branch["parent_id"]]["kind"] == "committee"
        role = self.setting("C-2.2-direct-branch") if direct else "secretary"
        last = self.holders(branch["id"], seated[-1])[0]
        deeds = [
            talk
            for talk in self.deeds
            if talk["talker_id"] in self.holders(parent, talk["held_on"], role)
            and any(p in self.holders(branch["id"], talk["held_on"]) for p in talk["people"] if p != talk["talker_id"])
        ]
        return self.row(
            ("C-2.2", parent, branch["id"]),
            deeds,
            max(seated[0], self.first),
            parent,
            out=False,
            never=role == "none" or last in self.holders(parent, self.reference, role),
            vacant=role != "none" and not self.holders(parent, self.reference, role),
        )

    # C-2.1

    def leaders(self) -> list[dict[str, Any]]:
        committee = next(row["id"] for row in self.rows.organizations.values() if row["kind"] == "committee")
        pairs = self.pairs(self.reference)
        return [self.led(leader, subject, pairs, committee) for leader, subject in sorted(pairs)]

    def pairs(self, day: dt.date) -> set[tuple[int, int]]:
        """Return who is under whose oversight that day."""
        found = set()
        for oversight in self.rows.oversights:
            leader = oversight["leader_id"]
            if covers(oversight, day) and self.leads(leader, day):
                organization = oversight["organization_id"]
                people = self.holders(organization, day) if organization else [oversight["person_id"]]
                found |= {(leader, person) for person in people if person != leader}
        return found

    def leads(self, person: int, day: dt.date) -> bool:
        posts = [post for (_, role), rows in self.rows.posts.items() if role == "leader" for post in rows]
        return any(post["person_id"] == person and covers(post, day) for post in posts)

    def led(self, leader: int, subject: int, pairs: set[tuple[int, int]], committee: int) -> dict[str, Any]:
        any_one = self.setting("C-2.1-with") == "any"
        wanted = {person for who, person in pairs if who == leader} if any_one else {subject}
        deeds = [talk for talk in self.deeds if talk["talker_id"] == leader and wanted & set(talk["people"])]
        died = self.rows.people[subject]["died_on"]
        day = self.reference
        while day > self.first and (leader, subject) in self.pairs(day - ONE):
            day -= ONE
        return self.row(
            ("C-2.1", leader, subject),
            deeds,
            max(day, self.first),
            committee,
            out=bool(died and died <= self.reference),
            never=False,
            vacant=False,
        )
