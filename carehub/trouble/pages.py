"""The page of an error that nobody foresaw. It asks the database nothing: that may be what failed."""

from django.http import HttpRequest, HttpResponseServerError
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Say calmly that it failed, with the number under which the log has it."""
    number = getattr(request, "trace_number", "")
    return HttpResponseServerError(loader.render_to_string("500.html", {"number": number}))
