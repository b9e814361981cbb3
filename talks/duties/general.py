"""C-2.2: the general-branch secretary talks with the secretary of every branch, once in each natural quarter."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.calendar import FAR_FUTURE
from carehub.duties.duty import State
from carehub.duties.look import Look
from carehub.duties.rows import Row, RowRule, Unit, reason_of
from carehub.duties.rule import Ask, Draft
from carehub.duties.settings import DIRECT_BRANCH
from carehub.duties.states import state_of
from members.models import Organization, Post
from talks.duties.posts import units_of
from talks.models import Participation
from talks.rules import attended, best_of, earliest, in_force_that_day

Kind, Role = Organization.Kind, Post.Role


class GeneralBranchTalks(RowRule):
    """Owner: the general branch. Subject: the branch, whoever was its secretary on the day of the talk."""

    code = "C-2.2"
    title = gettext_lazy("季度谈话")
    explains = gettext_lazy("党总支书记与党支部书记")
    cadence = "quarter"
    above_branches = True
    order = ("organization__parent__code", "organization__code")

    def rows(self, look: Look) -> QuerySet[Any]:
        state = state_of(
            look,
            excepted=_is_direct(look) | Q(Exists(_same_holder(look))),
            deed=best_of(self.deeds(look), look),
            excused=Exists(self.excuses(look, "organization__parent_id", "organization_id")),
        )
        parent, branch = F("organization__parent_id"), F("organization_id")
        numbers = {"owner_no": parent, "unit_no": parent, "subject_no": branch, "person_no": F("person_id")}
        return _last_secretaries(look).annotate(state=state, **numbers)

    def deeds(self, look: Look) -> QuerySet[Participation]:
        """Return the talks that count: by who held the office that day with who was branch secretary that day."""
        return attended(look).filter(
            in_force_that_day("person__posts"),
            in_force_that_day("talk__talker__posts"),
            offices(look, "talk__talker__posts__"),
            person__posts__role=Role.SECRETARY,
            person__posts__organization=OuterRef("organization_id"),
            talk__talker__posts__organization=OuterRef("organization__parent_id"),
        )

    def within(self, ask: Ask) -> Q:
        return ask.scope.q(path="organization__parent__path", person="person", occupation="person__occupation")

    def details(self, look: Look) -> Mapping[str, Combinable]:
        return {
            "subject_name": _name_of("organization"),
            "person_name": F("person__name"),
            "above": F("organization__parent__kind"),
            "opens": _opens_on(look),
            "evidence": earliest(self.deeds(look)),
            "excuse": reason_of(self.excuses(look, "organization__parent_id", "organization_id")),
        }

    def units(self, look: Look, ids: Collection[int]) -> dict[int, Unit]:
        above = set() if look.settings[DIRECT_BRANCH] == "none" else {Kind.COMMITTEE}
        posts = Post.objects.in_force(look.reference_on).filter(offices(look))
        return units_of(ids, posts, kinds={Kind.GENERAL_BRANCH} | above)

    def why(self, row: Row, look: Look) -> str:
        if row["state"] != State.NOT_APPLICABLE:
            return ""
        no_office = row["above"] == Kind.COMMITTEE and look.settings[DIRECT_BRANCH] == "none"
        return _("直属党支部") if no_office else _("兼任")

    def touched(self, draft: Draft, look: Look) -> Q:
        that_day = Post.objects.in_force(draft.held_on)
        talker = that_day.filter(offices(look), person=draft.talker_id, organization=OuterRef("organization__parent"))
        others = draft.people - {draft.talker_id}
        listener = that_day.secretaries().filter(person__in=others, organization=OuterRef("organization"))
        return Q(Exists(talker)) & Q(Exists(listener))


def offices(look: Look, posts: str = "") -> Q:
    """Return the posts that owe the quarter's talk; for a directly attached branch only if a setting names one."""
    office = Q(**{f"{posts}organization__kind": Kind.GENERAL_BRANCH, f"{posts}role": Role.SECRETARY})
    named = look.settings[DIRECT_BRANCH]
    if named != "none":
        office |= Q(**{f"{posts}organization__kind": Kind.COMMITTEE, f"{posts}role": named})
    return office


def _last_secretaries(look: Look) -> QuerySet[Post]:
    """Return for each branch its secretary on the reference day; if the post is vacant then, the last one."""
    touching = Post.objects.secretaries().touching(look.first_on, look.reference_on)
    in_force = Q(ended_on=None) | Q(ended_on__gte=look.reference_on)
    until = Case(When(in_force, then=Value(FAR_FUTURE)), default="ended_on", output_field=DateField())
    last = touching.filter(organization=OuterRef("organization")).order_by(until.desc(), "-started_on", "-pk")
    parents = {Kind.GENERAL_BRANCH, Kind.COMMITTEE}
    branches = touching.filter(organization__kind=Kind.BRANCH, organization__parent__kind__in=parents)
    return branches.filter(pk=Subquery(last.values("pk")[:1]))


def _is_direct(look: Look) -> Q:
    direct = Q(organization__parent__kind=Kind.COMMITTEE)
    return direct if look.settings[DIRECT_BRANCH] == "none" else Q(pk__in=[])


def _same_holder(look: Look) -> QuerySet[Post]:
    """Return the office above when the branch secretary holds it as well: nobody owes a talk to himself."""
    above = Post.objects.in_force(look.reference_on).filter(offices(look))
    return above.filter(organization=OuterRef("organization__parent"), person=OuterRef("person"))


def _opens_on(look: Look) -> Greatest:
    """Return the day on which the branch first had a secretary in the quarter, at least the quarter's first day."""
    touching = Post.objects.secretaries().touching(look.first_on, look.reference_on)
    first = touching.filter(organization=OuterRef("organization")).order_by("started_on").values("started_on")[:1]
    return Greatest(Value(look.window.starts_on, output_field=DateField()), Subquery(first), output_field=DateField())


def _name_of(organization: str) -> Case:
    short = f"{organization}__short_name"
    return Case(When(**{short: ""}, then=f"{organization}__name"), default=short)
