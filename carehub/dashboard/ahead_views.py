"""Beside the overview: years and months, one message for each secretary, questions about the quality of talks."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import today, year_of
from carehub.catalog import RULES
from carehub.dashboard.branch import YEARLY
from carehub.dashboard.chase import Letter, letters_for, send_letters
from carehub.dashboard.forecast import Forecast, forecast
from carehub.dashboard.history import history_of
from carehub.dashboard.overview import Overview
from carehub.dashboard.periods import period_named
from carehub.dashboard.quality import questions_about
from carehub.dashboard.sight import NUMBER, Sight, sight_of
from carehub.duties.rows import RowRule
from talks.models import Talk

YEARS_BACK = 2
BELOW = ("M", "GL", "BS", "BO", "LD", "LT", "XG")


@guard("duty", "n", "v")
@require_GET
def years(request: HttpRequest) -> HttpResponse:
    """Show the yearly talks month by month beside earlier years, and what the months ahead have to carry."""
    sight = sight_of(request.user, request.GET.get("within", ""))
    rule = next(rule for rule in RULES if rule.code == YEARLY)
    if not isinstance(rule, RowRule):
        raise Http404
    context = {"sight": sight, "unit": sight.unit, "history": history_of(sight, rule), "ahead": _ahead(sight)}
    return render(request, "dashboard/years.html", context)


def _ahead(sight: Sight) -> Forecast:
    """Return the load of the rest of the year, from the same tallies as the overview of the year."""
    on = sight.viewer.on
    year = Overview(sight, period_named(year_of(on).label, on), RULES)
    due = {(rule.code, window.label): window.ends_on for rule, window in year.spans if window.ends_on >= on}
    return forecast(year.counted_rules, year.tallies, due, on)


def may_chase(sight: Sight) -> bool:
    """Return whether somebody answers to the viewer here: a general branch's officers and the department."""
    return bool(sight.named.over_organizations()) and bool(set(sight.viewer.personas) - set(BELOW))


@guard("duty", "v")
@require_http_methods(["GET", "POST"])
def chase(request: HttpRequest) -> HttpResponse:
    """Show what each secretary would be told, and tell those who were chosen."""
    sight = sight_of(request.user, (request.POST or request.GET).get("within", ""))
    if not may_chase(sight):
        raise Http404
    letters = letters_for(sight, RULES)
    if request.method == "POST":
        return _send(request, sight, letters)
    context = {
        "sight": sight,
        "unit": sight.unit,
        "letters": letters,
        "fresh": [one for one in letters if not one.was_sent],
    }
    return render(request, "dashboard/chase.html", context)


def _send(request: HttpRequest, sight: Sight, letters: list[Letter]) -> HttpResponse:
    chosen = {int(number) for number in request.POST.getlist("to") if NUMBER.fullmatch(number)}
    picked = [letter for letter in letters if letter.account_id in chosen]
    sent = send_letters(letters=picked, sight=sight, by=request.user)
    if not picked:
        messages.warning(request, _("还没有选人，没有发出。请勾选要提醒的人。"))
    elif not sent:
        messages.info(request, _("这几位今天已经提醒过，没有重复。"))
    else:
        messages.success(request, _("已提醒 %(n)s 人，他们的“消息”里看得到。") % {"n": sent})
    return redirect(reverse("dashboard:chase") + (f"?within={sight.unit.pk}" if sight.unit else ""))


@guard("talk", "F")
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """Show the department which questions the records of a year raise; nobody else has the page."""
    viewer = viewer_of(request.user)
    if not viewer.reach("talk", "F").everything:
        raise Http404
    on, asked = today(), request.GET.get("year", "")
    offered = [on.year - back for back in range(YEARS_BACK + 1)]
    period = period_named(asked if asked in map(str, offered) else str(on.year), on)
    talks: Any = Talk.objects.visible_to(request.user).standing()
    questions = questions_about(talks.select_related("talker", "organization").order_by("held_on", "pk"), period.window)
    context = {"questions": questions, "period": period, "years": offered}
    return render(request, "dashboard/quality.html", context)
