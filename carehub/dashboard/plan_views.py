"""Pages of a secretary's plan: the weeks of a branch, its calendar, and what passes on when the office changes."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carehub.access.guards import guard, open_to_all
from carehub.access.viewer import viewer_of
from carehub.accounts.calendar_links import close_link, link_of, open_link, owner_of
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today
from carehub.catalog import RULES
from carehub.dashboard.branch import screen_of
from carehub.dashboard.handover import handover_of
from carehub.dashboard.plan_calendar import calendar_of
from carehub.dashboard.planning import plan_of
from carehub.dashboard.views import branches_seen_by
from carehub.sheets.writing import file_name, ledger_response
from members.models import Organization
from members.panels import full_words, secretary_of
from talks.sheet_to_fill import sheet_to_fill

ICS = "text/calendar; charset=utf-8"
KEEPERS = ("BS", "BO")


@guard("talk", "e")
@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the talks of a branch week by week to the end of the year."""
    return _page(request, _branch(request, pk))


def _branch(request: HttpRequest, pk: int) -> Organization:
    found: Organization = get_object_or_404(branches_seen_by(request.user).select_related("parent"), pk=pk)
    return found


def _page(request: HttpRequest, branch: Organization, address: str = "") -> HttpResponse:
    """Draw the plan; `address` is the calendar's, which is shown this once."""
    context = {
        "branch": branch,
        "full_name": full_words(branch),
        "plan": plan_of(screen_of(branch, request.user, RULES, today())),
        "keeps": any(seat.organization_id == branch.pk for seat in viewer_of(request.user).seats),
        "may_upload": viewer_of(request.user).reach("roster_import", "e").covers(branch.access_facts()),
        "link": link_of(request.user),
        "address": address,
    }
    return render(request, "dashboard/plan.html", context)


@guard("talk", "e")
@require_GET
def plan_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the plan as a calendar file with names; the trail is written before the first byte."""
    branch = _branch(request, pk)
    made = plan_of(screen_of(branch, request.user, RULES, today()))
    path = branch.path or ""
    event = record_first(
        Action.EXPORT, by=request.user, target=branch, path=path, what="talk-plan", rows=made.people
    )  # fmt: skip
    data = calendar_of([(branch, made)], with_names=True)
    return ledger_response(_("%(branch)s_谈话安排.ics") % {"branch": branch}, data, after=event, media_type=ICS)


@guard("roster_import", "e")
@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the branch's talk ledger to fill in: who is left this year, ready to be uploaded again."""
    reach = viewer_of(request.user).reach("roster_import", "e")
    branch = get_object_or_404(Organization.objects.branches().filter(reach.q(person="", occupation="")), pk=pk)
    left = [line.person for line in screen_of(branch, request.user, RULES, today()).lines if line.is_left]
    event = record_first(
        Action.EXPORT, by=request.user, target=branch, path=branch.path or "", what="talk-sheet", rows=len(left)
    )
    data = sheet_to_fill(left, secretary_of(branch, today()))
    return ledger_response(file_name(str(branch), _("谈心谈话台账"), str(today())), data, after=event)


@guard("talk", "e")
@require_POST
def subscribe(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new address for the own calendar; it is shown once, and an older one ends with it."""
    branch = _branch(request, pk)
    path = reverse("dashboard:calendar", args=[open_link(user=request.user)])
    return _page(request, branch, settings.SITE_URL + path)


@guard("talk", "e")
@require_POST
def unsubscribe(request: HttpRequest, pk: int) -> HttpResponse:
    """End the address: whoever has it gets nothing any more."""
    branch = _branch(request, pk)
    close_link(user=request.user)
    return redirect("dashboard:branch-plan", branch.pk)


@guard("duty", "v")
@require_GET
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what passes to a new secretary: numbers, no words of talks and no names."""
    reach = viewer_of(request.user).reach("duty", "v").over_organizations()
    kinds = (Organization.Kind.BRANCH, Organization.Kind.GENERAL_BRANCH)
    found = get_object_or_404(Organization.objects.filter(reach.q(), kind__in=kinds).select_related("parent"), pk=pk)
    return render(request, "dashboard/handover.html", {"sheet": handover_of(found, RULES)})


@open_to_all(because="A calendar program cannot sign in: the address is the secret, and no name stands in the answer.")
@require_GET
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program: how many talks each week, of the branches whose talks the owner records today."""
    owner = owner_of(token)
    if owner is None:
        raise Http404
    kept = {seat.organization_id for seat in viewer_of(owner).seats if seat.persona in KEEPERS}
    branches = list(branches_seen_by(owner).filter(pk__in=kept).select_related("parent").in_official_order())
    plans = [(branch, plan_of(screen_of(branch, owner, RULES, today()))) for branch in branches]
    answer = HttpResponse(calendar_of(plans, with_names=False), content_type=ICS)
    answer["Cache-Control"] = "no-store"
    return answer
