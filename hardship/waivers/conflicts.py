"""The page of who came second: somebody decided, or changed the text, between the display and the click."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from carehub.calendar import today
from hardship.models import Waiver
from hardship.steps import conflict_page
from hardship.waivers.pages import rows_of


def conflict(request: HttpRequest, one: Waiver) -> HttpResponse:
    """Say what stands now of a request."""
    now = Waiver.objects.with_names().get(pk=one.pk)
    row = rows_of([now], request.user, today())[0]
    return conflict_page(request, now, row, place=_("党费减免"), href=reverse("waivers:list"))
