"""The system administrator's one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from carehub.access.guards import guard
from carehub.administration import system as state


@guard("system", "v")
@require_GET
def system(request: HttpRequest) -> HttpResponse:
    """Show what runs, what waits, what failed; numbers and states, no names."""
    groups = [list(state.pulses()), state.safety(), state.storage(), state.versions()]
    checks = state.checks()
    context = {
        "checks": checks,
        "running": groups[0],
        "kept": [*groups[1], *groups[2]],
        "versions": groups[3],
        "queues": state.queues(),
    }
    troubles = sum(bool(fact.trouble) for facts in groups for fact in facts)
    troubles += sum(bool(finding.remedy) for finding in checks)
    return render(request, "administration/system.html", context | {"troubles": troubles})
