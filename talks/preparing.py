"""准备谈话: one sheet of paper to take along. Facts that the viewer may see anyway, never the words of a talk."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.calendar import DAY, Precision, near_date_words
from carehub.duties.rule import Draft, duties_settled_by
from members.models import Person, Post
from members.rules import Standing, anniversary_of, standing_of
from members.scope import title_of
from talks.duties import RULES
from talks.follow_ups.panels import Row as Matter
from talks.follow_ups.panels import open_about
from talks.offices import OfficeBook, default_talker, talkers_for
from talks.owing import MOST_ROWS, Row, rows_of
from talks.panels import LastTalk, last_talks, talks_with
from talks.reasons import reason_words

BIRTHDAY_NEAR = 30 * DAY
MOST_TALKS = MOST_MATTERS = 5


def preparable(user: Any, people: Iterable[int | None], on: dt.date) -> dict[int, Person]:
    """Return {person: who would talk} for those with whom this account may record a talk that day, never itself.

    The same right as the form has, in a fixed number of queries.
    """
    viewer = viewer_of(user)
    asked = {pk for pk in people if pk}
    if not asked or not viewer.may("talk", "e"):
        return {}
    talkers = talkers_for(user, on)
    usual = default_talker(user, talkers, on) if len(talkers) > 1 else None
    talkers.sort(key=lambda one: one != usual)
    book = OfficeBook(talkers=[one.pk for one in talkers], people=asked)
    found = {pk: next((one for one in talkers if _reaches(book, one.pk, pk, on)), None) for pk in asked}
    # Oneself is asked about like anybody else, so that the answer takes as long.
    return {pk: talker for pk, talker in found.items() if talker is not None and pk != viewer.person_id}


def _reaches(book: OfficeBook, talker: int, person: int, on: dt.date) -> bool:
    return any(book.covers(office, person, on) for office in book.offices_on(talker, on))


@dataclass(frozen=True)
class Held:
    """One earlier talk as the sheet names it."""

    on: dt.date
    words: str


@dataclass(frozen=True)
class Preparation:
    """Everything that stands on the sheet."""

    person: Person
    talker: Person
    on: dt.date
    posts: list[str]
    knows_file: bool
    standing: Standing | None
    birthday: str
    talks: list[Held]
    elsewhere: LastTalk | None
    matters: list[Matter]
    more_matters: int
    settles: list[Row]
    more_settled: int


def preparation(person: Person, talker: Person, user: Any, on: dt.date) -> Preparation:
    """Return the sheet for one person; Party dates only for who may open the file."""
    knows = viewer_of(user).reach("person", "v").covers(person.access_facts())
    held = earlier_talks(person, user, on)
    matters = open_about(person, user, on)
    settled = duties_settled_by(RULES, Draft(talker.pk, frozenset({person.pk}), on, on))
    return Preparation(
        person=person,
        talker=talker,
        on=on,
        posts=posts_on(person, on),
        knows_file=knows,
        standing=standing_of(person, on) if knows else None,
        birthday=birthday_words(person, on) if knows else "",
        talks=held,
        elsewhere=None if held else last_talks([person.pk], on=on).get(person.pk),
        matters=matters[:MOST_MATTERS],
        more_matters=len(matters) - MOST_MATTERS,
        settles=rows_of(settled[:MOST_ROWS], on),
        more_settled=len(settled) - MOST_ROWS,
    )


def posts_on(person: Person, on: dt.date) -> list[str]:
    """Return the posts of a day: 支部书记（外国语学院教工第一党支部）."""
    posts = Post.objects.in_force(on).filter(person=person).select_related("organization").order_by("started_on", "pk")
    return [_("%(title)s（%(place)s）") % {"title": title_of(post), "place": post.organization} for post in posts]


def earlier_talks(person: Person, user: Any, on: dt.date) -> list[Held]:
    """Return the last talks that the viewer may see; on paper every must-talk reads 五必谈 and nothing more."""
    lines = talks_with(person, user, on, most=MOST_TALKS)
    return [Held(line.talk.held_on, "，".join(_parts(line.talk))) for line in lines]


def _parts(talk: Any) -> list[str]:
    form = f"{talk.get_form_display()}，{talk.get_channel_display()}"
    return [_("%(name)s谈") % {"name": talk.talker.name}, form, reason_words(talk.reasons, full=False)]


def birthday_words(person: Person, on: dt.date) -> str:
    """Return the 政治生日 of the next thirty days in words, empty for none or one whose day is not known."""
    if person.joined_on is None or person.joined_precision != Precision.DAY:
        return ""
    day = next(one for year in (on.year, on.year + 1) if (one := _in_year(person.joined_on, year)) >= on)
    years = anniversary_of(person, day)
    if years is None or day - on > BIRTHDAY_NEAR:
        return ""
    return _("%(day)s，入党 %(years)s 周年") % {"day": near_date_words(day, on), "years": years}


def _in_year(day: dt.date, year: int) -> dt.date:
    """Return the same day of another year; of 29 February, 28 February in a common year."""
    try:
        return day.replace(year=year)
    except ValueError:
        return dt.date(year, 2, 28)
