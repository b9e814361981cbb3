"""One page reads the dated settings once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from carehub.duties.settings import read_once


class SettingsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with read_once():
            return self.get_response(request)
