"""What happened in a person's Party life, newest first: facts with their dates, never what was said."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from carehub.calendar import Precision, date_words
from members.models import Affiliation, EventKind, LifeEvent, Person
from members.scope import title_of
from talks.lists import TalkLine
from talks.models import Talk
from talks.reasons import reason_words


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    on: dt.date
    icon: str
    words: str
    note: str = ""
    href: str = ""
    precision: str = Precision.DAY

    @property
    def date(self) -> str:
        """Return the date without the year, which stands above: 7月1日, 7月, or nothing."""
        return date_words(self.on, self.precision).partition("年")[2]


# Told by the roster and the posts, which stand on the timeline themselves.
TOLD_ELSEWHERE = frozenset(
    {EventKind.MOVED_IN, EventKind.MOVED_OUT, EventKind.CONFIRMED, EventKind.PROBATIONARY, EventKind.DIED}
)


def moments_of(person: Person, talks: Iterable[TalkLine], events: Iterable[LifeEvent] = ()) -> list[Moment]:
    """Return everything known of a person, newest first. Two queries: posts and affiliations."""
    moments = [*party_dates(person), *affiliations(person), *posts(person), *map(talk_held, talks), *happened(events)]
    return sorted(moments, key=lambda moment: moment.on, reverse=True)


def by_year(moments: Iterable[Moment]) -> list[tuple[int, list[Moment]]]:
    """Return the moments under their years."""
    return [(year, list(group)) for year, group in groupby(moments, key=lambda moment: moment.on.year)]


def party_dates(person: Person) -> Iterator[Moment]:
    if person.joined_on:
        yield Moment(person.joined_on, "flag", _("入党"), precision=person.joined_precision)
    if person.confirmed_on:
        yield Moment(person.confirmed_on, "check", _("转为正式党员"), precision=person.confirmed_precision)
    if person.lost_contact_on:
        yield Moment(person.lost_contact_on, "user-question", _("失去联系"))
    if person.suspended_on:
        yield Moment(person.suspended_on, "minus", _("停止党籍"))


def affiliations(person: Person) -> Iterator[Moment]:
    rows = person.affiliations.select_related("organization").order_by("started_on")
    for place, row in enumerate(rows):
        word = _("编入%(name)s") if place == 0 else _("转入%(name)s")
        yield Moment(row.started_on, "sitemap", word % {"name": row.organization})
        if row.ended_on and row.ending not in ("", Affiliation.Ending.MOVED):
            yield Moment(row.ended_on, "user-off", str(row.get_ending_display()))


def posts(person: Person) -> Iterator[Moment]:
    for post in person.posts.select_related("organization"):
        manner = "" if post.manner == post.Manner.FORMAL else f"，{post.get_manner_display()}"
        yield Moment(
            post.started_on, "user", _("任%(post)s") % {"post": title_of(post)}, f"{post.organization}{manner}"
        )
        if post.ended_on:
            words = _("不再担任%(post)s") % {"post": title_of(post)}
            yield Moment(post.ended_on, "user-off", words, str(post.organization))


def happened(events: Iterable[LifeEvent]) -> Iterator[Moment]:
    for event in events:
        yield Moment(event.happened_on, "calendar", str(event.get_kind_display()), event.note)


def talk_held(line: TalkLine) -> Moment:
    """Return a talk as a fact. Outside the talk itself every must-talk reads 五必谈, so that none gives itself away."""
    talk = line.talk
    form = _("集体，%(people)s 人") % {"people": len(line.people) + line.others}
    form = form if talk.form == Talk.Form.COLLECTIVE else str(talk.get_form_display())
    parts = [talk.talker.name, form, str(talk.get_channel_display()), _("补录") if line.is_late else ""]
    words = _("谈话：%(reasons)s") % {"reasons": reason_words(talk.reasons, full=False)}
    return Moment(talk.held_on, "messages", words, "，".join(filter(None, parts)), talk.get_absolute_url())
