"""What the pages of 结对帮扶 show: a pairing, who helps in it, how long nobody was in touch, how much of it is read."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from carehub.access.viewer import Viewer, viewer_of
from carehub.calendar import near_date_words
from carehub.duties.duty import State as Look
from carehub.duties.settings import Settings
from hardship.models import Contact, Helper, Pairing
from hardship.models.pairing import RESOURCE
from hardship.pairing.rules import NextContact, is_in_office, next_contact_of
from members.models import Post
from members.scope import title_of


@dataclass(frozen=True)
class Row:
    """One pairing in a list."""

    pairing: Pairing
    helpers: Sequence[Helper]
    next: NextContact | None
    viewer: Viewer
    has_contact: bool

    @property
    def look(self) -> tuple[str, str]:
        """Return (look, words) of the badge."""
        return look_of(self)

    @property
    def names(self) -> str:
        return "、".join(one.person.name for one in self.helpers)

    @property
    def is_mine(self) -> bool:
        """Return whether the visitor helps here."""
        return any(one.person_id == self.viewer.person_id for one in self.helpers)

    @property
    def may_log(self) -> bool:
        """Return whether the visitor writes contacts down: a helper, or who keeps it."""
        return self.pairing.is_running and bool(self.helpers) and (self.is_mine or may_keep(self.pairing, self.viewer))

    @property
    def quiet_words(self) -> str:
        """Return how long nobody was in touch: 最近联系 11月3日，已 20 天."""
        if self.next is None or not self.pairing.is_running:
            return ""
        days = (self.viewer.on - self.next.since_on).days
        if not self.has_contact:
            return _("还没有联系过，已 %s 天") % days
        day = near_date_words(self.next.since_on, self.viewer.on)
        return _("最近联系 %(day)s，已 %(n)s 天") % {"day": day, "n": days} if days else _("最近联系 今天")


def plain_rows(pairings: Sequence[Pairing], user: Any) -> list[Row]:
    """Return pairings with who helps, without the contacts: one query."""
    viewer, helpers = viewer_of(user), helpers_of(pairings)
    return [Row(one, helpers[one.pk], None, viewer, has_contact=False) for one in pairings]


def helpers_of(pairings: Sequence[Pairing]) -> dict[int, list[Helper]]:
    """Return who helps in each today."""
    helpers = defaultdict(list)
    serving = Helper.objects.serving().filter(pairing__in=[one.pk for one in pairings])
    for helper in serving.with_names().defer("task"):
        helpers[helper.pairing_id].append(helper)
    return helpers


def rows_of(pairings: Sequence[Pairing], user: Any, on: dt.date) -> list[Row]:
    """Return pairings ready for a list: two queries, whatever their number."""
    helpers = helpers_of(pairings)
    return [replace(row, helpers=helpers[row.pairing.pk]) for row in timed_rows(pairings, user, on)]


def timed_rows(pairings: Sequence[Pairing], user: Any, on: dt.date) -> list[Row]:
    """Return pairings with their next contact, without who helps: one query."""
    viewer, days, settings = viewer_of(user), defaultdict(list), Settings(on)
    standing = Contact.objects.standing().filter(pairing__in=[one.pk for one in pairings])
    for number, day in standing.values_list("pairing", "on"):
        days[number].append(day)
    return [
        Row(one, [], next_contact_of(one, days[one.pk], settings, on), viewer, any(day <= on for day in days[one.pk]))
        for one in pairings
    ]


def look_of(row: Row) -> tuple[str, str]:
    """Return (look, words) of a pairing: 帮扶中, 该联系了, 已脱困."""
    one, on = row.pairing, row.viewer.on
    if one.ended_on is not None:
        return Look.NOT_APPLICABLE, str(one.get_outcome_display())
    if not one.is_running:
        return "unknown", _("%s，请结束") % (one.person.gone_words or _("困难登记已结束"))
    if not row.helpers:
        return "unknown", _("请确定帮扶人")
    return _contact_words(row.next, on)


def _contact_words(coming: NextContact | None, on: dt.date) -> tuple[str, str]:
    if coming is None or not coming.is_due:
        return Look.OPEN, _("帮扶中")
    days = (coming.due_on - on).days
    if days < 0:
        return Look.OVERDUE, _("该联系了，已过 %s 天") % -days
    return Look.DUE_SOON, _("该联系了，还有 %s 天") % days if days else _("该联系了，今天到期")


def loads_of(people: Iterable[int]) -> dict[int, int]:
    """Return in how many running pairings each of the people helps: {person: n}, one query."""
    running = Helper.objects.serving().filter(pairing__in=Pairing.objects.running(), person__in=list(people))
    return dict(running.order_by().values_list("person").annotate(n=Count("pk")))


def helpers_in(pairings: Any) -> list[tuple[Helper, int]]:
    """Return who helps in running pairings with how many each has, in official order: no ranking. Two queries."""
    rows = Helper.objects.serving().filter(pairing__in=pairings.running()).with_names().defer("task")
    ordered = rows.order_by("person__organization__code", "person__pinyin", "person", "pk")
    once = {one.person_id: one for one in ordered}
    loads = loads_of(once)
    return [(one, loads.get(number, 0)) for number, one in once.items()]


def may_keep(one: Pairing, viewer: Viewer) -> bool:
    """Return whether a visitor keeps the ledger in which a pairing stands; nobody the own one."""
    keeps = viewer.reach(RESOURCE, "e").over_others().covers(one.access_facts())
    return keeps and one.person.pk != viewer.person_id


def shows_words(one: Pairing, viewer: Viewer) -> bool:
    """Return whether need, measures and contacts may be read.

    As the hardship itself: of what is closed only the fact stays, but for the person and the department.
    """
    if one.person.pk == viewer.person_id or viewer.reach(RESOURCE, "v").everything:
        return True
    return one.case.is_open


def responsible_words(post: Post, on: dt.date) -> str:
    """Return the name and post of who is responsible, empty once he left the post."""
    return f"{post.person}（{title_of(post)}）" if is_in_office(post, on) else ""
