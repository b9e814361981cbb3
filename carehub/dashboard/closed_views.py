"""Pages of closed periods: what each was, what was entered since, and how the department opens one again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.calendar import date_words, titled_window, today
from carehub.catalog import RULES
from carehub.dashboard.closed import closed_lines, closed_page
from carehub.dashboard.closed_forms import ReopenForm
from carehub.dashboard.sight import sight_of
from carehub.duties.closing import NotOpened, reopen
from carehub.duties.models import ClosedPeriod
from carehub.duties.rule import Rule


@guard("duty", "n", "v")
@require_GET
def closed(request: HttpRequest) -> HttpResponse:
    """List the closed periods with the figures of the own part."""
    sight = sight_of(request.user)
    return render(request, "dashboard/closed.html", {"lines": closed_lines(sight, RULES)})


@guard("duty", "n", "v")
@require_GET
def closed_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one closed period then and now."""
    sight = sight_of(request.user)
    period, rule = _found(pk)
    context = {
        "page": closed_page(sight, rule, period),
        "may_open": viewer_of(request.user).may("closed_period", "e") and period.reopened_at is None,
    }
    return render(request, "dashboard/closed_period.html", context)


@guard("closed_period", "e")
@require_http_methods(["GET", "POST"])
def reopen_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed period again, with a reason, up to a day."""
    on = today()
    period, rule = _found(pk)
    form = ReopenForm(request.POST or None, on=on)
    if request.method == "POST" and form.is_valid():
        reason, until = form.cleaned_data["reason"], form.cleaned_data["until_on"]
        try:
            reopen(period=period, reason=reason, until_on=until, by=request.user, on=on)
            messages.success(request, _("已重新开放到%(day)s，次日自动重新定格。") % {"day": date_words(until)})
            return redirect("dashboard:closed-period", period.pk)
        except NotOpened as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "period": period, "words": titled_window(period.window, str(rule.title))}
    return render(request, "dashboard/reopen.html", context, status=422 if form.is_bound else 200)


def _found(pk: int) -> tuple[ClosedPeriod, Rule]:
    """Return a closed period with its rule; 404 for one of a rule that is no more."""
    period = get_object_or_404(ClosedPeriod, pk=pk)
    rule = next((rule for rule in RULES if rule.code == period.rule), None)
    if rule is None:
        raise Http404
    return period, rule
