"""One branch on one screen: each person with this year's talk, the last one, and what is due next."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import Reach, viewer_of
from carehub.calendar import year_of
from carehub.duties.duty import Duty, State
from carehub.duties.rule import Ask, Rule, list_duties, list_owed
from members.models import Organization, Person, Post
from members.scope import title_of
from talks.panels import LastTalk, last_talks

YEARLY = "C-2.3"
DONE = (State.DONE, State.LATE_ENTRY)
LEFT = (State.OVERDUE, State.DUE_SOON, State.OPEN, State.UPCOMING)
SHOWN = (
    "name", "pinyin", "number", "category", "occupation", "path", "lost_contact_on", "is_floating", "floating_to",
    "suspended_on", "verify_since_on", "joined_on", "joined_precision", "born_on", "born_precision",
    "died_on", "left_party_on",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One person of the branch."""

    person: Person
    posts: str
    is_secretary: bool
    on: dt.date
    this_year: Duty | None = None
    missed: list[Duty] = field(default_factory=list)  # overdue in a window that has closed
    events: list[tuple[Duty, str]] = field(default_factory=list)  # what an event asks for, with the rule's title
    last: LastTalk | None = None

    @property
    def who(self) -> str:
        """Return the person's place in the branch: 组织委员, 预备党员, 离退休, and what deserves notice."""
        plain = self.person.get_occupation_display()
        if self.person.category != Person.Category.FULL:
            plain = self.person.get_category_display()
        marks = {
            _("失联"): self.person.lost_contact_on,
            _("流动"): self.person.is_floating,
            _("停止党籍"): self.person.suspended_on,
            _("待核实"): self.person.verify_since_on,
        }
        return "，".join([self.posts or plain, *(word for word, holds in marks.items() if holds)])

    @property
    def is_owed(self) -> bool:
        """Return whether a talk today would settle this year's duty."""
        return self.is_left or self.is_excused

    @property
    def is_left(self) -> bool:
        """Return whether this year's talk is still to be held, and no reason was given why not."""
        return self.this_year is not None and self.this_year.state in LEFT

    @property
    def is_excused(self) -> bool:
        return self.this_year is not None and self.this_year.state == State.EXCUSED

    @property
    def next(self) -> Duty | None:
        """Return what is due first: what stayed overdue, what an event asks for, else this year's talk."""
        first = [*self.missed, *(duty for duty, _title in self.events)]
        return first[0] if first else self.this_year if self.is_owed else None

    @property
    def is_overdue(self) -> bool:
        return bool(self.missed) or any(duty.state == State.OVERDUE for duty, _title in self.events)

    @property
    def last_words(self) -> str:
        """Return 去年10月谈过, 3月12日谈过, 还没谈过."""
        return self.last.words(self.on) if self.last else _("还没谈过")

    @property
    def entered_words(self) -> str:
        """Return since when the person is in scope, if that was inside the year: 11月16日起."""
        opens = self.this_year.opens_on if self.this_year else None
        if opens is None or opens <= year_of(self.on).starts_on:
            return ""
        return _("%(month)s月%(day)s日起") % {"month": opens.month, "day": opens.day}


@dataclass(frozen=True)
class Screen:
    """The branch with all its lines and the sentence above them."""

    branch: Organization
    on: dt.date
    lines: Sequence[Line]

    @property
    def due(self) -> int:
        return sum(line.is_owed or is_done(line) for line in self.lines)

    @property
    def done(self) -> int:
        return sum(is_done(line) for line in self.lines)

    @property
    def left(self) -> int:
        return sum(line.is_left for line in self.lines)

    @property
    def excused(self) -> int:
        return sum(line.is_excused for line in self.lines)

    @property
    def secretary(self) -> str:
        return next((line.person.name for line in self.lines if line.is_secretary), "")


def is_done(line: Line) -> bool:
    """Return whether this year's talk was held."""
    return line.this_year is not None and line.this_year.state in DONE


def screen_of(branch: Organization, user: Any, rules: Sequence[Rule], on: dt.date) -> Screen:
    """Return the screen, in a fixed number of queries."""
    path = branch.path or ""
    people = list(Person.objects.visible_to(user).at_or_below(path).only(*SHOWN).by_name())
    scope = Reach(paths=(path,))
    yearly = [rule for rule in rules if rule.code == YEARLY]
    duties = list_owed(yearly, Ask(on=on, scope=scope, owners=frozenset({branch.pk})))
    events = events_in(branch, rules, on)
    events.pop(viewer_of(user).person_id or 0, None)  # nobody learns from a list what others told about him
    last = last_talks(on=on, below_path=path)
    posts = posts_in(path, on)
    current = {duty.subject_id: duty for duty in duties if duty.window == year_of(on).label}
    lines = [
        Line(
            person=person,
            posts="、".join(dict.fromkeys(title_of(post) for post in posts.get(person.pk, []))),
            is_secretary=any(
                post.role == Post.Role.SECRETARY and post.organization_id == branch.pk
                for post in posts.get(person.pk, [])
            ),
            on=on,
            this_year=current.get(person.pk),
            missed=[d for d in duties if d.subject_id == person.pk and d.window != year_of(on).label],
            events=events.get(person.pk, []),
            last=last.get(person.pk),
        )
        for person in people
    ]
    return Screen(branch, on, sorted(lines, key=lambda line: not line.is_secretary))


def events_in(branch: Organization, rules: Sequence[Rule], on: dt.date) -> dict[int, list[tuple[Duty, str]]]:
    """Return {person: talks that an event asks the branch for, the first due first}; a fixed number of queries."""
    asking = {rule.code: str(rule.title) for rule in rules if rule.cadence == "event"}
    ask = Ask(on=on, scope=Reach(paths=(branch.path or "",)), owners=frozenset({branch.pk}), states=frozenset(LEFT))
    found: dict[int, list[tuple[Duty, str]]] = {}
    duties = list_duties([rule for rule in rules if rule.code in asking], ask)
    for duty in sorted(duties, key=lambda duty: (duty.due_on, duty.key)):
        found.setdefault(duty.subject_id, []).append((duty, asking[duty.rule]))
    return found


def posts_in(path: str, on: dt.date) -> dict[int, list[Post]]:
    """Return {person: posts held in the branch or its groups}."""
    found: dict[int, list[Post]] = {}
    posts = Post.objects.in_force(on).filter(Reach(paths=(path,)).q(path="organization__path"))
    for post in posts.select_related("organization").order_by("started_on", "pk"):
        found.setdefault(post.person_id, []).append(post)
    return found


def keeps_ledger(user: Any, branch: Organization) -> bool:
    """Return whether talks recorded by this account count for the branch: its secretary and its committee."""
    seats = viewer_of(user).seats
    return any(seat.organization_id == branch.pk and seat.persona in ("BS", "BO") for seat in seats)
