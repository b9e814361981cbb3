"""Asks each view's guard before the view runs, and writes down what was refused."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from carehub.access.guards import guard_of
from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record


class GuardMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in (403, 404) and request.user.is_authenticated:
            record(Action.DENIAL, by=request.user, route=route_of(request), status=response.status_code)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        asked = guard_of(view)
        if asked is None:
            raise Http404
        if asked.public:
            return None
        if not request.user.is_authenticated:
            return to_login(request)
        if asked.resource:
            check(request, asked.resource, asked.codes)
        return None


def check(request: HttpRequest, resource: str, codes: tuple[str, ...]) -> None:
    """Refuse who has none of the codes: 404 when nothing of the resource is known to them, else 403."""
    viewer = viewer_of(request.user)
    if not viewer.knows(resource):
        raise Http404
    if not viewer.may(resource, *codes):
        raise PermissionDenied(_("您的职务不办理这件事。需要办理时，请与本党组织的组织委员或组织员联系。"))


def to_login(request: HttpRequest) -> HttpResponse:
    """Send a visitor to the sign-in page; a fragment asks the whole page to go there."""
    answer = redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(answer.url) if getattr(request, "htmx", False) else answer


def route_of(request: HttpRequest) -> str:
    """Return the name of the route, never the address with its values."""
    return request.resolver_match.view_name if request.resolver_match else ""
