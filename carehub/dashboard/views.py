"""The branch screen and the overview."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record_first
from carehub.calendar import today, year_of
from carehub.catalog import RULES
from carehub.dashboard.ahead_views import may_chase
from carehub.dashboard.branch import YEARLY, keeps_ledger, screen_of
from carehub.dashboard.closed import as_closed, day_closed
from carehub.dashboard.forms import BranchFilter
from carehub.dashboard.heat import Sum, total
from carehub.dashboard.names import STATES, names_behind
from carehub.dashboard.overview import Overview
from carehub.dashboard.periods import offered, period_named
from carehub.dashboard.sheets import branch_ledger
from carehub.dashboard.sight import NUMBER, sight_of
from carehub.duties.duty import Tally
from carehub.duties.rule import Ask, Rule, tally_duties
from carehub.sheets.writing import file_name, ledger_response, write_ledger
from hardship.numbers import helped
from members.models import Organization
from members.panels import full_words
from members.tree import secretaries_of

MOST_PICKED = 200


@guard("duty", "v")
@require_GET
def branches(request: HttpRequest) -> HttpResponse:
    """Go to the own branch, or offer the branches in reach with this year's talks."""
    viewer = viewer_of(request.user)
    found = list(branches_seen_by(request.user).select_related("parent").order_by("code"))
    own = [seat.organization_id for seat in viewer.seats if seat.persona in ("BS", "BO")]
    if len(found) == 1 or (own and {row.pk for row in found} == set(own)):
        return redirect("dashboard:branch", own[0] if own else found[0].pk)
    if not found:
        raise Http404
    yearly = [rule for rule in RULES if rule.code == YEARLY]
    tallies = tally_duties(yearly, Ask(on=viewer.on, scope=viewer.reach("duty", "v").over_organizations()))
    counted: dict[int, Tally] = {row.organization_id: row for row in tallies}
    holders = secretaries_of(None)
    rows = [(row, holders.get(row.pk, ""), _sum_of(counted.get(row.pk))) for row in found]
    context = {"rows": rows, "year": viewer.on.year, "several_parents": len({row.parent_id for row in found}) > 1}
    return render(request, "dashboard/branches.html", context)


@guard("duty", "v")
@require_GET
def branch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everybody in a branch on one screen."""
    found = get_object_or_404(branches_seen_by(request.user).select_related("parent"), pk=pk)
    screen = screen_of(found, request.user, RULES, today())
    shown = BranchFilter(request.GET.get("show", ""), screen.lines)
    context = {
        "branch": found,
        "full_name": full_words(found),
        "screen": screen,
        "filter": shown,
        "lines": shown.filter(),
        "year_window": year_of(screen.on),
        "may_record": keeps_ledger(request.user, found),
        "may_export": viewer_of(request.user).reach("person", "x").covers(found.access_facts()),
    }
    return render(
        request, "dashboard/branch.html#list" if getattr(request, "htmx", False) else "dashboard/branch.html", context
    )


@guard("person", "x")
@require_GET
def export_branch(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the branch screen as a workbook; the trail is written before the first byte."""
    viewer, on = viewer_of(request.user), today()
    inside = viewer.reach("person", "x").over_organizations().q()
    found = get_object_or_404(branches_seen_by(request.user).filter(inside).select_related("parent"), pk=pk)
    screen = screen_of(found, request.user, RULES, on)
    shown = BranchFilter(request.GET.get("show", ""), screen.lines)
    lines = shown.filter()
    event = record_first(
        Action.EXPORT, by=request.user, target=found, path=found.path or "",
        what="branch", rows=len(lines), filters=[shown.chosen.code] if shown.chosen.code else [],
    )  # fmt: skip
    ledger = branch_ledger(screen, lines, scope=full_words(found))
    data = write_ledger(ledger, by=viewer.name, at=timezone.now())
    return ledger_response(file_name(str(found), _("谈心谈话情况"), str(on)), data, after=event)


@guard("talk", "e")
@require_GET
def record_together(request: HttpRequest, pk: int) -> HttpResponse:
    """Go from the ticked people to the form of a collective talk."""
    found = get_object_or_404(branches_seen_by(request.user), pk=pk)
    numbers = dict.fromkeys(part for part in request.GET.getlist("people") if NUMBER.fullmatch(part))
    picked = ",".join(list(numbers)[:MOST_PICKED])
    if not picked:
        return redirect("dashboard:branch", found.pk)
    back = reverse("dashboard:branch", args=[found.pk])
    return redirect(f"{reverse('talks:new')}?people={picked}&next={back}")


@guard("duty", "n", "v")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show where each rule stands, and each organisation in official order."""
    on = today()
    sight = sight_of(request.user, request.GET.get("within", ""))
    period = period_named(request.GET.get("period", ""), on)
    page = Overview(sight, period, as_closed(RULES))
    context = {
        "sight": sight,
        "unit": sight.unit,
        "overview": page,
        "counts": page.counts,
        "period": period,
        "periods": list(dict.fromkeys([*offered(on), period])),
        "may_name": bool(sight.named),
        "may_inspect": viewer_of(request.user).may("inspection", "v"),
        "may_chase": may_chase(sight),
        "may_ask": viewer_of(request.user).reach("talk", "F").everything,
        "helped": [] if sight.unit else helped(request.user, on),
        "closed_on": day_closed(page.rules, [window for _rule, window in page.spans]),
    }
    return render(request, "dashboard/overview.html", context)


@guard("duty", "v")
@require_GET
def names(request: HttpRequest) -> HttpResponse:
    """List the names behind a number, page by page."""
    rule = _rule(request.GET.get("rule", ""))
    sight = sight_of(request.user, request.GET.get("organization", ""))
    shown = request.GET.get("shown", "")
    page = request.GET.get("page", "1")
    if not sight.named or shown not in STATES:
        raise Http404
    period = period_named(request.GET.get("period", ""), today())
    number = int(page) if NUMBER.fullmatch(page) and len(page) < 6 else 1
    context: dict[str, Any] = {"names": names_behind(sight, rule, period, shown, number)}
    return render(
        request, "dashboard/names.html#list" if getattr(request, "htmx", False) else "dashboard/names.html", context
    )


def branches_seen_by(user: Any) -> Any:
    """Return the branches whose people this account may see by a post."""
    reach = viewer_of(user).reach("duty", "v").over_organizations()
    return Organization.objects.branches().filter(reach.q())


def _rule(code: str) -> Rule:
    found = next((rule for rule in RULES if rule.code == code), None)
    if found is None:
        raise Http404
    return as_closed([found])[0]


def _sum_of(tally: Tally | None) -> Sum:
    return total([tally]) if tally else Sum()
