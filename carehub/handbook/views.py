"""The handbook's pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from carehub.access.guards import signed_in
from carehub.access.matrix import PERSONAS
from carehub.access.viewer import viewer_of
from carehub.access.wording import CODES, SCOPES
from carehub.access.wording import PERSONAS as PERSONA_WORDS
from carehub.handbook.rights import card_of, holdings_of, table


@signed_in(because="Who may see what is open to every member.")
@require_GET
def access(request: HttpRequest) -> HttpResponse:
    """Show what the visitor may do today, and the whole table of rights."""
    viewer = viewer_of(request.user)
    asked = request.GET.get("persona", "")
    chosen = asked if asked in PERSONAS else viewer.main_seat.persona
    context = {
        "holdings": holdings_of(viewer),
        "lines": table(),
        "personas": [(code, PERSONA_WORDS[code]) for code in PERSONAS],
        "chosen": chosen,
        "chosen_words": PERSONA_WORDS[chosen],
        "card": card_of(chosen),
        "codes": list(CODES.values()),
        "scopes": list(SCOPES.values()),
        "own": set(viewer.personas),
    }
    return render(request, "handbook/access.html", context)
