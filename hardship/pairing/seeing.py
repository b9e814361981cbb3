"""Which pairing a page may show or change, what it shows, and the page of who came second."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import viewer_of
from carehub.calendar import today
from hardship.models import Helper, Pairing
from hardship.models.pairing import CASE_SEALED
from hardship.pairing.pages import may_keep, responsible_words, rows_of, shows_words
from hardship.steps import note_reading
from members.readers import layer, readers_of

READERS = (layer(gettext_lazy("需求和措施"), pairing="v"),)
KEEPERS = gettext_lazy("由本人所在党组织的书记、组织委员、组织员或组织部办。")


def joined(pairings: Any) -> Any:
    """Return pairings with what a page names; of the case not one word of the hardship."""
    rows = pairings.select_related(
        "case__person__organization__parent", "responsible__person", "responsible__organization"
    )
    return rows.defer(*(f"case__{name}" for name in CASE_SEALED))


def seen_pairing(request: HttpRequest, pk: int) -> Pairing:
    """Return a pairing that the visitor sees, 404 for any other."""
    found: Pairing = get_object_or_404(joined(Pairing.objects.visible_to(request.user)), pk=pk)
    return found


def kept_pairing(request: HttpRequest, pk: int, *, gone_too: bool = False) -> Pairing:
    """Return a running pairing that the visitor keeps: 404 out of sight, 403 without the right.

    `gone_too`: also one whose person left or died, which is still to be ended.
    """
    one = seen_pairing(request, pk)
    check_keeper(one, request.user)
    if one.ended_on is not None or not (one.is_running or gone_too):
        raise PermissionDenied(_("这项结对已经结束。"))
    return one


def check_keeper(one: Pairing, user: Any) -> None:
    if not may_keep(one, viewer_of(user)):
        raise PermissionDenied(str(KEEPERS))


def own_service(one: Pairing, user: Any) -> Helper | None:
    """Return as which helper the visitor helps today, None for who does not."""
    found: Helper | None = one.helpers.serving().filter(person=viewer_of(user).person_id or 0).first()
    return found


def note(request: HttpRequest, one: Pairing) -> None:
    """Write down that somebody else reads need and measures, if this visitor is shown them."""
    if shows_words(one, viewer_of(request.user)):
        note_reading(request, one.person, path=one.path, what="pairing")


def page_of_pairing(one: Pairing, user: Any) -> dict[str, Any]:
    """Return what the page of a pairing shows this visitor."""
    on, viewer = today(), viewer_of(user)
    row, words, keeps = rows_of([one], user, on)[0], shows_words(one, viewer), may_keep(one, viewer)
    running = one.is_running
    contacts = one.contacts.standing().select_related("helper__person", "replaces").order_by("-on", "-pk")
    return {
        "pairing": one,
        "row": row,
        "shows_words": words,
        "helpers": one.helpers.with_names() if words else [],
        "contacts": [(contact, running and (keeps or _is_own(contact, viewer.person_id))) for contact in contacts]
        if words
        else [],
        "responsible": responsible_words(one.responsible, on),
        "readers": readers_of(one.access_facts(), READERS, on) if one.case.is_open else [],
        "may_keep": keeps and running,
        "may_end": keeps and one.ended_on is None,
        "may_log": row.may_log,
        "may_print": words
        and viewer.reach("pairing", "e", "x").over_others().covers(one.access_facts())
        and one.person.pk != viewer.person_id,
        "opens_case": viewer.reach("hardship", "v").covers(one.access_facts()),
    }


def _is_own(contact: Any, person_id: int | None) -> bool:
    return contact.helper.person_id == person_id and contact.helper.to_on is None


def shown_form(request: HttpRequest, template: str, form: Any, **more: Any) -> HttpResponse:
    """Show a form, or show it again with what is wrong."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form} | more, status=status)


def conflict(request: HttpRequest, one: Pairing) -> HttpResponse:
    """Say what stands now, that nothing was done, and that nothing was done twice."""
    now = joined(Pairing.objects.all()).get(pk=one.pk)
    row = rows_of([now], request.user, today())[0]
    return render(request, "pairing/conflict.html", {"row": row, "pairing": now}, status=409)
