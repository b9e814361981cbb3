"""One full value of a person, for sixty seconds, with a purpose."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from carehub.access.guards import guard
from carehub.access.viewer import viewer_of
from carehub.reveals.actions import SHOWN, Stale, TooMany, may_reveal, note_refusal, resource_of, reveal
from carehub.reveals.forms import RevealForm
from members.models import Person

LABELS = {
    "id_number": gettext_lazy("公民身份号码"),
    "phone": gettext_lazy("联系电话"),
    "address": gettext_lazy("现居住地"),
}
MASKED = {"id_number": "masked_id_number", "phone": "masked_phone", "address": "masked_address"}
ROUTES = {name: f"members:reveal-{name.replace('_', '-')}" for name in MASKED}
REFUSED = "您的职务不看这一项的完整内容。需要时请与本党组织的组织委员或组织员联系。"


@guard("contact", "r", "v")
@require_http_methods(["GET", "POST"])
def reveal_contact(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Show a phone number or an address in full."""
    return _reveal(request, pk, field)


@guard("identity", "r")
@require_http_methods(["GET", "POST"])
def reveal_identity(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Show an ID number in full."""
    return _reveal(request, pk, field)


def _reveal(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Ask what one value is wanted for; then show it, or with ?masked put its mask back."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("organization"), pk=pk)
    if not may_reveal(request.user, person, field):
        raise PermissionDenied(_(REFUSED))
    context: dict[str, Any] = {"person": person} | one_mask(request.user, person, field)
    if "masked" in request.GET:
        return render(request, "reveals/_masked.html", context)
    form = RevealForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _answer(request, "ask", context | {"form": form}, 422 if request.method == "POST" else 200)
    try:
        value = reveal(thing=person, field=field, by=request.user, **form.cleaned_data)
    except TooMany:
        note_refusal(thing=person, field=field, by=request.user)
        return _answer(request, "refused", context, 429)
    except Stale:
        return _answer(request, "ask", context | {"form": RevealForm(), "fresh_key": uuid.uuid4()}, 409)
    return _answer(request, "shown", context | {"value": value, "seconds": int(SHOWN.total_seconds())}, 200)


def _answer(request: HttpRequest, part: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Render a fragment in place, or the whole page for a browser without scripts. Fragments are swapped in at 200."""
    if getattr(request, "htmx", False):
        return render(request, f"reveals/_{part}.html", context)
    return render(request, "reveals/page.html", context | {"part": f"reveals/_{part}.html"}, status=status)


def one_mask(user: Any, person: Person, field: str) -> dict[str, Any]:
    """Return one value as the person file shows it: its name, its mask, and whether it may be revealed."""
    label = str(LABELS[field])
    masked = getattr(person, MASKED[field])
    address = reverse(ROUTES[field], args=[person.pk])
    may = may_reveal(user, person, field)
    return {"field": field, "label": label, "masked": masked, "address": address, "may_reveal": may}


def masks_of(user: Any, person: Person) -> list[dict[str, Any]]:
    """Return the masked values that a viewer may see of a person, those that are known."""
    viewer, facts = viewer_of(user), person.access_facts()
    seen = [field for field in MASKED if viewer.reach(resource_of(person, field), "m", "r", "v").covers(facts)]
    return [mask for field in seen if (mask := one_mask(user, person, field))["masked"]]
