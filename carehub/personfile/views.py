"""The file of one person, and the member's own file."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from carehub.access.guards import guard, signed_in
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.auditlog.readings import counts_of, latest_of
from carehub.calendar import today
from carehub.personfile.duties import duties_about
from carehub.personfile.readers import readers_of_file
from carehub.personfile.reveal_views import masks_of
from carehub.personfile.timeline import TOLD_ELSEWHERE, by_year, moments_of
from hardship.cases.panels import latest_case, line_of
from hardship.pairing.panels import helped_by_me, helps, is_paired, pairings_about
from hardship.waivers.panels import waivers_about
from members.models import EventKind, LifeEvent, Person
from members.panels import branch_secretary_of
from members.readers import shares_of
from members.rules import age_on, anniversary_of, standing_of
from members.sheets import marks_of
from talks.follow_ups.panels import rows_about
from talks.panels import talks_with
from talks.preparing import preparable

MOMENTS_SHOWN, TALKS_SHOWN = 20, 200


@guard("person", "v")
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person: who, where, standing with its arithmetic, what is owed, what happened."""
    viewer, on = viewer_of(request.user), today()
    shown = get_object_or_404(filed(Person.objects.visible_to(request.user), request), pk=pk)
    facts = shown.access_facts()
    note_reading(request, shown)
    context = file_of(request, shown) | {
        "duties": duties_about(shown, viewer, on),
        "may_talk": viewer.reach("talk", "e").covers(facts) and shown.pk != viewer.person_id,
        "may_prepare": bool(preparable(request.user, [shown.pk], on)),
        "age": age_on(shown, on),
        "read": counts_of(shown) if shown.pk != viewer.person_id else None,
        "may_tell": viewer.reach("life_event", "e").covers(facts) and shown.pk != viewer.person_id,
        "may_edit": viewer.reach("person", "e").covers(facts) and shown.pk != viewer.person_id,
        "may_share": viewer.may("grant", "e") and shown.pk != viewer.person_id,
    }
    return render(request, "personfile/person.html", context)


def note_reading(request: HttpRequest, shown: Person) -> None:
    """Write down that somebody else opens the file, before a line of it is drawn."""
    if shown.user_id != request.user.pk:
        record_first(Action.READ, by=request.user, target=shown, path=shown.path, what="file")


@signed_in(because="The page shows the visitor's own file.")
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show the own file: what is kept, what was done, and who may read it."""
    viewer = viewer_of(request.user)
    shown = get_object_or_404(filed(Person.objects.all(), request), pk=viewer.person_id)
    context = file_of(request, shown) | {
        "secretary": branch_secretary_of(shown, today()),
        "shares": shares_of(shown.access_facts(), today()),
        "readings": latest_of(shown),
        "read": counts_of(shown),
        "helping": helped_by_me(request.user, today()) if shown.helps else [],  # type: ignore[attr-defined]
    }
    return render(request, "personfile/mine.html", context)


def filed(people: QuerySet[Person], request: HttpRequest) -> QuerySet[Person]:
    """Return people with what a file needs at once: the organisation, the case that the visitor sees, any pairing."""
    facts = {"case_facts": latest_case(request.user), "is_paired": is_paired(request.user), "helps": helps()}
    return people.select_related("organization__parent").annotate(**facts)


def file_of(request: HttpRequest, shown: Person) -> dict[str, object]:
    """Return what both pages show."""
    on = today()
    happened = LifeEvent.objects.visible_to(request.user).standing().filter(person=shown)
    events = happened.exclude(kind__in=TOLD_ELSEWHERE).exclude(kind=EventKind.POST_CHANGED, source="record")
    moments = moments_of(shown, talks_with(shown, request.user, on, most=TALKS_SHOWN), events)
    kept = moments if "all" in request.GET else moments[:MOMENTS_SHOWN]
    return {
        "person": shown,
        "marks": marks_of(shown),
        "masks": masks_of(request.user, shown),
        "readers": readers_of_file(shown, on),
        "waivers": waivers_about(shown, request.user),
        "matters": rows_about(shown, request.user, on),
        "hardship": line_of(shown.case_facts, request.user),  # type: ignore[attr-defined]
        "pairings": pairings_about(shown, request.user) if shown.is_paired else [],  # type: ignore[attr-defined]
        "standing": standing_of(shown, on),
        "anniversary": anniversary_of(shown, on),
        "years": by_year(kept),
        "earlier": len(moments) - len(kept),
    }
