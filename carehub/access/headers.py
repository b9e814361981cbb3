"""What every answer carries, so that nothing of anybody stays behind on a shared machine or in between."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class NothingStaysMiddleware:
    """Keep each answer out of every cache: the back button of the next visitor finds nothing.

    Static files are served before this (WhiteNoise) and may be kept for long.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cache-Control"] = "no-store, private"
        return response
