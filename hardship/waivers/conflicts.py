"""The page of who came second: somebody decided, or changed the text, between the display and the click."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carehub.calendar import today
from hardship.models import Waiver
from hardship.waivers.pages import rows_of


def conflict(request: HttpRequest, one: Waiver) -> HttpResponse:
    """Say what stands now, that nothing was done, and that nothing was done twice."""
    now = Waiver.objects.with_names().get(pk=one.pk)
    row = rows_of([now], request.user, today())[0]
    last = now.application.decisions.order_by("-number").defer("opinion").first()
    return render(request, "waivers/conflict.html", {"row": row, "waiver": now, "last": last}, status=409)
