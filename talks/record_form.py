"""谈心谈话记录表: one recorded talk on the paper that is signed by hand, in the form's own order (domain.md, 2.1).

What others sign shows nothing that they have not been told: matters stand on it only when they were told to the person,
and the words only for who may read them now.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from members.models import Affiliation, Person, Post
from members.scope import title_of
from talks.follow_ups.panels import Row, rows_from
from talks.history import name_of
from talks.lists import TalkLine
from talks.models import Talk

MOST_UNITS = 3


@dataclass(frozen=True)
class RecordForm:
    """Everything that stands on the form."""

    talk: Talk
    line: TalkLine
    number: str
    standing: str  # 职务/身份
    units: str  # 所在支部
    words: str
    matters: list[Row]
    recorder: str

    @property
    def names(self) -> str:
        return "、".join(person.name for person in self.line.people)

    @property
    def total(self) -> int:
        return len(self.line.people) + self.line.others

    @property
    def is_collective(self) -> bool:
        return self.total > 1


def record_form(talk: Talk, line: TalkLine, words: str, user: Any, on: dt.date) -> RecordForm:
    """Return the form of a talk as one viewer may have it; what he may not know is left to be written by hand."""
    reach = viewer_of(user).reach("person", "v")
    known = [person for person in line.people if reach.covers(person.access_facts())]
    known = known if len(known) == len(line.people) and not line.others else []
    return RecordForm(
        talk=talk,
        line=line,
        number=f"{talk.held_on.year}-{talk.pk}",
        standing=standing_words(known, talk.held_on),
        units=unit_words(known, talk.held_on),
        words=words,
        matters=told_matters(talk, user, on) if len(line.people) + line.others == 1 else [],
        recorder=name_of(talk.recorded_by),
    )


def standing_words(people: list[Person], on: dt.date) -> str:
    """Return the posts of the day of one person, else the category; of several people how many of each category."""
    if len(people) != 1:
        counts = Counter(str(person.get_category_display()) for person in people)
        return "、".join(_("%(kind)s %(n)s 人") % {"kind": kind, "n": n} for kind, n in counts.items())
    posts = Post.objects.in_force(on).filter(person=people[0]).select_related("organization").order_by("pk")
    return "、".join([*map(title_of, posts), str(people[0].get_category_display())])


def unit_words(people: Iterable[Person], on: dt.date) -> str:
    """Return the organisations to which the people belonged on the day."""
    rows = Affiliation.objects.in_force(on).filter(person__in=people).select_related("organization")
    units = list(dict.fromkeys(str(row.organization) for row in rows.order_by("organization__code", "pk")))
    names = "、".join(units[:MOST_UNITS])
    return _("%(names)s等 %(n)s 个") % {"names": names, "n": len(units)} if len(units) > MOST_UNITS else names


def told_matters(talk: Talk, user: Any, on: dt.date) -> list[Row]:
    """Return what is to be done after a talk, as far as the viewer sees it and the person was told of it."""
    rows = rows_from(talk, user, on)
    return [row for row in rows if row.item.shared_at and not row.item.withdrawn_at]
