"""C-2.3: the branch secretary talks with every Party member of the branch, once in each calendar year."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.calendar import window_named
from carehub.duties.duty import State
from carehub.duties.look import Look
from carehub.duties.rows import Row, RowRule, Unit, reason_of
from carehub.duties.rule import Ask, Draft, Duties
from carehub.duties.settings import COLLECTIVE_SHARE, OTHER_BRANCH
from carehub.duties.states import FINISHED, state_of
from members.models import Affiliation, Organization, Post
from talks.duties.posts import units_of
from talks.duties.share import Share, is_limited, share_of
from talks.duties.stays import came_late, has_left, last_stays, opens_on
from talks.models import Participation, Talk
from talks.rules import attended, best_of, earliest

PERSON_FACTS = ("lost_contact_on", "died_on", "left_party_on", "suspended_on")


class BranchTalks(RowRule):
    """Owner: the branch. Subject: the person. A predecessor's talk counts, and one in the old branch."""

    code = "C-2.3"
    title = gettext_lazy("年度谈话")
    explains = gettext_lazy("支部书记与本支部每一名党员")
    cadence = "year"
    order = ("branch__code", "person__pinyin", "person_id")

    def rows(self, look: Look) -> QuerySet[Any]:
        return self._rows(look, self.deeds(look))

    def _rows(self, look: Look, deeds: QuerySet[Participation]) -> QuerySet[Any]:
        state = state_of(
            look,
            excepted=Q(person__lost_contact_on__lte=look.reference_on),
            deed=best_of(deeds, look),
            left=Q(has_left(look)) | Q(came_late(look)),
            excused=Exists(self.excuses(look, "branch_id", "person_id")),
        )
        numbers = {"owner_no": "branch_id", "unit_no": "branch_id", "subject_no": "person_id", "person_no": "person_id"}
        return last_stays(look).annotate(state=state, **{name: F(column) for name, column in numbers.items()})

    def follows(self, look: Look) -> bool:
        return not is_limited(look)

    def deeds(self, look: Look) -> QuerySet[Participation]:
        """Return the talks that count for OuterRef(person), within the limit set for collective ones."""
        if not is_limited(look):
            return self._every_deed(look)
        return self._every_deed(look).exclude(talk__form=Talk.Form.COLLECTIVE, person__in=self._share(look).beyond)

    def _every_deed(self, look: Look) -> QuerySet[Participation]:
        """Return the talks by a secretary of the person's branch of that day."""
        served = _served_that_day()
        if look.settings[OTHER_BRANCH] != "yes":
            served = served.filter(organization=OuterRef(OuterRef("branch_id")))
        return attended(look).filter(Exists(served), person=OuterRef("person_id"))

    def _share(self, look: Look) -> Share:
        """Return what the limit does in the whole window, asked once per look."""
        if "share" not in look.found:
            deeds = self._every_deed(look)
            rows = self._rows(look, deeds).annotate(
                first_on=Subquery(deeds.order_by("talk__held_on").values("talk__held_on")[:1]),
                is_single=Exists(deeds.exclude(talk__form=Talk.Form.COLLECTIVE)),
            )
            counted = rows.order_by().values_list("branch_id", "person_id", "state", "first_on", "is_single")
            look.found["share"] = share_of(counted, int(look.settings[COLLECTIVE_SHARE]))
        share: Share = look.found["share"]
        return share

    def within(self, ask: Ask) -> Q:
        return ask.scope.q(path="branch__path", person="person", occupation="person__occupation")

    def has_died(self, look: Look) -> Q:
        return Q(person__died_on__lte=look.on)

    def details(self, look: Look) -> Mapping[str, Combinable]:
        facts = {name: F(f"person__{name}") for name in PERSON_FACTS}
        return facts | {
            "subject_name": F("person__name"),
            "person_name": F("person__name"),
            "last_day_on": F("ended_on"),
            "opens": opens_on(look),
            "evidence": earliest(self.deeds(look), branch=Subquery(_served_that_day().values("organization")[:1])),
            "excuse": reason_of(self.excuses(look, "branch_id", "person_id")),
        }

    def units(self, look: Look, ids: Collection[int]) -> dict[int, Unit]:
        secretaries = Post.objects.secretaries().in_force(look.reference_on)
        return units_of(ids, secretaries, kinds={Organization.Kind.BRANCH})

    def why(self, row: Row, look: Look) -> str:
        if row["state"] in FINISHED:
            return _("原支部已谈") if row["evidence"]["branch"] != row["unit_no"] else ""
        return _why_not(row, look) if row["state"] == State.NOT_APPLICABLE else ""

    def settled_by(self, draft: Draft) -> Duties:
        settled = super().settled_by(draft)
        return self._with_room(settled, draft) if draft.collective and settled else settled

    def _with_room(self, settled: Duties, draft: Draft) -> Duties:
        """Leave out those for whom a collective talk would be beyond the limit of their branch."""
        look = Look.at(draft.entered_on, window_named(settled[0].window))
        if not is_limited(look):
            return settled
        room, kept = Counter(self._share(look).room), []
        for duty in sorted(settled, key=lambda duty: duty.subject_id):
            if room[duty.owner_id] > 0:
                room[duty.owner_id] -= 1
                kept.append(duty)
        return kept

    def touched(self, draft: Draft, look: Look) -> Q:
        offices = Post.objects.secretaries().in_force(draft.held_on).filter(person=draft.talker_id)
        there = Affiliation.objects.in_force(draft.held_on).filter(
            person=OuterRef("person"),
            branch__in=offices.filter(organization__kind=Organization.Kind.BRANCH).values("organization"),
        )
        if look.settings[OTHER_BRANCH] != "yes":
            there = there.filter(branch=OuterRef("branch"))
        return Q(Exists(there), person__in=draft.people - {draft.talker_id})


def _served_that_day() -> QuerySet[Post]:
    """Return the post in which the talker of a participation served the participant on the day of the talk."""
    day, stays = OuterRef("talk__held_on"), "organization__counted_affiliations"
    stayed = Q(**{f"{stays}__ended_on": None}) | Q(**{f"{stays}__ended_on__gte": day})
    return (
        Post.objects.secretaries()
        .in_force(day)
        .filter(
            stayed,
            person=OuterRef("talk__talker"),
            organization__kind=Organization.Kind.BRANCH,
            **{f"{stays}__person": OuterRef("person"), f"{stays}__started_on__lte": day},
        )
    )


def _why_not(row: Row, look: Look) -> str:
    words = (
        ("lost_contact_on", _("失联")),
        ("died_on", _("已去世")),
        ("left_party_on", _("已出党")),
        ("suspended_on", _("停止党籍")),
    )
    for column, word in words:
        if row[column] and row[column] <= look.reference_on:
            return word
    gone = row["last_day_on"] and row["last_day_on"] < look.reference_on
    return _("已转出") if gone else _("新转入宽限")
