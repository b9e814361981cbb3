"""Lets go of the sensitive values of who left the school, left the Party or died, after the months that were set.

Names, Party dates, posts, the facts of talks and the keyed hash of the ID number stay: they are the archive, and who
comes back is recognised by the hash. As long as the department sets no number of months nothing is erased.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Case, Exists, JSONField, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models import Field as ModelField

from carehub.access.classes import HASHED, FieldClass, classed_fields
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import months_before
from carehub.duties.settings import ERASE_AFTER, Settings
from members.models import Affiliation, LifeEvent, Person, Post
from members.models.life_event import SENSITIVE
from talks.models import Participation, Talk

BATCH = 500
People = QuerySet[Person]


@dataclass(frozen=True)
class Gone:
    """Who has been gone since a day, both as one run sees them."""

    people: People
    until: dt.date


def gone_on(on: dt.date, months: int) -> Gone:
    return Gone(departed(on, months), months_before(on, months))


def departed(on: dt.date, months: int) -> People:
    """Return who has been gone for so many months on a day: left the school, left the Party, or died.

    Nobody who belongs to an organisation or holds a post, nobody whose membership is only suspended (停止党籍: it may
    be restored), and nobody who came back since.
    """
    until = months_before(on, months)
    stays = Affiliation.objects.filter(person=OuterRef("pk"))
    last = stays.order_by("-started_on", "-pk").values("ending")[:1]
    gone = Q(died_on__lte=until) | Q(left_party_on__lte=until)
    left = Q(Exists(stays)) & ~Q(last_ending=Affiliation.Ending.SUSPENDED)
    here = Exists(stays.filter(Q(ended_on=None) | Q(ended_on__gt=until)))
    serves = Exists(Post.objects.filter(person=OuterRef("pk")).filter(Q(ended_on=None) | Q(ended_on__gt=until)))
    return Person.objects.alias(last_ending=Subquery(last)).filter(gone | left, ~here, ~serves, organization=None)


@dataclass(frozen=True)
class Place:
    """Where values of a departed person stand: which rows are his, and what is put in their stead."""

    name: str  # as the audit entry counts it
    label: str
    rows_of: Callable[[Gone], Q]
    only: tuple[str, ...] = ()  # the sensitive fields meant, all of them if none is named
    also: Mapping[str, Any] = field(default_factory=dict)
    is_deleted: bool = False

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    def blanks(self) -> dict[str, Any]:
        """Return each sensitive field with what is left of it."""
        meant = {one.name: blank_of(one) for one in sensitive_fields(self.model)}
        return {name: meant[name] for name in self.only or meant}

    def left(self, on: dt.date) -> dict[str, Any]:
        """Return what an UPDATE puts down; where nothing stood, nothing stands."""
        words = {
            name: Case(When(**{f"{name}__isnull": True}, then=None), default=Value(""), output_field=TextField())
            for name, blank in self.blanks().items()
            if blank == ""
        }
        noted = {name: on if value is DAY_OF_ERASURE else value for name, value in self.also.items()}
        return self.blanks() | words | noted

    def holding(self, gone: Gone) -> QuerySet[Any]:
        """Return the rows that still hold something about them."""
        rows = self.model._default_manager.filter(self.rows_of(gone))
        if self.is_deleted:
            return rows
        full = Q(pk__in=[])
        for name, blank in self.blanks().items():
            known = Q(**{f"{name}__isnull": False})
            full |= known if blank is None else known & ~Q(**{name: blank})
        return rows.filter(full)

    def erase(self, gone: Gone, on: dt.date) -> int:
        """Erase in batches; return how many rows lost something."""
        done = 0
        while numbers := list(self.holding(gone).values_list("pk", flat=True)[:BATCH]):
            # Asked again in the same statement: who came back meanwhile keeps everything.
            rows = self.holding(gone).filter(pk__in=numbers)
            changed = rows.delete()[0] if self.is_deleted else rows.update(**self.left(on))
            done += len(numbers)
            if not changed:
                break
        return done


DAY_OF_ERASURE = object()


def sensitive_fields(model: type[Model]) -> list["ModelField[Any, Any]"]:
    """Return the fields of class C1 to C4, but the hash that tells nothing without its key."""
    return [one for one, code in classed_fields(model) if code > FieldClass.C0 and one.name not in HASHED]


def blank_of(one: "ModelField[Any, Any]") -> Any:
    """Return what stands where nothing stands: no words for words, an empty list for a list, else nothing."""
    if isinstance(one, JSONField):
        return one.get_default()
    return "" if one.get_internal_type() in ("CharField", "TextField") else None


def all_gone(people: People) -> Q:
    """Return the talks with nobody who is still here."""
    present = Participation.objects.filter(talk=OuterRef("pk"))
    return Q(Exists(present.filter(person__in=people)) & ~Exists(present.filter(~Q(person__in=people))))


def words_gone(gone: Gone) -> Q:
    """Return the talks whose words go: nobody with whom it was is here any more, nor the one who alone reads them."""
    return all_gone(gone.people) | Q(talker__in=gone.people)


def of_talk_all_gone(gone: Gone) -> Q:
    return Q(talk__in=Talk.objects.filter(all_gone(gone.people)))


def of_talk_whose_words_go(gone: Gone) -> Q:
    return Q(talk__in=Talk.objects.filter(words_gone(gone)))


def of(path: str) -> Callable[[Gone], Q]:
    """Return the condition that the person at a path is one of the people."""
    return lambda gone: Q(**{f"{path}__in": gone.people})


# What the two numbers of an excuse mean (talks/duties): person and person, branch and person, branch and branch,
# unit and event of life.
BETWEEN_PEOPLE, ABOUT_PEOPLE, BETWEEN_ORGANIZATIONS = ("C-2.1",), ("C-2.3",), ("C-2.2",)
ABOUT_EVENTS = ("C-2.4", "C-2.5")


def excuses_about(people: People) -> Q:
    """Return the excuses that tell of one of the people: as subject, as leader, as secretary of the branch that day."""
    numbers = people.values("pk")
    made_on = OuterRef("made_on")
    secretary = Post.objects.secretaries().filter(organization=OuterRef("subject_id"), person__in=people)
    that_day = secretary.filter(Q(ended_on=None) | Q(ended_on__gte=made_on), started_on__lte=made_on)
    return (
        Q(rule__in=(*BETWEEN_PEOPLE, *ABOUT_PEOPLE), subject_id__in=numbers)
        | Q(rule__in=BETWEEN_PEOPLE, owner_id__in=numbers)
        | Q(Exists(that_day), rule__in=BETWEEN_ORGANIZATIONS)
        | Q(rule__in=ABOUT_EVENTS, subject_id__in=LifeEvent.objects.filter(person__in=numbers).values("pk"))
    )


def of_applicant(gone: Gone) -> Q:
    return Q(applicant_id__in=gone.people.values("pk"))


def of_application(gone: Gone) -> Q:
    return Q(application__applicant_id__in=gone.people.values("pk"))


PLACES = (
    Place("people", "members.Person", of("pk")),
    Place("accounts", "accounts.User", of("person")),
    Place("sign-in addresses", "accounts.Session", of("user__person")),
    Place("second factors", "accounts.SecondFactor", of("user__person"), is_deleted=True),
    Place("mails", "reminders.OutboxMessage", of("digest__recipient__person")),
    Place("excuses", "duties.Excuse", lambda gone: excuses_about(gone.people), also={"erased_on": DAY_OF_ERASURE}),
    Place("talk words", "talks.Talk", words_gone, only=("line",)),
    Place(
        "talk reasons", "talks.Talk", lambda gone: all_gone(gone.people), only=("reasons", "withdrawn_because"),
        also={"erased_on": DAY_OF_ERASURE},
    ),
    Place("corrections", "talks.Correction", of_talk_all_gone, is_deleted=True),
    Place("requests for talk words", "talks.TextRequest", of_talk_whose_words_go),
    Place("office proposals", "members.RoleProposal", of("person")),
    Place("acting officers", "members.OrganizationGrant", of("user__person")),
    Place("shared files", "members.PersonGrant", lambda gone: of("content_object")(gone) | of("user__person")(gone)),
    Place("follow-ups", "talks.FollowUp", of("person")),
    Place(
        "sensitive events", "members.LifeEvent", lambda gone: of("person")(gone) & Q(kind__in=SENSITIVE),
        is_deleted=True,
    ),
    Place(
        "events", "members.LifeEvent", of("person"), only=("note", "withdrawn_because"),
        also={"erased_on": DAY_OF_ERASURE},
    ),
    Place("corrections of the record", "members.PersonChange", of("person"), is_deleted=True),
    Place("requests to correct it", "members.ChangeRequest", of("person"), is_deleted=True),
    Place("requests for a talk", "talks.TalkRequest", of("person"), is_deleted=True),
    Place("notes on transfers", "members.Transfer", of("person")),
    Place("hardship", "hardship.Case", of("person"), also={"erased_on": DAY_OF_ERASURE}),
    Place("hardship reviews", "hardship.Review", of("case__person")),
    Place("hardship needs", "hardship.Need", of("case__person")),
    Place("pairings", "hardship.Pairing", of("case__person")),
    Place("helpers", "hardship.Helper", of("helped")),
    Place("pairing contacts", "hardship.Contact", of("pairing__case__person")),
    # A file is nobody's own: what it was read as goes when it is as old as who has gone.
    Place("imports", "members.RosterImport", lambda gone: Q(finished_at__date__lte=gone.until), is_deleted=True),
    Place("dues waivers", "hardship.Waiver", of("person"), also={"erased_on": DAY_OF_ERASURE}),
    Place("opinions on applications", "approvals.Decision", of_applicant, also={"erased_on": DAY_OF_ERASURE}),
    Place("minutes of applications", "approvals.Preparation", of_application, is_deleted=True),
    Place("kinship", "members.Kinship", lambda gone: of("person")(gone) | of("other")(gone), is_deleted=True),
    Place("follow-up notes", "talks.FollowUpStep", of("follow_up__person")),
)  # fmt: skip
# Sensitive fields that no departure erases, and why.
KEPT = {
    "reports.Inspection": "the month's frozen evidence for the whole school; sealed, ID numbers in it are masked",
}


@transaction.atomic
def erase_departed(*, on: dt.date, by: Any = None, dry_run: bool = False) -> Counter[str]:
    """Erase what the setting of the day demands and return how many rows lost something, by place.

    One transaction and one audit entry for a run; a second run finds nothing.
    """
    months = Settings(on)[ERASE_AFTER]
    if not months:
        return Counter()
    gone = gone_on(on, int(months))
    if dry_run:
        return +Counter({place.name: place.holding(gone).count() for place in PLACES})
    counts = +Counter({place.name: place.erase(gone, on) for place in PLACES})
    if counts:
        record(Action.ERASURE, by=by, what="erase departed", months=int(months), on=str(on), rows=dict(counts))
    return counts
