"""C-2.1: the leader talks with everybody under his oversight, once in each calendar year."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import CharField, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Reach
from carehub.duties.duty import State
from carehub.duties.look import Look
from carehub.duties.rows import Page, Row, RowRule, Unit, reason_of
from carehub.duties.rule import Ask, Draft
from carehub.duties.settings import LEADER_TALKS
from carehub.duties.states import FINISHED, state_of
from members.models import Organization, Oversight, Post
from talks.duties.oversight import openings
from talks.duties.posts import units_of
from talks.models import Participation
from talks.rules import attended, best_of, earliest

SUBJECT = {"subject_no": "id", "subject_name": "name", "pinyin": "pinyin", "group": "occupation", "died": "died_on"}
PAIR = Concat(Cast("leader_id", CharField()), Value(":"), Cast("subject_no", CharField()))


class LeaderTalks(RowRule):
    """Owner: the leader. Subject: the person. It belongs to the committee in lists and tallies."""

    code = "C-2.1"
    title = gettext_lazy("分管谈话")
    explains = gettext_lazy("校级领导与分管的中层干部、党总支书记")
    cadence = "year"
    above_branches = True
    personal = True
    order = ("leader__pinyin", "leader_id", "pinyin", "subject_no")
    count = Count(PAIR, distinct=True)
    distinct = True  # who is overseen twice, as a cadre and as a secretary, counts once

    def rows(self, look: Look) -> QuerySet[Any]:
        state = state_of(
            look,
            deed=best_of(self.deeds(look), look),
            left=Q(died__lte=look.reference_on),
            excused=Exists(self.excuses(look, "leader_id", "subject_no")),
        )
        committee = Organization.objects.filter(kind=Organization.Kind.COMMITTEE).values("pk")[:1]
        numbers = {"owner_no": F("leader_id"), "person_no": F("subject_no"), "unit_no": Subquery(committee)}
        rows: QuerySet[Any] = _overseen(look).annotate(**numbers).annotate(state=state)
        return rows

    def deeds(self, look: Look) -> QuerySet[Participation]:
        """Return the leader's talks with the subject; by setting with any one of those under his oversight."""
        led = attended(look).filter(talk__talker=OuterRef("leader_id"))
        if look.settings[LEADER_TALKS] == "any":
            return led.filter(_is_overseen_by("talk__talker", look))
        return led.filter(person=OuterRef("subject_no"))

    def within(self, ask: Ask) -> Q:
        """Return the scope; the committee lies in the paths or not as a whole."""
        if ask.scope.everything:
            return Q()
        there = Reach(paths=ask.scope.paths).q(person="", occupation="")
        committee = Organization.objects.filter(there, kind=Organization.Kind.COMMITTEE)
        own = Reach(people=ask.scope.people, occupations=ask.scope.occupations)
        return Q(Exists(committee)) | own.q(person="subject_no", occupation="group")

    def has_died(self, look: Look) -> Q:
        return Q(died__lte=look.on)

    def details(self, look: Look) -> Mapping[str, Combinable]:
        return {
            "subject_name": F("subject_name"),
            "person_name": F("subject_name"),
            "leader_name": F("leader__name"),
            "evidence": earliest(self.deeds(look), person="person_id"),
            "excuse": reason_of(self.excuses(look, "leader_id", "subject_no")),
        }

    def dress(self, page: Page, look: Look) -> None:
        opens = openings({row["owner_no"] for row in page}, look)
        for row in page:
            row["opens"] = opens[row["owner_no"], row["subject_no"]]

    def units(self, look: Look, ids: Collection[int]) -> dict[int, Unit]:
        return units_of(ids, Post.objects.none())

    def obligor(self, row: Row, unit: Unit) -> tuple[int | None, str]:
        return row["owner_no"], row["leader_name"]

    def why(self, row: Row, look: Look) -> str:
        if row["state"] in FINISHED:
            return _("任选一人，已与他人谈") if row["evidence"]["person"] != row["subject_no"] else ""
        return _("已去世") if row["state"] == State.NOT_APPLICABLE else ""

    def touched(self, draft: Draft, look: Look) -> Q:
        people = draft.people - {draft.talker_id}
        if look.settings[LEADER_TALKS] == "any":
            named = _overseen(look).filter(leader=draft.talker_id, subject_no__in=people)
            return Q(Exists(named), leader=draft.talker_id)
        return Q(leader=draft.talker_id, subject_no__in=people)


def _overseen(look: Look) -> QuerySet[Any]:
    """Return leaders in force × people under their oversight on the reference day (an organisation: its secretary)."""
    day = look.reference_on
    held = Q(organization__posts__ended_on=None) | Q(organization__posts__ended_on__gte=day)
    held &= Q(organization__posts__role=Post.Role.SECRETARY, organization__posts__started_on__lte=day)
    seats = FilteredRelation("organization__posts", condition=held)
    subject = {name: Coalesce(f"person__{field}", f"seat__person__{field}") for name, field in SUBJECT.items()}
    leaders = Post.objects.leaders().in_force(day).filter(person=OuterRef("leader"))
    overseen = Oversight.objects.in_force(day).filter(Exists(leaders)).alias(seat=seats).annotate(**subject)
    return overseen.filter(~Q(subject_no=F("leader_id")), subject_no__isnull=False)


def _is_overseen_by(leader: str, look: Look) -> Q:
    """Return that the participant is under this leader's oversight on the reference day."""
    oversights = Oversight.objects.in_force(look.reference_on).filter(leader=OuterRef(leader))
    seats = Post.objects.secretaries().in_force(look.reference_on).filter(person=OuterRef(OuterRef("person")))
    named = oversights.filter(person=OuterRef("person"))
    seated = oversights.filter(Exists(seats.filter(organization=OuterRef("organization"))))
    return Q(Exists(named)) | Q(Exists(seated))
