"""The page of quality signs: which questions the department may want to ask, and the records behind each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from carehub.calendar import Window
from talks.models import Talk
from talks.quality import Fact, alike, bursts, crowded_ends

MOST_RECORDS = 12


@dataclass(frozen=True)
class Question:
    """One thing to ask about: who, where, what was noticed, what to ask."""

    noticed: str
    ask: str
    who: str
    where: str
    talks: Sequence[Talk]
    more: int


def questions_about(talks: QuerySet[Talk], window: Window) -> list[Question]:
    """Return the questions of one window, in official order of the organisations; two queries whatever the number."""
    rows = {talk.pk: talk for talk in talks.filter(held_on__range=(window.starts_on, window.ends_on))}
    facts = [_fact(talk) for talk in rows.values()]
    found = [(group, _burst_words) for group in bursts(facts)]
    found += [(group, _end_words) for group in crowded_ends(facts, window)]
    found += [(group, _alike_words) for group in alike(facts)]
    questions = [_question([rows[fact.pk] for fact in group], words(group)) for group, words in found]
    return sorted(questions, key=lambda question: question.talks[0].organization.code)


def _fact(talk: Talk) -> Fact:
    single = talk.form == Talk.Form.SINGLE
    return Fact(talk.pk, talk.talker_id, talk.organization_id, talk.held_on, talk.recorded_at, single, talk.line)


def _burst_words(group: Sequence[Fact]) -> tuple[str, str, bool]:
    minutes = max(1, round((group[-1].recorded_at - group[0].recorded_at) / dt.timedelta(minutes=1)))
    noticed = _("同一天 %(n)s 次个别谈话，在 %(minutes)s 分钟内录入") % {"n": len(group), "minutes": minutes}
    return noticed, _("是分别谈的，还是一起谈的？一起谈的可以更正为集体谈话。"), True


def _end_words(group: Sequence[Fact]) -> tuple[str, str, bool]:
    noticed = _("%(n)s 次谈话都在时段的最后一周") % {"n": len(group)}
    return noticed, _("平时有没有谈？日期是不是实际谈话的那天？"), False


def _alike_words(group: Sequence[Fact]) -> tuple[str, str, bool]:
    noticed = _("%(n)s 次谈话的一句话要点几乎相同") % {"n": len(group)}
    return noticed, _("这里看不到要点。请问谈话人：各位同志谈的真的一样吗？"), True


def _question(talks: Sequence[Talk], words: tuple[str, str, bool]) -> Question:
    noticed, ask, names_talker = words
    first, shown = talks[0], talks[:MOST_RECORDS]
    who = str(first.talker) if names_talker else ""
    return Question(noticed, ask, who, str(first.organization), shown, len(talks) - len(shown))
